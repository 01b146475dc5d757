using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>
/// Recognizes the right factors in a wrong order, as textbooks write them before they care: δ·σ′(z)·a·W for (Wᵀδ ⊙ σ′(z))aᵀ.
/// </summary>
internal static class FactorOrder
{
    /// <summary>Whether two formulas have the same factors, whatever their order, their transposes and the signs between them.</summary>
    public static bool IsSame(Syntax claim, Syntax right, TrialBinder binder, Scope scope, SamplePoint point)
    {
        List<Matrix> own = [];
        List<Matrix> others = [];
        if (!Collect(claim, own, binder, scope, point) || !Collect(right, others, binder, scope, point) || own.Count != others.Count || own.Count < 2)
        {
            return false;
        }

        foreach (Matrix factor in own)
        {
            int at = others.FindIndex(other => Agreement.Same(factor, other) || Agreement.Same(factor.Transposed(), other));
            if (at < 0)
            {
                return false;
            }

            others.RemoveAt(at);
        }

        return true;
    }

    /// <summary>How often a formula has an operator, a derivative f′(z) written in f(z) as its function's text says.</summary>
    public static int Count(Syntax syntax, BinaryOperator sign, TrialBinder binder, Scope scope) => Places.Of(syntax).Where(place => place.Level == 0)
        .Sum(place => (place.Node is BinarySyntax binary && binary.Operator == sign ? 1 : 0) + (Text(binder.Try(place.Node), scope) is Syntax text ? Count(text, sign, binder, scope) : 0));

    private static Syntax? Text(Expr? bound, Scope scope) => bound is Apply { Function.PrimeOf: Expressions.Functions.Function f } apply
        ? AsciiNotation.ToSyntax(f.ExpandDerivative(apply.Operands[0], Expr.Apply(f, apply.Operands[0])), scope)
        : null;

    private static bool Collect(Syntax syntax, List<Matrix> factors, TrialBinder binder, Scope scope, SamplePoint point)
    {
        Stack<Syntax> open = new([syntax]);
        while (open.TryPop(out Syntax? next))
        {
            switch (next)
            {
                case NumberSyntax:
                    continue;
                case MinusSyntax minus:
                    open.Push(minus.Operand);
                    continue;
                case TransposeSyntax transpose:
                    open.Push(transpose.Operand);
                    continue;
                case BinarySyntax { Operator: BinaryOperator.Multiply or BinaryOperator.Hadamard } product:
                    open.Push(product.Left);
                    open.Push(product.Right);
                    continue;
                case CallSyntax { Function: "diag", Arguments: [var column] }:
                    open.Push(column);
                    continue;
            }

            if (binder.Try(next) is not Expr bound)
            {
                return false;
            }

            if (Text(bound, scope) is Syntax text)
            {
                open.Push(text);
                continue;
            }

            if (point.Value(bound) is not Matrix value)
            {
                return false;
            }

            factors.Add(value);
        }

        return true;
    }
}

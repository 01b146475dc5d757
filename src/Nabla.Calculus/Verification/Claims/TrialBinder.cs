using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>Gives formulas their meaning, one after another that differ in one place: what they share is bound once, and what does not fit is no error.</summary>
internal sealed class TrialBinder
{
    private readonly Dictionary<Syntax, Expr> known = [];
    private readonly HashSet<Syntax> refused = [];
    private readonly Binder binder;

    public TrialBinder(Scope scope, string text) => binder = new(scope, text) { Known = known };

    /// <summary>The expression, or null where the shapes do not fit.</summary>
    public Expr? Try(Syntax syntax)
    {
        if (known.TryGetValue(syntax, out Expr? done))
        {
            return done;
        }

        if (refused.Contains(syntax))
        {
            return null;
        }

        Expr? bound = Fits(syntax) ? Bind(syntax) : null;
        if (bound is null)
        {
            refused.Add(syntax);
        }
        else
        {
            known[syntax] = bound;
        }

        return bound;
    }

    /// <summary>Whether the parts fit; errors cost too much to be made for each trial.</summary>
    private bool Fits(Syntax syntax) => syntax switch
    {
        MinusSyntax minus => Try(minus.Operand) is not null,
        TransposeSyntax transpose => Try(transpose.Operand) is not null,
        BinarySyntax binary => Try(binary.Left) is Expr x && Try(binary.Right) is Expr y && binary.Operator switch
        {
            BinaryOperator.Multiply => x.Shape.IsScalar || y.Shape.IsScalar || x.Shape.Columns.Equals(y.Shape.Rows),
            BinaryOperator.Divide => y.Shape.IsScalar,
            BinaryOperator.Power => x.Shape.Rows.Equals(x.Shape.Columns) && y.Shape.IsScalar,
            BinaryOperator.ElementPower => y.Shape.IsScalar,
            _ => x.Shape == y.Shape,
        },
        CallSyntax call => Arguments(call).All(argument => Try(argument) is not null),
        _ => true,
    };

    /// <summary>The arguments of a call that are expressions and not dimensions.</summary>
    public static IEnumerable<Syntax> Arguments(CallSyntax call) =>
        Functions.Find(call.Function) is not LanguageFunction function ? call.Arguments
            : call.Arguments.Where((_, i) => i >= function.IsDimension.Length || !function.IsDimension[i]);

    private Expr? Bind(Syntax syntax)
    {
        try
        {
            return binder.Bind(syntax);
        }
        catch (Exception e) when (e is LanguageException or ShapeException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}

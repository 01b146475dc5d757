using Nabla.Calculus.Derivations.Indices;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification;

/// <summary>Computes formulas of elements: sums as loops, elements from the values of their expressions, derivatives by finite differences.</summary>
public sealed class IndexEvaluator
{
    private readonly Bindings bindings;
    private readonly Dictionary<Expr, Matrix> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<SumIndex, int> at = [];

    /// <summary>With the values of the symbols.</summary>
    public IndexEvaluator(Bindings bindings) => this.bindings = bindings;

    /// <summary>The largest difference of two formulas over all values of the indices that are free in either, and the largest value.</summary>
    public (double Difference, double Size) Compare(IndexFormula x, IndexFormula y)
    {
        List<SumIndex> free = [];
        Free(x, [], free);
        Free(y, [], free);
        (double difference, double size) = (0, 0);
        void Run(int depth)
        {
            if (depth == free.Count)
            {
                (double a, double b) = (Evaluate(x), Evaluate(y));
                difference = double.IsFinite(a - b) ? Math.Max(difference, Math.Abs(a - b)) : double.PositiveInfinity;
                size = Math.Max(size, Math.Max(Math.Abs(a), Math.Abs(b)));
                return;
            }

            for (int value = 0; value < bindings.SizeOf(free[depth].Range); value++)
            {
                at[free[depth]] = value;
                Run(depth + 1);
            }
        }

        Run(0);
        return (difference, size);
    }

    /// <summary>The value at the present values of the free indices.</summary>
    private double Evaluate(IndexFormula formula)
    {
        switch (formula)
        {
            case Element element:
                return ValueOf(element.Of)[Place(element.Row), Place(element.Column)];
            case ElementDerivative { F: var f, X: var x }:
                int rows = bindings.SizeOf(f.Of.Shape.Rows);
                int rowsOfX = bindings.SizeOf(x.Of.Shape.Rows);
                return ValueOf(Expr.Jacobian(f.Of, x.Of))[Place(f.Row) + (Place(f.Column) * rows), Place(x.Row) + (Place(x.Column) * rowsOfX)];
            case Kronecker delta:
                return at[delta.I] == at[delta.J] ? 1 : 0;
            case IndexNumber number:
                return number.Value.Evaluate(bindings.SizeOf);
            case IndexSum sum:
                double total = 0;
                for (int value = 0; value < bindings.SizeOf(sum.Index.Range); value++)
                {
                    at[sum.Index] = value;
                    total += Evaluate(sum.Body);
                }

                return total;
            case IndexTerms terms:
                return terms.Items.Sum(item => item.Negative ? -Evaluate(item.Term) : Evaluate(item.Term));
            case IndexProduct product:
                return product.Factors.Aggregate(1.0, (value, factor) => value * Evaluate(factor));
            case IndexQuotient quotient:
                return Evaluate(quotient.Above) / Evaluate(quotient.Below);
            case IndexCall call:
                return call.Function.Evaluate(Evaluate(call.Argument));
            case IndexPower power:
                return Math.Pow(Evaluate(power.Base), Evaluate(power.Exponent));
            case IndexExtreme extreme:
                (double a, double b) = (Evaluate(extreme.X), Evaluate(extreme.Y));
                return extreme.IsLarger ? Math.Max(a, b) : Math.Min(a, b);
            default:
                throw new NotSupportedException($"{formula.GetType().Name} cannot be evaluated");
        }
    }

    private int Place(SumIndex? index) => index is null ? 0 : at[index];

    private Matrix ValueOf(Expr expression)
    {
        if (!values.TryGetValue(expression, out Matrix? value))
        {
            values[expression] = value = Evaluator.Evaluate(expression, bindings);
        }

        return value;
    }

    private static void Free(IndexFormula formula, HashSet<SumIndex> bound, List<SumIndex> free)
    {
        void Note(params IEnumerable<SumIndex?> indices)
        {
            foreach (SumIndex? index in indices)
            {
                if (index is not null && !bound.Contains(index) && !free.Contains(index))
                {
                    free.Add(index);
                }
            }
        }

        switch (formula)
        {
            case Element element:
                Note(element.Row, element.Column);
                break;
            case ElementDerivative d:
                Note(d.F.Row, d.F.Column, d.X.Row, d.X.Column);
                break;
            case Kronecker delta:
                Note(delta.I, delta.J);
                break;
            case IndexSum sum:
                Free(sum.Body, [.. bound, sum.Index], free);
                break;
            case IndexTerms terms:
                foreach ((IndexFormula term, _) in terms.Items)
                {
                    Free(term, bound, free);
                }

                break;
            case IndexProduct product:
                foreach (IndexFormula factor in product.Factors)
                {
                    Free(factor, bound, free);
                }

                break;
            case IndexQuotient quotient:
                Free(quotient.Above, bound, free);
                Free(quotient.Below, bound, free);
                break;
            case IndexCall call:
                Free(call.Argument, bound, free);
                break;
            case IndexPower power:
                Free(power.Base, bound, free);
                Free(power.Exponent, bound, free);
                break;
            case IndexExtreme extreme:
                Free(extreme.X, bound, free);
                Free(extreme.Y, bound, free);
                break;
        }
    }
}

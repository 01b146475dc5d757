using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification;

/// <summary>
/// Evaluates both sides of the lines of a derivation. A differential du is the change of u along one direction of all variables at once, found by
/// finite differences; ∂C/∂X and Jacobians are finite differences too.
/// </summary>
public sealed class StepEvaluator
{
    private readonly Bindings bindings;
    private readonly IReadOnlyDictionary<Expr, Matrix> directions;
    private readonly Dictionary<Differential, Matrix> differentials = new(ReferenceEqualityComparer.Instance);

    /// <summary>With values for the symbols, and a direction for each variable.</summary>
    public StepEvaluator(Bindings bindings, IReadOnlyDictionary<Expr, Matrix> directions)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        (this.bindings, this.directions) = (bindings, directions);
    }

    /// <summary>The value of an expression that may contain differentials.</summary>
    public Matrix Evaluate(Expr expression)
    {
        Bindings all = bindings.Copy();
        foreach (Differential d in Expr.Reachable(expression).OfType<Differential>())
        {
            all.Set(d, ValueOf(d));
        }

        return Evaluator.Evaluate(expression, all);
    }

    /// <summary>
    /// The largest difference between the two sides of a line, in matrices and, where it has them, in elements, and the size of the numbers. An update
    /// is no equation; both its sides count as its right one.
    /// </summary>
    public (double Difference, double Size) Compare(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Left.Shape != step.Right.Shape)
        {
            return (double.PositiveInfinity, 0);
        }

        Matrix right = Evaluate(step.Right);
        Matrix left = step.Relation == Relation.Update ? right : Evaluate(step.Left);
        double difference = left.Zip(right, (a, b) => double.IsFinite(a - b) ? Math.Abs(a - b) : double.PositiveInfinity).MaxAbs();
        double size = Math.Max(left.MaxAbs(), right.MaxAbs());
        if (step.Indexed is var (x, y))
        {
            (double inElements, double largest) = new IndexEvaluator(bindings).Compare(x, y);
            difference = Math.Max(difference, inElements);
            size = Math.Max(size, largest);
        }

        return (difference, size);
    }

    private Matrix ValueOf(Differential d)
    {
        if (!differentials.TryGetValue(d, out Matrix? total))
        {
            if (!directions.TryGetValue(d.Of, out total))
            {
                total = new(bindings.SizeOf(d.Shape.Rows), bindings.SizeOf(d.Shape.Columns));
                foreach ((Expr variable, Matrix direction) in directions)
                {
                    if (Expr.Reachable(d.Of).Contains(variable))
                    {
                        total = total.Zip(FiniteDifferences.Directional(d.Of, variable, direction, bindings), (a, b) => a + b);
                    }
                }
            }

            differentials[d] = total;
        }

        return total;
    }
}

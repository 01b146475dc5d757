using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;

namespace Nabla.Benchmarking;

/// <summary>The same steps as a plan's, by the reference evaluator in double precision.</summary>
internal sealed class ReferenceSteps
{
    private readonly IReadOnlyList<(Symbol Parameter, Expr Value)> updates;
    private readonly IReadOnlyList<(Expr Argument, ImmutableArray<double> Points)> kinks;

    /// <summary>The steps of a compiled step, from the numbers that it has now.</summary>
    public ReferenceSteps(BenchedStep step)
    {
        (Parameters, updates, Values) = (step.Expression.Parameters, step.Updates, step.Values());
        kinks = Kinks.Below(step.Expression.Cost, step.Expression.Input);
    }

    /// <summary>The weights and biases, in the order of the plan's.</summary>
    public IReadOnlyList<Symbol> Parameters { get; }

    /// <summary>The numbers after the steps so far.</summary>
    public Bindings Values { get; }

    /// <summary>
    /// How near the argument of a function came to one of its kinks. Nearer than the rounding of single precision, the plan may rightly be on the other
    /// side, where the derivative is another.
    /// </summary>
    public double NearestKink { get; private set; } = double.PositiveInfinity;

    /// <summary>Makes some steps.</summary>
    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            IReadOnlyList<Matrix> values = Evaluator.EvaluateAll([.. updates.Select(update => update.Value), .. kinks.Select(kink => kink.Argument)], Values);
            for (int i = 0; i < updates.Count; i++)
            {
                Values.Set(updates[i].Parameter, values[i]);
            }

            for (int i = 0; i < kinks.Count; i++)
            {
                foreach (double x in values[updates.Count + i].Elements)
                {
                    NearestKink = kinks[i].Points.Aggregate(NearestKink, (nearest, point) => Math.Min(nearest, Math.Abs(x - point)));
                }
            }
        }
    }
}

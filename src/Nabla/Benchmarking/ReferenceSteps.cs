using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Planning;

namespace Nabla.Benchmarking;

/// <summary>The same steps as a plan's, by the reference evaluator in double precision.</summary>
internal sealed class ReferenceSteps
{
    private readonly IReadOnlyList<ParameterUpdate> updates;
    private readonly Symbol? stepNumber;
    private long made;
    private readonly IReadOnlyList<(Expr Argument, ImmutableArray<double> Points)> kinks;

    /// <summary>The steps of a compiled step, from the numbers that it has now.</summary>
    public ReferenceSteps(BenchedStep step)
    {
        (updates, stepNumber, Values) = (step.Updates, step.StepNumber, step.Values());
        kinks = Kinks.Below(step.Expression.Cost, step.Expression.Input);
    }

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
            made++;
            if (stepNumber is not null)
            {
                Values.Set(stepNumber, Matrix.Scalar(made));
            }

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

using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Planning;

namespace Nabla.Benchmarking;

/// <summary>The same steps as a plan's, by the reference evaluator in double precision.</summary>
internal sealed class ReferenceSteps
{
    private const double Shake = 1.0 / (1 << 22);

    private readonly IReadOnlyList<ParameterUpdate> updates;
    private readonly Symbol? stepNumber;
    private readonly ImmutableArray<Symbol> data;
    private readonly Bindings begin;
    private long made;
    private readonly IReadOnlyList<(Expr Argument, ImmutableArray<double> Points)> kinks;

    /// <summary>The steps of a compiled step, from the numbers that it has now.</summary>
    public ReferenceSteps(BenchedStep step)
    {
        (Parameters, updates, stepNumber, Values) = (step.Expression.Parameters, step.Updates, step.StepNumber, step.Values());
        begin = Values.Copy();
        data = updates.Count > 0 ? [step.Expression.Input, step.Expression.Target] : [step.Expression.Input];
        kinks = Kinks.Below(step.Expression.Cost, step.Expression.Input);
    }

    private ReferenceSteps(ReferenceSteps other, Bindings values) => (Parameters, updates, stepNumber, data, kinks, begin, Values) =
        (other.Parameters, other.updates, other.stepNumber, other.data, other.kinks, values.Copy(), values);

    /// <summary>The weights and biases, in the order of the plan's.</summary>
    public IReadOnlyList<Symbol> Parameters { get; }

    /// <summary>The numbers after the steps so far.</summary>
    public Bindings Values { get; }

    /// <summary>
    /// How near the argument of a function came to one of its kinks. Nearer than the rounding of single precision, the plan may rightly be on the other
    /// side, where the derivative is another.
    /// </summary>
    public double NearestKink { get; private set; } = double.PositiveInfinity;

    /// <summary>
    /// As many steps from numbers that differ from those of the beginning by about the rounding of single precision. Where these end far away, the
    /// numbers decide so little that no plan in single precision can be asked for more: Adam's first step is η g/|g|, whatever a tiny g is. The data is shaken too: where a sample is learned, p − y is what
    /// the rounding of both has left.
    /// </summary>
    public ReferenceSteps Shaken(ulong seed)
    {
        SeededRandom random = new(seed, stream: 3);
        Bindings values = begin.Copy();
        foreach (Symbol symbol in updates.Select(update => update.Parameter).Concat(data))
        {
            values.Set(symbol, begin.ValueOf(symbol)!.Map(x => x * (1 + (2 * random.NextDouble() - 1) * Shake)));
        }

        ReferenceSteps shaken = new(this, values);
        shaken.Run((int)made);
        return shaken;
    }

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

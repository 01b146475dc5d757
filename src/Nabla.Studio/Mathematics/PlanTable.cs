using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Mathematics;

/// <summary>An instruction of the plan that trains, and what it has to do with a name.</summary>
/// <param name="Number">Its number in the plan, from 1.</param>
/// <param name="Line">What it does.</param>
/// <param name="Seconds">The median of its measured times on one thread.</param>
/// <param name="IsFused">Whether the name is kept in no buffer: the instruction makes it and uses it up at once.</param>
public sealed record PlanEntry(int Number, PlanLine Line, double Seconds, bool IsFused);

/// <summary>The instructions of one step of training, each with its measured time: of a copy of the model, so that the training goes on undisturbed.</summary>
public sealed class PlanTable
{
    private const int Runs = 25;
    private const int RunsOfLarge = 3;
    private const double Large = 1e8;

    private readonly IReadOnlyList<PlanLine> lines;
    private readonly ImmutableArray<double> seconds;

    private PlanTable(IReadOnlyList<PlanLine> lines, ImmutableArray<double> seconds) => (this.lines, this.seconds) = (lines, seconds);

    /// <summary>How many instructions a step has.</summary>
    public int Count => lines.Count;

    /// <summary>Compiles the step of an experiment for a copy of its weights and measures it.</summary>
    public static PlanTable Of(Experiment experiment, Snapshot at, TimeProvider clock)
    {
        Model<float> copy = new(experiment.Network, experiment.Loss);
        LayeredNetwork network = copy.Expression;
        foreach ((Symbol parameter, Matrix value) in network.Parameters.Zip(at.Parameters))
        {
            copy.Parameters[parameter] = value;
        }

        Data.Samples samples = experiment.Data.Train;
        int batch = Math.Min(experiment.Settings.BatchSize, samples.Count);
        Derivation derivation = network.Differentiate(assumptions: Trainer<float>.TargetsSumToOne(samples) ? [network.TargetsSumToOne] : []);
        Plan<float> plan = copy.CompileStep(derivation, Optimizer.Named(experiment.Settings.Optimizer), batch);
        int[] first = [.. Enumerable.Range(0, batch)];
        plan[network.Input] = samples.InputColumns(first);
        plan[network.Target] = samples.TargetColumns(first);
        plan.Set(network.LearningRate, experiment.Settings.LearningRate);
        IReadOnlyList<PlanLine> listing = plan.Listing;
        return new(listing, plan.Measure(clock, listing.Sum(line => (double)line.Operations) > Large ? RunsOfLarge : Runs));
    }

    /// <summary>The instructions that compute a name of a derivation, in the order of running; of a parameter those that update it. None where none does.</summary>
    /// <param name="name">The name as the document prints it.</param>
    /// <param name="dialect">The document's dialect.</param>
    public ImmutableArray<PlanEntry> For(string name, Dialect dialect)
    {
        string own = NameInPlan(name, dialect);
        return
        [
            .. lines.SelectMany((line, i) => line.Equations.Where(equation => DerivationDocument.NameOf(equation.Left) == own)
                .Select(equation => new PlanEntry(i + 1, line, seconds[i], equation.IsFused))),
        ];
    }

    /// <summary>
    /// The name that the plan, which is for a batch, has for a name of a derivation for one sample: Z¹ for z¹, Δ² for δ². The plan's Δ is always ∂C/∂Z, so
    /// the seed's δ = ∂C/∂a is none of its names.
    /// </summary>
    internal static string NameInPlan(string name, Dialect dialect) => name[0] switch
    {
        'δ' or 'Δ' when dialect == Dialect.Seed => "",
        'b' or 'η' => name,
        _ => char.ToUpperInvariant(name[0]) + name[1..],
    };
}

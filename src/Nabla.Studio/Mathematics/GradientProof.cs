using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Expressions;
using Nabla.Checking;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Mathematics;

/// <summary>What the check says of the gradient of one parameter.</summary>
/// <param name="Name">What is compared: C, or ∂C/∂W².</param>
/// <param name="Place">Where the two differ most in terms of what is allowed: row and column, or a random direction.</param>
/// <param name="Analytic">The number of the compiled gradient there.</param>
/// <param name="Numeric">The number that it was compared with: differences of the cost, or where those say nothing the reference evaluator's.</param>
/// <param name="Error">How far apart the two are.</param>
/// <param name="Compared">How many elements and directions were compared.</param>
/// <param name="Agrees">Whether all roads agree; null where finite differences left something undecided.</param>
/// <param name="Verdict">The same in words.</param>
public sealed record ProofRow(string Name, string Place, double Analytic, double Numeric, double Error, int Compared, bool? Agrees, string Verdict);

/// <summary>
/// The gradient check of the weights of a moment: the compiled gradient beside differences of the cost, which know no derivative, and beside the reference
/// evaluator and the plan in single precision.
/// </summary>
/// <param name="Step">After how many steps the weights were so.</param>
/// <param name="Samples">Over how many samples the cost is.</param>
/// <param name="Rows">One for the cost and one for each parameter, the last layer first.</param>
public sealed record GradientProof(long Step, int Samples, ImmutableArray<ProofRow> Rows)
{
    private const int MostSamples = 4;

    private const long LargeNetwork = 1_000_000;

    private static readonly GradientCheckSettings quick = new() { MostElements = 200, MostOperations = 2e7, Directions = 6, SampledElements = 12 };

    /// <summary>Of millions of weights one sample and a few directions, which all of them have a part in: the reference evaluator is obvious rather than fast.</summary>
    private static readonly GradientCheckSettings ofLarge = quick with { Directions = 2, SampledElements = 2 };

    /// <summary>True where everything agrees, false where something does not, null where something is undecided.</summary>
    public bool? Agrees => Rows.Any(row => row.Agrees == false) ? false : Rows.Any(row => row.Agrees is null) ? null : true;

    /// <summary>The whole in a sentence.</summary>
    public string Sentence => Agrees switch
    {
        true => "All gradients are right",
        false => $"Mismatch in {string.Join(", ", Rows.Where(row => row.Agrees == false).Select(row => row.Name))}",
        null => $"Undecided in {string.Join(", ", Rows.Where(row => row.Agrees is null).Select(row => row.Name))}",
    };

    /// <summary>Checks the weights of a copy; nobody else's numbers are touched.</summary>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static GradientProof Of(Experiment experiment, Snapshot at)
    {
        Model<float> copy = new(experiment.Network, experiment.Loss);
        foreach ((Symbol parameter, Calculus.Verification.Matrix value) in copy.Expression.Parameters.Zip(at.Parameters))
        {
            if (!double.IsFinite(value.MaxAbs()))
            {
                throw new ArgumentException($"{parameter.Name} holds numbers that are not finite; there is no gradient to check");
            }

            copy.Parameters[parameter] = value;
        }

        return Of(ModelCase.Of(copy, experiment.Data.Train, experiment.Network.ParameterCount > LargeNetwork ? 1 : MostSamples), at.Steps);
    }

    /// <summary>Checks the gradients of a case.</summary>
    internal static GradientProof Of(GradientCase gradients, long step)
    {
        ImmutableArray<ComparedTensor> compared = GradientCheck.Run(gradients, gradients.Network.ParameterCount > LargeNetwork ? ofLarge : quick);
        return new(step, gradients.Inputs.Columns,
        [
            .. compared.Zip(gradients.Given).OrderByDescending(pair => pair.Second.IsGradient ? pair.Second.Layer : -1).Select(pair => RowOf(pair.First, pair.Second)),
        ]);
    }

    private static ProofRow RowOf(ComparedTensor tensor, GivenTensor given)
    {
        RoadResult road = tensor.Roads.FirstOrDefault(road => !road.Agrees)
            ?? (tensor[CheckRoad.FiniteDifferences] is { Worst: not null } differences ? differences : tensor.Roads[0]);
        string name = given.Quantity switch
        {
            ComparedQuantity.Weights => $"∂C/∂{new Name("W", given.Layer + 1)}",
            ComparedQuantity.Biases => $"∂C/∂{new Name("b", given.Layer + 1)}",
            _ => "C",
        };
        string verdict = tensor.Agrees switch
        {
            true => "agrees",
            false => road.Worst is null ? "wrong shape" : $"disagrees with {NameOf(road.Road)}",
            null => "undecided",
        };
        return new(
            name,
            road.Worst is ComparedNumber worst ? PlaceOf(worst.Place) : "",
            road.Worst?.Given ?? double.NaN,
            road.Worst?.Computed ?? double.NaN,
            road.Worst?.Error ?? double.NaN,
            road.Compared,
            tensor.Agrees,
            verdict + (road.AtKinks > 0 ? $", {road.AtKinks} at kinks" : ""));
    }

    private static string NameOf(CheckRoad road) => road switch
    {
        CheckRoad.FiniteDifferences => "differences",
        CheckRoad.Evaluator => "the evaluator",
        _ => "the float plan",
    };

    /// <summary>Files count from 0, mathematics from 1: [3,1] is row 4, column 2.</summary>
    private static string PlaceOf(string place)
    {
        string[] parts = place.Trim('[', ']').Split(',');
        int[] numbers = [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return numbers.Contains(-1) ? place : numbers.Length == 2 ? $"row {numbers[0] + 1}, column {numbers[1] + 1}" : $"row {numbers[0] + 1}";
    }
}

using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Checking.Trajectories;

/// <summary>
/// Compares every loss and the last weights of a trajectory with what Nabla comes to on two roads: the derived gradients and the expressions of the update rule in the
/// reference evaluator, and the compiled plan in single precision, which is what trains.
/// </summary>
public static class TrajectoryCheck
{
    /// <summary>The tolerance of the evaluator's road, relative to each tensor's largest element.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Compares everything that is given: <c>step.1</c> and so on for the losses, then the weights and biases of each layer.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="floatTolerance">The tolerance of the plan's road, relative to each tensor's largest element.</param>
    /// <remarks>Where something disagrees, the mistake that explains all numbers is looked for.</remarks>
    public static ImmutableArray<ComparedTensor> Run(Trajectory trajectory, double floatTolerance = 1e-4)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        Course evaluated = ReferenceTraining.Run(trajectory, trajectory.Optimizer, trajectory.LearningRate, trajectory.Losses.Length);
        Course planned = RunPlan(trajectory);
        ImmutableArray<ComparedTensor> results =
        [
            .. Given(trajectory.Losses, trajectory.Final)
                .Zip(Given(evaluated.Losses, evaluated.Final), Given(planned.Losses, planned.Final))
                .Select(trio => Compare(trio.First.Id, trio.First.Tensor, trio.Second.Tensor.Values, trio.Third.Tensor.Values, floatTolerance)),
        ];
        if (results.All(result => result.Agrees == true))
        {
            return results;
        }

        IReadOnlyDictionary<string, Diagnosis> found = new TrajectoryMistakes(trajectory, evaluated).Find();
        return [.. results.Select(result => result.Agrees == true ? result : result with { Diagnosis = found.GetValueOrDefault(result.Id) ?? Unknown(result) })];
    }

    /// <summary>Whether numbers are the given ones within the tolerance of the evaluator's road.</summary>
    internal static bool Agree(Course given, Course computed) => Given(given.Losses, given.Final)
        .Zip(Given(computed.Losses, computed.Final))
        .All(pair => Agree(pair.First.Tensor.Values, pair.Second.Tensor.Values));

    /// <summary>Whether one tensor is the given one within the tolerance of the evaluator's road.</summary>
    internal static bool Agree(Matrix given, Matrix computed) => (given.Rows, given.Columns) == (computed.Rows, computed.Columns)
        && given.Zip(computed, (x, y) => x - y).MaxAbs() <= Tolerance * given.MaxAbs() + 1e-15;

    /// <summary>Everything of a training that is compared, with its id.</summary>
    internal static IEnumerable<(string Id, GivenTensor Tensor)> Given(ImmutableArray<double> losses, ImmutableArray<LayerValues> final)
    {
        for (int i = 0; i < losses.Length; i++)
        {
            yield return ($"step.{i + 1}", new(ComparedQuantity.Loss, 0, Matrix.Scalar(losses[i])));
        }

        for (int l = 0; l < final.Length; l++)
        {
            GivenTensor weights = new(ComparedQuantity.Weights, l, final[l].Weights);
            yield return (weights.Id, weights);
            if (final[l].Biases is Matrix biases)
            {
                GivenTensor tensor = new(ComparedQuantity.Biases, l, biases);
                yield return (tensor.Id, tensor);
            }
        }
    }

    private static ComparedTensor Compare(string id, GivenTensor given, Matrix evaluated, Matrix planned, double floatTolerance)
    {
        double largest = given.Values.MaxAbs();
        return new(
            id,
            largest,
            [
                Comparison.OfElements(CheckRoad.Evaluator, given, evaluated, Tolerance * largest + 1e-15),
                Comparison.OfElements(CheckRoad.FloatPlan, given, planned, floatTolerance * largest + 1e-12),
            ],
            null);
    }

    private static Diagnosis Unknown(ComparedTensor result)
    {
        RoadResult first = result.Roads.First(road => !road.Agrees);
        ComparedNumber worst = first.Worst!;
        string what = worst.Place.Length == 0 ? "the loss" : $"element {worst.Place}";
        string count = first.Disagreeing > 1 ? $", the worst of {first.Disagreeing} that disagree" : "";
        string road = first.Road == CheckRoad.Evaluator ? "the derived gradients and the update rule come to" : "the float plan comes to";
        return new("unknown", $"{what} is {worst.Given}, but {road} {worst.Computed}{count}");
    }

    /// <summary>The same training by the compiled step.</summary>
    private static unsafe Course RunPlan(Trajectory of)
    {
        Model<float> model = new(of.Network, of.Loss);
        LayeredNetwork network = model.Expression;
        foreach ((SymbolicLayer layer, LayerValues values) in network.Layers.Zip(of.Layers))
        {
            model.Parameters[layer.Weights] = values.Weights;
            if (layer.Biases is Symbol biases)
            {
                model.Parameters[biases] = values.Biases!;
            }
        }

        Derivation derivation = network.Differentiate(assumptions: ReferenceTraining.Assumed(of, network));
        Plan<float> plan = model.CompileStep(derivation, of.Optimizer, of.Inputs.Columns);
        plan[network.Input] = of.Inputs;
        plan[network.Target] = of.Targets;
        plan.Set(network.LearningRate, of.LearningRate);
        double[] losses = new double[of.Losses.Length];
        for (int step = 1; step <= losses.Length; step++)
        {
            if (UpdateTerms.StepIn(network.LearningRate.Pool) is Symbol number)
            {
                plan.Set(number, step);
            }

            plan.Run();
            losses[step - 1] = *plan.SlotOf(derivation.StableCost).Pointer;
        }

        return new([.. losses], ReferenceTraining.LayersOf(network, symbol => model.Parameters[symbol]));
    }
}

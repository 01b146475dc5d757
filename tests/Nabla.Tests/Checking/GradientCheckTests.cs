using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Networks;

namespace Nabla.Tests.Checking;

public class GradientCheckTests
{
    public static TheoryData<string, string> LossesAndActivations =>
        new(Loss.All.Values.SelectMany(loss => Activation.All.Keys.Where(activation => activation != "softmax").Select(a => (loss.Name, a))));

    [Theory]
    [MemberData(nameof(LossesAndActivations))]
    public void Every_loss_after_every_activation_agrees_on_all_roads(string loss, string activation)
    {
        Loss named = Loss.Named(loss);
        GradientCase gradientCase = Cases.Random(
            named, 5, 3, new(4, Activation.Named(activation)), new(3, named.OutputActivation ?? Activation.Named(activation)));
        Assert.All(GradientCheck.Run(gradientCase), tensor =>
        {
            Assert.True(tensor.Agrees, $"{tensor.Id}: {tensor.Diagnosis?.Text}");
            Assert.Equal(tensor.Id is "loss" or "outputs" ? 2 : 3, tensor.Roads.Count(road => road.Compared > 0));
        });
    }

    [Fact]
    public void All_that_is_given_is_compared_element_by_element()
    {
        GradientCase gradientCase = Cases.Small();
        ImmutableArray<ComparedTensor> results = GradientCheck.Run(gradientCase);
        string[] expected =
            ["loss", "outputs", "layers.0.weights", "layers.0.biases", "layers.1.weights", "layers.1.biases", "inputs"];
        Assert.Equal(expected, results.Select(tensor => tensor.Id));
        Assert.Equal([1, 10, 12, 4, 8, 2, 15], results.Select(tensor => tensor.Roads[0].Compared));
        Assert.All(results, tensor => Assert.All(tensor.Roads, road => Assert.Equal(tensor.Roads[0].Compared, road.Compared)));
    }

    [Fact]
    public void The_sentence_about_a_wrong_element_gives_both_numbers_and_says_that_the_roads_are_at_one()
    {
        GradientCase gradientCase = Cases.Small();
        Matrix weights = gradientCase.Given[2].Values;
        double right = weights[3, 1];
        weights[3, 1] = 0.5;
        ComparedTensor result = GradientCheck.Run(gradientCase)[2];
        Assert.Equal("unknown", result.Diagnosis!.Code);
        Assert.Equal(
            $"element [3,1] is 0.5, but the derived gradient gives {right} (evaluator, finite differences and float plan agree with each other)",
            result.Diagnosis.Text);
        Assert.Equal(Math.Abs(0.5 - right) / 0.5, result.Error, 12);
        Assert.Equal([1, 1, 1], result.Roads.Select(road => road.Disagreeing));
    }

    [Fact]
    public void Where_several_elements_are_wrong_the_worst_is_named_and_all_are_counted()
    {
        GradientCase gradientCase = Cases.Small();
        Matrix inputs = gradientCase.Given[^1].Values;
        (inputs[0, 4], inputs[2, 1]) = (9, -20);
        RoadResult evaluator = GradientCheck.Run(gradientCase)[^1].Roads[0];
        Assert.Equal((2, 15, "[1,2]"), (evaluator.Disagreeing, evaluator.Compared, evaluator.Worst!.Place));
    }

    [Fact]
    public void The_float_tolerance_can_be_set()
    {
        GradientCase gradientCase = Cases.Small();
        ComparedTensor result = GradientCheck.Run(gradientCase, new() { FloatTolerance = 1e-12 })[2];
        Assert.Equal([true, true, false], result.Roads.Select(road => road.Agrees));
        Assert.Contains("the float plan gives", result.Diagnosis!.Text, StringComparison.Ordinal);
        Assert.Equal(result[CheckRoad.FloatPlan]!.Worst!.Error / result.Largest, result.Error);
    }

    [Fact]
    public void What_is_not_finite_is_a_mismatch()
    {
        // 1e30 · 1e30 is too large for a float, though not for a double.
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 2, 1, new Layer(1, Activation.Identity));
        gradientCase = Cases.WithGradients(gradientCase with { Layers = [new(new(1, 1, [1e30]), new(1, 1))], Inputs = new(1, 2, [1e30, 0]) });
        ComparedTensor loss = GradientCheck.Run(gradientCase)[0];
        Assert.Equal([true, false], loss.Roads.Select(road => road.Agrees));
        Assert.Equal(double.PositiveInfinity, loss.Error);
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(9e-7, true, true)]
    [InlineData(-9e-7, true, true)]
    [InlineData(2e-6, false, true)]
    [InlineData(-0.5, false, true)]
    public void P_minus_y_is_right_where_every_target_sums_to_one_within_a_millionth(double excess, bool assumed, bool exact)
    {
        GradientCase gradientCase = Cases.Random(Loss.CrossEntropy, 4, 3, new(5, Activation.Named("tanh")), new(4, Activation.Softmax));
        gradientCase.Targets[0, 0] += excess;
        Assert.All(GradientCheck.Run(Cases.WithGradients(gradientCase)), tensor => Assert.True(tensor.Agrees == exact, tensor.Diagnosis?.Text));
        ComparedTensor biases = GradientCheck.Run(Cases.WithGradients(gradientCase, targetsSumToOne: true)).Single(tensor => tensor.Id == "layers.1.biases");
        Assert.True(biases.Agrees == assumed, biases.Diagnosis?.Text);
    }

    [Fact]
    public void Finite_differences_judge_the_loss_as_it_is_written_and_its_stable_form_only_where_that_has_lost_its_digits()
    {
        foreach ((double z, double y, bool stable) in new[] { (1.5, 0, false), (-3, 1, false), (-12, 1, false), (20, 1, false), (20.0, 0.0, true), (35.5, 0, true), (60, 0, true), (-800, 1, true) })
        {
            GradientCase gradientCase = Cases.Random(Loss.BinaryCrossEntropy, 1, 1, new Layer(1, Activation.Sigmoid));
            gradientCase = Cases.WithGradients(gradientCase with { Layers = [new(new(1, 1, [z]), new(1, 1))], Inputs = Matrix.Scalar(1), Targets = Matrix.Scalar(y) });
            ComparedTensor weights = GradientCheck.Run(gradientCase)[2];
            RoadResult differences = weights[CheckRoad.FiniteDifferences]!;
            Assert.True(differences.Agrees, $"{z}: {weights.Diagnosis?.Text}");
            Assert.Equal((z, stable, 1), (z, differences.OfStableForm, differences.Compared));
        }
    }

    [Fact]
    public void Quotients_that_fall_with_the_step_do_not_agree_however_small_they_are_beside_the_gradient()
    {
        // 10¹² − 10¹²: the quotients are 290, 2900, …, which is next to nothing beside the gradient of 1.25·10¹¹.
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 1, 1, new Layer(1, Activation.Sigmoid));
        gradientCase = Cases.WithGradients(gradientCase with
        {
            Layers = [new(Matrix.Scalar(1), Matrix.Scalar(-1e12))], Inputs = Matrix.Scalar(1e12), Targets = Matrix.Scalar(0),
        });
        Assert.Equal([true, true, null, null, null], GradientCheck.Run(gradientCase).Select(tensor => tensor.Agrees));
    }

    [Fact]
    public void The_weight_of_an_input_in_millions_before_a_small_residual_is_judged()
    {
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 1, 1, new Layer(1, Activation.Identity));
        gradientCase = Cases.WithGradients(gradientCase with
        {
            Layers = [new(Matrix.Scalar(1), Matrix.Scalar(0.5))], Inputs = Matrix.Scalar(1 << 20), Targets = Matrix.Scalar((1 << 20) - 0.5),
        });
        ComparedTensor weights = GradientCheck.Run(gradientCase)[2];
        Assert.True(weights.Agrees, weights.Diagnosis?.Text);
        Assert.Equal(1, weights[CheckRoad.FiniteDifferences]!.Compared);
    }

    [Fact]
    public void Too_near_a_kink_for_two_steps_is_at_the_kink_and_not_undecided()
    {
        GradientCase gradientCase = Kinked(new(2, 2, [0.5, 0, 0.25, 0]), new(2, 1, [0.125, 2e-9]));
        Assert.All(GradientCheck.Run(gradientCase), tensor =>
        {
            Assert.True(tensor.Agrees, tensor.Diagnosis?.Text);
            Assert.Equal(0, tensor.Roads.Sum(road => road.Unsettled));
        });
    }

    [Fact]
    public void What_is_infinite_agrees_with_nothing_though_its_tolerance_is_infinite_too() =>
        Assert.False(new ComparedNumber("", double.PositiveInfinity, 1, double.PositiveInfinity).Agrees);

    [Fact]
    public void Where_no_two_steps_agree_the_question_is_undecided()
    {
        // A pre-activation of 10⁹ − 10⁹ = 0: every step of the weights leads far into the saturated sigmoid.
        ComparedTensor[] results = [.. GradientCheck.Run(Steep())];
        Assert.Equal([true, true, null, null, null], results.Select(tensor => tensor.Agrees));
        Assert.Equal(
            "finite differences leave 1 of 1 undecided, because no two step sizes agree; the other roads agree", results[2].Diagnosis!.Text);
    }

    [Theory]
    [InlineData(1e-9, 1e9)]
    [InlineData(1e-3, 1e3)]
    [InlineData(1e-9, 1)]
    [InlineData(1e-17, 1)]
    [InlineData(0, 1)]
    public void Steps_fit_parameters_that_are_small_beside_their_inputs_and_such_as_are_small_beside_what_they_are_added_to(double weight, double input)
    {
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 1, 1, new Layer(1, Activation.Sigmoid));
        gradientCase = Cases.WithGradients(gradientCase with
        {
            Layers = [new(Matrix.Scalar(weight), Matrix.Scalar(0.25))],
            Inputs = Matrix.Scalar(input),
            Targets = Matrix.Scalar(0.5),
        });
        Assert.All(GradientCheck.Run(gradientCase).Skip(2), tensor =>
        {
            Assert.True(tensor.Agrees, $"{tensor.Id}: {tensor.Diagnosis?.Text}");
            Assert.Equal(1, tensor[CheckRoad.FiniteDifferences]!.Compared);
        });
    }

    [Fact]
    public void A_large_tensor_is_judged_along_random_directions_and_in_a_sample()
    {
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 3, 40, new(60, Activation.Named("tanh")), new(2, Activation.Sigmoid));
        RoadResult differences = GradientCheck.Run(gradientCase)[2][CheckRoad.FiniteDifferences]!;
        Assert.Equal((24, 24 + 64, 0), (differences.Directions, differences.Compared, differences.Disagreeing));

        // One wrong element that both other roads might miss is seen from at least one direction.
        gradientCase.Given[2].Values[59, 39] += 1e-3;
        ComparedTensor result = GradientCheck.Run(gradientCase)[2];
        Assert.Equal([false, false], result.Roads[..2].Select(road => road.Agrees));
        Assert.Equal("[59,39]", result.Roads[1].Worst!.Place);
        Assert.True(result.Roads[1].Disagreeing > 1);
    }

    [Fact]
    public void A_tensor_whose_elements_would_take_too_long_counts_as_large()
    {
        RoadResult differences = GradientCheck.Run(Cases.Small(), new() { MostOperations = 1 })[2][CheckRoad.FiniteDifferences]!;
        Assert.Equal((24, 24 + 12, true), (differences.Directions, differences.Compared, differences.Agrees));
    }

    [Fact]
    public void At_a_kink_finite_differences_say_nothing_and_the_evaluator_still_judges()
    {
        // The second neuron's pre-activation is 0 for both samples: relu′(0) = 0, and a difference would give ½ of the slope.
        GradientCase gradientCase = Kinked(new(2, 2, [0.5, 0, 0.25, 0]), new(2, 1, [0.125, 0]));
        GradientCheck check = new(gradientCase);
        Assert.All(check.Compare(), tensor => Assert.True(tensor.Agrees, tensor.Diagnosis?.Text));
        ComparedTensor weights = check.Compare(2);
        Assert.Equal((2, 2), (weights[CheckRoad.FiniteDifferences]!.Compared, weights[CheckRoad.FiniteDifferences]!.AtKinks));
        Assert.Equal(1, check.Compare(3)[CheckRoad.FiniteDifferences]!.AtKinks);

        // The second layer's pre-activations are not at a kink, so everything of it is judged.
        Assert.Equal(0, check.Compare(4)[CheckRoad.FiniteDifferences]!.AtKinks);

        gradientCase.Given[2].Values[1, 0] += 1e-6;
        Assert.False(check.Compare(2).Agrees);
    }

    [Fact]
    public void Near_a_kink_a_smaller_step_judges()
    {
        GradientCase gradientCase = Kinked(new(2, 2, [0.5, 0, 0.25, 0]), new(2, 1, [0.125, 2e-4]));
        Assert.All(GradientCheck.Run(gradientCase), tensor =>
        {
            Assert.True(tensor.Agrees, tensor.Diagnosis?.Text);
            Assert.Equal(0, tensor.Roads.Sum(road => road.AtKinks + road.Unsettled));
        });
    }

    [Fact]
    public void A_wrong_slope_of_relu_is_caught_by_finite_differences_though_the_given_gradient_has_the_same_mistake()
    {
        GradientCase gradientCase = Kinked(new(2, 2, [0.5, 0.75, 0.25, -2]), new(2, 1, [0.125, 0.5]));
        DifferentialRule right = DifferentialRules.Standard.All.Single(rule => rule.Node == typeof(Apply));
        DerivationSettings broken = new()
        {
            Differentials = DifferentialRules.Standard.With(right with { Terms = [(node, d) => 1.001 * right.Terms[0](node, d)] }),
        };
        GradientCheck check = new(Cases.WithGradients(gradientCase, broken), new() { Derivation = broken });
        Assert.Equal([true, false, true], check.Compare(2).Roads.Select(road => road.Agrees));
    }

    /// <summary>σ(10⁹·1 − 10⁹), far from the target 1.</summary>
    private static GradientCase Steep()
    {
        GradientCase gradientCase = Cases.Random(Loss.SquaredError, 1, 1, new Layer(1, Activation.Sigmoid));
        return Cases.WithGradients(gradientCase with
        {
            Layers = [new(Matrix.Scalar(1e9), Matrix.Scalar(-1e9))],
            Inputs = Matrix.Scalar(1),
            Targets = Matrix.Scalar(1),
        });
    }

    /// <summary>2-2-1 with relu and two samples.</summary>
    private static GradientCase Kinked(Matrix weights, Matrix biases)
    {
        GradientCase gradientCase =
            Cases.Random(Loss.SquaredError, 2, 2, new(2, Activation.Named("relu")), new(1, Activation.Identity));
        return Cases.WithGradients(gradientCase with
        {
            Layers = [new(weights, biases), gradientCase.Layers[1]],
            Inputs = new(2, 2, [1, 2, 3, -0.5]),
        });
    }
}

using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Tests.Derivations;

/// <summary>
/// Both sides of every line of a derivation, sub-steps included, evaluate to the same numbers: derivatives on the left are finite
/// differences, which know no rule.
/// </summary>
public sealed class EveryLineIsTrue(ITestOutputHelper output)
{
    public static TheoryData<string, string, string, bool, bool> Networks()
    {
        TheoryData<string, string, string, bool, bool> data = [];
        string[] activations = [.. Activation.All.Keys.Where(name => name != "softmax")];
        string[] shapes = ["3-4-2", "2-5-3-4", "5-2", "2-3-4-5-2"];
        int i = 0;
        foreach (string loss in Loss.All.Keys)
        {
            foreach (string activation in activations)
            {
                data.Add(shapes[i % shapes.Length], activation, loss, i % 2 == 0, i % 3 != 0);
                i++;
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Both_sides_of_every_line_evaluate_to_the_same_numbers(string sizes, string activation, string lossName, bool batch, bool biases)
    {
        Loss loss = Loss.Named(lossName);
        Activation hidden = Activation.Named(activation);
        Network network = Network.Of(Network.ParseSizes(sizes), hidden, loss.OutputActivation ?? hidden, biases);
        int lines = Lines.AssertTrue(network.Express(loss, batch: batch), seed: 17, assume: true);
        output.WriteLine($"{lines} lines");
        Assert.True(lines > 20);
    }

    [Theory]
    [InlineData("squared-error", true)]
    [InlineData("mean-squared-error", false)]
    [InlineData("huber", true)]
    public void Softmax_before_another_loss_is_derived_too(string loss, bool batch)
    {
        Network network = Network.Of([3, 5, 4], Activation.Sigmoid, Activation.Softmax);
        Lines.AssertTrue(network.Express(Loss.Named(loss), batch: batch), seed: 3, assume: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_the_assumption_the_lines_hold_for_any_target(bool batch)
    {
        Network network = Network.Of([3, 5, 4], Activation.Sigmoid, Activation.Softmax);
        Lines.AssertTrue(network.Express(Loss.CrossEntropy, batch: batch), seed: 4, assume: false);
    }

    [Fact]
    public void Random_architectures_hold()
    {
        SeededRandom random = new(20);
        string[] activations = [.. Activation.All.Keys.Where(name => name != "softmax")];
        for (int i = 0; i < 12; i++)
        {
            int[] sizes = [.. Enumerable.Range(0, 2 + random.NextInt(3)).Select(_ => 1 + random.NextInt(5))];
            Loss loss = Loss.All.Values.ElementAt(random.NextInt(Loss.All.Count));
            Activation hidden = Activation.Named(activations[random.NextInt(activations.Length)]);
            Network network = Network.Of(sizes, hidden, loss.OutputActivation, random.NextInt(2) == 0);
            output.WriteLine($"{network} {hidden} {loss}");
            Lines.AssertTrue(network.Express(loss, random.NextInt(2) == 0 ? Reduction.Mean : Reduction.Sum, random.NextInt(2) == 0), (ulong)i, assume: true);
        }
    }

    [Fact]
    public void A_wrong_line_is_noticed()
    {
        LayeredNetwork expression = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: false);
        Derivation derivation = expression.Differentiate();
        Step right = derivation.StepOf(expression.Layers[0].Weights)!;
        Bindings point = Points.For(expression, new(1), 3, probabilities: false);
        Assert.Null(Lines.Disagreement(right, point, new(2)));
        Assert.NotNull(Lines.Disagreement(right with { Right = -right.Right, Steps = [] }, point, new(2)));
        Assert.NotNull(Lines.Disagreement(right with { Right = 1.001 * right.Right, Steps = [] }, point, new(2)));
        Step same = new(right.Rule, expression.Input, expression.Input);
        Assert.Null(Lines.Disagreement(same, point, new(2)));
        point.ValueOf(expression.Input)![1, 0] = double.NaN;
        Assert.NotNull(Lines.Disagreement(same, point, new(2)));
    }
}

/// <summary>Evaluates the lines of a derivation.</summary>
internal static class Lines
{
    /// <summary>Asserts that every line of the textbook form and of the sweep is true; gives the number of lines.</summary>
    public static int AssertTrue(LayeredNetwork network, ulong seed, bool assume)
    {
        Derivation derivation = network.Differentiate(byInput: true, assumptions: assume ? [network.TargetsSumToOne] : []);
        IReadOnlyList<Section> sections = TextbookDerivation.Of(network, derivation);
        SeededRandom random = new(seed);
        Bindings point = Points.For(network, random, batch: 3, probabilities: assume);
        Step[] steps = [.. sections.SelectMany(section => section.Steps), .. derivation.Steps];
        StepEvaluator evaluator = new(point, network.Parameters.ToDictionary(
            parameter => (Expr)parameter, parameter => Points.Random(parameter, point, random), (IEqualityComparer<Expr>)ReferenceEqualityComparer.Instance));
        foreach (Step step in steps)
        {
            // du of intermediate results belong together: they are the changes along one direction of all parameters.
            bool moves = Expr.Reachable(step.Left, step.Right).Any(node => node is Differential { Of: Named });
            string? wrong = moves ? Moved(step, evaluator) : Disagreement(step, point, random);
            Assert.True(wrong is null, wrong);
        }

        return steps.Length;
    }

    private static string? Moved(Step step, StepEvaluator evaluator)
    {
        (double error, double size) = evaluator.Compare(step);
        return error <= 2e-6 * Math.Max(1e-3, size) ? null : $"{Notation.Text.Print(step.Left, "=", step.Right)} [{step.Rule.Id}] is wrong by {error} of {size}";
    }

    /// <summary>What is wrong with a step or one of the steps that it is made of; null where both sides agree.</summary>
    public static string? Disagreement(Step step, Bindings point, SeededRandom random)
    {
        foreach (Step inner in step.Steps)
        {
            if (Disagreement(inner, point, random) is string wrong)
            {
                return wrong;
            }
        }

        // An update is no equation; its right side is made of a gradient that other lines are about.
        Expr left = step.Relation == Relation.Update ? step.Right : step.Left;
        Bindings bindings = point.Copy();
        foreach (Differential d in Expr.Reachable(step.Right, step.Left is Differential ? step.Right : step.Left).OfType<Differential>())
        {
            bindings.Set(d, Points.Random(d, bindings, random));
        }

        Matrix x = Evaluator.Evaluate(left, bindings);
        Matrix y = Evaluator.Evaluate(step.Right, bindings);
        double error = x.Zip(y, (a, b) => a - b).MaxAbs();
        double size = Math.Max(1e-3, Math.Max(x.MaxAbs(), y.MaxAbs()));
        return step.Left.Shape == step.Right.Shape && error <= 2e-6 * size
            ? null
            : $"{Notation.Text.Print(step.Left, "=", step.Right)} [{step.Rule.Id}] is wrong by {error} of {size}";
    }
}

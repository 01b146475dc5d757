using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Tests.Derivations;

/// <summary>Both sides of every line of a network's derivation are the same numbers, in every style and dialect, in matrices and in elements.</summary>
public sealed class EveryLineOfEveryStyleIsTrue
{
    public static TheoryData<string, string, string, bool> Networks() => new()
    {
        { "3-4-2", "sigmoid", "squared-error", false },
        { "3-4-2", "sigmoid", "squared-error", true },
        { "2-4-3", "tanh", "cross-entropy", false },
        { "2-4-3", "gelu", "cross-entropy", true },
        { "2-3-4-1", "softplus", "binary-cross-entropy", true },
        { "5-2-3", "leaky-relu", "huber", true },
        { "4-3", "sigmoid", "mean-squared-error", true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_every_style_and_dialect(string sizes, string activation, string lossName, bool batch)
    {
        Loss loss = Loss.Named(lossName);
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            foreach (Dialect dialect in Enum.GetValues<Dialect>())
            {
                Network network = Network.Of(Network.ParseSizes(sizes), Activation.Named(activation), loss.OutputActivation);
                NetworkDerivation derivation = NetworkDerivation.Of(network.Express(loss, batch: batch), style, dialect, loss == Loss.CrossEntropy);
                List<string> wrong = Wrong(derivation, seed: 5);
                Assert.True(wrong.Count == 0, $"{style} {dialect}: {string.Join('\n', wrong)}");
            }
        }
    }

    [Fact]
    public void A_wrong_line_is_noticed()
    {
        NetworkDerivation derivation = NetworkDerivation.Of(
            Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: false), DerivationStyle.Index, Dialect.Nielsen, false);
        Step step = derivation.Sections.SelectMany(section => section.Steps).First(step => step.Indexed is not null);
        Bindings point = Points.For(derivation.Network, new(1), 3, false);
        StepEvaluator evaluator = new(point, new Dictionary<Expr, Matrix>());
        Assert.True(evaluator.Compare(step).Difference < 1e-9);
        Assert.True(evaluator.Compare(step with { Right = -step.Right }).Difference > 1e-3);
        Assert.True(evaluator.Compare(step with { Indexed = (step.Indexed!.Value.Left, new Nabla.Calculus.Derivations.Indices.IndexNumber(Coefficient.Of(7))) }).Difference > 1e-3);
    }

    private static List<string> Wrong(NetworkDerivation derivation, ulong seed)
    {
        SeededRandom random = new(seed);
        LayeredNetwork network = derivation.Network;
        bool rows = network.SamplesAreRows;
        Bindings point = Points.For(network, random, 3, probabilities: !rows);
        if (rows)
        {
            Matrix y = point.ValueOf(network.Target)!;
            point.Set(network.Target, Matrix.From(y.Rows, y.Columns, (i, j) => y[i, j] / Enumerable.Range(0, y.Columns).Sum(k => y[i, k])));
        }

        StepEvaluator evaluator = new(point, network.Parameters.ToDictionary(
            parameter => (Expr)parameter, parameter => Points.Random(parameter, point, random), (IEqualityComparer<Expr>)ReferenceEqualityComparer.Instance));
        List<string> wrong = [];
        foreach (Step step in derivation.Sections.Concat(derivation.Outline).SelectMany(section => section.Steps))
        {
            (double difference, double size) = evaluator.Compare(step);
            if (!(difference <= 5e-6 * Math.Max(1, size)))
            {
                wrong.Add($"{Notation.Text.Print(step.Left, "=", step.Right)} [{step.Rule.Id}] by {difference} of {size}");
            }
        }

        return wrong;
    }
}

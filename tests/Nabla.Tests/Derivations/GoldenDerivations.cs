using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Rendering;
using Nabla.Networks;

namespace Nabla.Tests.Derivations;

/// <summary>Derivations as they are printed, kept as files that are read and reviewed like a text.</summary>
public sealed class GoldenDerivations
{
    [Theory]
    [MemberData(nameof(ReviewedNetworks.All), MemberType = typeof(ReviewedNetworks))]
    public void A_derivation_is_printed_as_it_was_reviewed(string name, string sizes, string activation, string loss, bool batch) =>
        Golden.Matches($"tests/Nabla.Tests/Derivations/Golden/{name}.txt", DerivationText.Write(name, Sections(sizes, activation, loss, batch)));

    [Theory]
    [MemberData(nameof(Styles))]
    public void The_seed_is_printed_in_every_style_and_dialect(DerivationStyle style, Dialect dialect)
    {
        string name = $"seed-3-4-2-{style}-{dialect}".ToLowerInvariant();
        NetworkDerivation derivation = NetworkDerivation.Of(Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: dialect == Dialect.RowBatch), style, dialect, false);
        string text = DerivationText.Write(name, derivation.Sections);
        Assert.All(text.Split('\n'), line => Assert.True(new System.Globalization.StringInfo(line).LengthInTextElements <= 80, line));
        Golden.Matches($"tests/Nabla.Tests/Derivations/Golden/{name}.txt", text);
    }

    [Theory]
    [InlineData(DerivationStyle.Textbook)]
    [InlineData(DerivationStyle.Differential)]
    public void Fifty_layers_are_printed(DerivationStyle style)
    {
        Network network = Network.Of([.. Enumerable.Repeat(3, 51)], Activation.Named("tanh"));
        NetworkDerivation derivation = NetworkDerivation.Of(network.Express(Loss.SquaredError), style, Dialect.Nielsen, false);
        Golden.Matches($"tests/Nabla.Tests/Derivations/Golden/fifty-layers-{$"{style}".ToLowerInvariant()}.txt", DerivationText.Write("fifty layers", derivation.Sections));
        Assert.Contains("The adjoints take 49 matrix products; computed anew for each weight matrix they would take 1225.", derivation.Sections.SelectMany(section => section.Remarks));
    }

    [Fact]
    public void The_outline_of_the_seed_is_a_few_lines() => Golden.Matches(
        "tests/Nabla.Tests/Derivations/Golden/seed-3-4-2-outline.txt",
        DerivationText.Write("seed-3-4-2", NetworkDerivation.Of(Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: false), DerivationStyle.Textbook, Dialect.Nielsen, false).Outline));

    public static TheoryData<DerivationStyle, Dialect> Styles()
    {
        TheoryData<DerivationStyle, Dialect> data = [];
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            foreach (Dialect dialect in Enum.GetValues<Dialect>())
            {
                data.Add(style, dialect);
            }
        }

        return data;
    }

    [Fact]
    public void The_seeds_derivation_is_printed_in_LaTeX() => Golden.Matches(
        "tests/Nabla.Tests/Derivations/Golden/seed-3-4-2.tex", DerivationLatex.Write("seed-3-4-2", Sections("3-4-2", "sigmoid", "squared-error", false)));

    [Fact]
    public void The_seeds_derivation_is_printed_in_JSON() => Golden.Matches(
        "tests/Nabla.Tests/Derivations/Golden/seed-3-4-2.json", DerivationJson.Write("seed-3-4-2", Sections("3-4-2", "sigmoid", "squared-error", false)));

    [Fact]
    public void The_labels_of_the_seed_come_in_its_order()
    {
        string[] labels = [.. Sections("3-4-2", "sigmoid", "squared-error", false).SelectMany(section => section.Steps)
            .Select(step => step.Label).Where(label => label.StartsWith("Eq", StringComparison.Ordinal))];
        Assert.Equal(
            ["Eq A", "Eq B", "Eq B.1", "Eq B.1", "Eq B.2", "Eq B.3", "Eq B.4", "Eq B", "Eq 3", "Eq 4.0", "Eq 4.1", "Eq 4.2", "Eq 4.3", "Eq 5"],
            labels);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Nielsens_labels_stand_on_the_lines_that_give_delta_and_only_in_his_dialect(DerivationStyle style, Dialect dialect)
    {
        Step[] steps = [.. NetworkDerivation.Of(Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: dialect == Dialect.RowBatch), style, dialect, false)
            .Sections.SelectMany(section => section.Steps).Where(step => step.Label.StartsWith("BP", StringComparison.Ordinal))];
        Assert.DoesNotContain(steps, step => step.Relation == Relation.Definition);
        Assert.Equal(dialect != Dialect.Seed, steps.Length > 0);
    }

    [Fact]
    public void The_proof_says_that_the_targets_sum_to_one() =>
        Assert.Equal(
            ["A² ≠ 0", "1ᵀ Y = 1ᵀ"],
            Sections("3-4-2", "sigmoid", "cross-entropy", true)[^1].Steps[0].Conditions.Select(condition =>
                Notation.Text.Print(condition.Left, condition.IsInequality ? "≠" : "=", condition.Right)));

    [Fact]
    public void Softmax_with_cross_entropy_becomes_p_minus_y()
    {
        Assert.Equal("a² − y", DeltaOfLastLayer("cross-entropy", false, assume: true));
        Assert.Equal("(1/m) (A² − Y)", DeltaOfLastLayer("cross-entropy", true, assume: true));
    }

    [Fact]
    public void Softmax_with_cross_entropy_keeps_the_sum_of_the_targets_where_it_may_not_be_one()
    {
        Assert.Equal("(1ᵀ y) a² − y", DeltaOfLastLayer("cross-entropy", false, assume: false));
        Assert.Equal("(1/m) ((1 (1ᵀ Y)) ⊙ A² − Y)", DeltaOfLastLayer("cross-entropy", true, assume: false));
    }

    [Fact]
    public void Sigmoid_with_binary_cross_entropy_becomes_a_minus_y()
    {
        Assert.Equal("a² − y", DeltaOfLastLayer("binary-cross-entropy", false, assume: false));
        Assert.Equal("(1/m) (A² − Y)", DeltaOfLastLayer("binary-cross-entropy", true, assume: false));
    }

    [Fact]
    public void The_derivative_of_the_sigmoid_becomes_a_times_one_minus_a() =>
        Assert.Equal("(a² − y) ⊙ a² ⊙ (1 − a²)", DeltaOfLastLayer("squared-error", false, assume: false));

    [Theory]
    [InlineData("squared-error", false)]
    [InlineData("cross-entropy", true)]
    [InlineData("binary-cross-entropy", false)]
    public void A_second_derivation_of_a_network_prints_what_the_first_did(string lossName, bool batch)
    {
        Loss loss = Loss.Named(lossName);
        LayeredNetwork network = Network.Of([3, 4, 3, 2], Activation.Sigmoid, loss.OutputActivation).Express(loss, batch: batch);
        string Printed() => DerivationText.Write(lossName, TextbookDerivation.Of(network, network.Differentiate(assumptions: [network.TargetsSumToOne])));
        string first = Printed();
        network.Differentiate(byInput: true);
        Assert.Equal(first, Printed());
    }

    [Fact]
    public void Fifty_layers_need_49_products_of_adjoints_and_not_1225()
    {
        LayeredNetwork network = Network.Of([.. Enumerable.Repeat(3, 51)], Activation.Named("tanh")).Express(Loss.SquaredError);
        Assert.Equal((49, 1225), network.Differentiate().ProductsOfAdjoints());
    }

    private static IReadOnlyList<Section> Sections(string sizes, string activation, string lossName, bool batch)
    {
        Loss loss = Loss.Named(lossName);
        Network network = Network.Of(Network.ParseSizes(sizes), Activation.Named(activation), loss.OutputActivation);
        LayeredNetwork expression = network.Express(loss, batch: batch);
        return TextbookDerivation.Of(expression, expression.Differentiate(assumptions: [expression.TargetsSumToOne]));
    }

    private static string DeltaOfLastLayer(string lossName, bool batch, bool assume)
    {
        Loss loss = Loss.Named(lossName);
        LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid, loss.OutputActivation).Express(loss, batch: batch);
        Derivation derivation = network.Differentiate(assumptions: assume ? [network.TargetsSumToOne] : []);
        Step step = derivation.StepOf(network.Layers[^1].PreActivation)!;
        Assert.Equal(assume ? 1 : 0, step.Conditions.Count);
        return Notation.Text.Print(step.Right);
    }
}

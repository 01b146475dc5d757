using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Cli;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Studio.Experiments;
using Nabla.Studio.Mathematics;
using Nabla.Studio.Server;
using Nabla.Training;

namespace Nabla.Studio.Tests;

/// <summary>The document of an experiment, the values of its names, and the plan's instructions for them, without a browser.</summary>
public sealed class TheDerivationOfAnExperiment
{
    public static TheoryData<string> Losses => [.. Loss.All.Keys, "sum((y-a).^4)/m", "sum(softplus(z)-y.*z)/m"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Is_written_in_every_style_and_dialect_that_nabla_derive_has(string text)
    {
        Loss loss = Loss.NamedOrParsed(text);
        Network network = Network.Of([2, 3, 2], Activation.Named("tanh"), loss.OutputActivation ?? Activation.Sigmoid);
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            foreach (Dialect dialect in Enum.GetValues<Dialect>())
            {
                foreach (bool batch in new[] { false, true })
                {
                    DerivationDocument document = DerivationDocument.Of(network, loss, new() { Style = style, Dialect = dialect, Batch = batch });
                    Assert.Equal(Enumerable.Range(1, document.Lines.Length), document.Lines.Select(line => line.Number));
                    Assert.Equal(loss.NeedsPreActivations && style == DerivationStyle.Textbook ? DerivationStyle.Differential : style, document.Settings.Style);

                    // Whatever can be pointed at has a meaning.
                    Assert.All(document.Lines.SelectMany(line => line.Names), name => Assert.NotNull(document.MeaningOf(name)));
                }
            }
        }
    }

    [Fact]
    public void Says_in_a_sentence_what_cannot_be_written_down_like_that()
    {
        Network network = Network.Of([2, 3, 2], Activation.Sigmoid);
        Loss loss = Loss.NamedOrParsed("sum(kron(y,a))");
        Assert.NotEmpty(DerivationDocument.Of(network, loss, new()).Lines);
        Assert.Contains("is not written with samples as rows", Assert.Throws<NotSupportedException>(() => DerivationDocument.Of(network, loss, new() { Dialect = Dialect.RowBatch })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Dialect.Nielsen, false)]
    [InlineData(Dialect.Seed, false)]
    [InlineData(Dialect.RowBatch, true)]
    [InlineData(Dialect.Nielsen, true)]
    public async Task Has_the_values_that_the_present_weights_give(Dialect dialect, bool batch)
    {
        await using Experiment experiment = await BeginAsync("moons");
        await experiment.StepAsync();
        DerivationDocument document = DerivationDocument.Of(experiment.Network, experiment.Loss, new() { Dialect = dialect, Batch = batch });
        SymbolValues values = new(document, experiment.Latest.Parameters, experiment.Data.Train, 3, 10, experiment.Settings.LearningRate);
        List<float[]> outputs = [];
        experiment.Model.Predict(experiment.Data.Train, (_, output) => outputs.Add(output.ToArray()), 12);
        Matrix a = values[batch ? "A³" : "a³"]!;
        Matrix columns = dialect == Dialect.RowBatch ? a.Transposed() : a;
        Assert.Equal(batch ? SymbolValues.MostSamples : 1, columns.Columns);
        for (int j = 0; j < columns.Columns; j++)
        {
            for (int i = 0; i < columns.Rows; i++)
            {
                Assert.Equal(outputs[3 + j][i], columns[i, j], 1e-5);
            }
        }

        // δ² is what the differences of the cost say, whichever of ∂C/∂z² and ∂C/∂a² the dialect means.
        LayeredNetwork network = document.Derivation.Network;
        SymbolicLayer second = network.Layers[1];
        Bindings bindings = new Bindings().Set(network.Batch, columns.Columns);
        foreach (Symbol symbol in Expr.Reachable(network.Cost).OfType<Symbol>())
        {
            bindings.Set(symbol, values[$"{symbol.Name}"]!);
        }

        Expr part = dialect == Dialect.Seed ? second.Activation : second.PreActivation;
        bindings.Set(part, values[$"{((Named)part).Name}"]!);
        Matrix differences = FiniteDifferences.Gradient(network.Cost, part, bindings);
        Matrix delta = values[batch ? "Δ²" : "δ²"]!;
        Assert.True(delta.Zip(differences, (x, y) => x - y).MaxAbs() < 1e-7 * Math.Max(1, delta.MaxAbs()));
    }

    [Fact]
    public void Knows_which_lines_say_what_a_name_is_and_which_use_it()
    {
        DerivationDocument document = DerivationDocument.Of(Network.Of([3, 4, 2], Activation.Sigmoid), Loss.SquaredError, new());
        DerivationLine[] defining = [.. document.Defining("z²")];
        Assert.NotEmpty(defining);
        Assert.All(defining, line => Assert.Equal("z²", line.Defines));
        Assert.Contains(document.Using("z²"), line => line.Defines == "a²");
        Assert.Contains(document.Defining("W²"), line => line.Step.Relation == Relation.Update);
        SymbolReport report = SymbolReport.Of(document, new(document, [.. Enumerable.Repeat(0, 2).SelectMany((_, l) => new[] { new Matrix(l == 0 ? 4 : 2, l == 0 ? 3 : 4), new Matrix(l == 0 ? 4 : 2, 1) })], Zeros(3, 2), 0, 1, 1), "δ²")!;
        Assert.Equal("2×1", report.Shape);
        Assert.Equal(report.Norm, Math.Sqrt(2) * report.Largest, 1e-12);
        Assert.Null(SymbolReport.Of(document, new(document, [], Zeros(3, 2), 0, 1, 1), "Q"));
        Assert.Same(report.Value, report.Picture);
    }

    [Fact]
    public void Draws_a_long_column_as_the_picture_that_it_is()
    {
        Matrix column = Matrix.From(784, 1, (i, _) => i);
        Matrix picture = new SymbolReport("a⁰", "the inputs", "784×1", column, [], []).Picture!;
        Assert.Equal((28, 28, 29.0), (picture.Rows, picture.Columns, picture[1, 1]));
    }

    [Fact]
    public void Draws_some_rows_and_columns_of_a_matrix_that_is_too_large_to_be_sent_again_and_again()
    {
        SymbolReport report = new("W²", "weights", "1000×100", Matrix.From(1000, 100, (i, j) => i + (0.001 * j)), [], []);
        Assert.Equal((4, 1), report.Strides);
        Assert.Equal((250, 100, 4.001), (report.Picture!.Rows, report.Picture.Columns, report.Picture[1, 1]));
        Assert.Equal((0, 999.099), (report.Least, report.Largest));
    }

    [Fact]
    public async Task Names_the_instruction_of_the_plan_for_each_name_and_says_which_are_fused()
    {
        await using Experiment experiment = await BeginAsync("moons");
        Matrix[] before = [.. experiment.Latest.Parameters];
        PlanTable plan = PlanTable.Of(experiment, experiment.Latest, TimeProvider.System);
        Assert.All(new[] { "z¹", "a¹", "δ²", "W²", "b³", "C" }, name => Assert.NotEmpty(plan.For(name, Dialect.Nielsen)));
        PlanEntry z = Assert.Single(plan.For("z¹", Dialect.Nielsen));
        PlanEntry a = Assert.Single(plan.For("a¹", Dialect.Nielsen));
        Assert.Equal(z.Number, a.Number);
        Assert.True(z.IsFused);
        Assert.False(a.IsFused);
        Assert.True(z.Seconds > 0);
        Assert.Equal(z, Assert.Single(plan.For("Z¹", Dialect.Nielsen)));
        Assert.True(Assert.Single(plan.For("W²", Dialect.Nielsen)).Line.IsUpdate);

        // The seed's δ is ∂C/∂a, which the plan does not compute under this name; inputs are given.
        Assert.Empty(plan.For("δ²", Dialect.Seed));
        Assert.Empty(plan.For("a⁰", Dialect.Nielsen));

        // It was measured on a copy.
        Assert.All(before.Zip(experiment.Model.Expression.Parameters), pair => Assert.Equal(0, pair.First.Zip(experiment.Model.Parameters[pair.Second], (x, y) => x - y).MaxAbs()));
    }

    [Theory]
    [InlineData(DerivationStyle.Textbook)]
    [InlineData(DerivationStyle.Differential)]
    public async Task Is_walked_through_with_the_numbers_that_nabla_derive_prints(DerivationStyle style)
    {
        await using Experiment experiment = await BeginAsync("moons");
        await experiment.StepAsync();
        DerivationDocument document = DerivationDocument.Of(experiment.Network, experiment.Loss, new() { Style = style });
        SymbolValues values = new(document, experiment.Latest.Parameters, experiment.Data.Train, 7, 1, experiment.Settings.LearningRate);
        LayeredNetwork network = document.Derivation.Network;
        Symbol[] given = [network.Input, network.Target, network.LearningRate, .. network.Parameters];
        string set = string.Join(", ", given.Select(symbol => $"{symbol.Name} = {Text(values[$"{symbol.Name}"]!)}"));
        StringWriter output = new();
        int code = await Tool.RunAsync(
            ["derive", $"{experiment.Network}", "--loss", experiment.Loss.Name, "--activation", "tanh", "--style", $"{style}".ToLowerInvariant(), "--values", "--set", set], new(output, TextWriter.Null));
        Assert.Equal(0, code);
        string printed = $"{output}";
        int at = 0;
        foreach (DerivationLine line in document.Lines)
        {
            foreach (string text in values.Below(line, 69))
            {
                int found = printed.IndexOf($"           {text}\n", at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"line {line.Number} has {text}, which nabla derive does not print there:\n{printed}");
                at = found + 1;
            }
        }
    }

    private static Samples Zeros(int inputs, int outputs) => new(new NumberFeatures([.. new double[2 * inputs]], inputs), new NumberTargets([.. Enumerable.Repeat(0.25, 2 * outputs)], outputs));

    private static string Text(Matrix value) =>
        $"[{string.Join("; ", Enumerable.Range(0, value.Rows).Select(i => string.Join(' ', Enumerable.Range(0, value.Columns).Select(j => value[i, j].ToString("R", System.Globalization.CultureInfo.InvariantCulture)))))}]";

    private static async Task<Experiment> BeginAsync(string data)
    {
        ExperimentSettings settings = ExperimentSettings.StartFor(data);
        using Uploads uploads = new(new StudioOptions());
        return Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
    }
}

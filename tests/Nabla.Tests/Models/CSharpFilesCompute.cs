using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Data;
using Nabla.Models;
using Nabla.Models.CSharp;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>A file of C# that was written compiles alone, predicts and learns as the model does.</summary>
public class CSharpFilesCompute
{
    private const int Batch = 6;

    private delegate void Predict(ReadOnlySpan<float> inputs, Span<float> outputs);

    private delegate double Train(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, double rate);

    public static TheoryData<string> Activations => [.. Activation.All.Keys];

    public static TheoryData<string> Losses => [.. Loss.All.Keys, "sum((y-a).^4)/m", "sum(log(ones(n,m)+(y-a).^2))/(n*m)"];

    public static TheoryData<string> Optimizers => [.. Optimizer.All.Keys];

    [Theory]
    [MemberData(nameof(Activations))]
    public void With_every_activation(string activation)
    {
        Activation own = Activation.Named(activation);
        Network network = own.IsSoftmax ? Network.Of([5, 4, 3], Activation.Named("tanh"), own) : Network.Of([5, 4, 4, 3], own, Activation.Identity);
        AssertComputes(network, own.IsSoftmax ? Loss.CrossEntropy : Loss.SquaredError, Optimizer.Sgd);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void With_every_loss_and_one_of_a_text(string text)
    {
        Loss loss = Loss.NamedOrParsed(text);
        AssertComputes(Network.Of([5, 4, 3], Activation.Named("tanh"), loss.OutputActivation ?? Activation.Identity), loss, Optimizer.Sgd);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void With_every_optimizer(string optimizer) =>
        AssertComputes(Network.Of([5, 4, 3], Activation.Named("tanh"), Activation.Identity), Loss.SquaredError, Optimizer.Named(optimizer), rate: 0.01);

    [Theory]
    [InlineData("digits", "Digits")]
    [InlineData("my model-2", "MyModel2")]
    [InlineData("3", "Network3")]
    [InlineData("train", "NetworkTrain")]
    [InlineData("Inputs", "NetworkInputs")]
    [InlineData("math", "NetworkMath")]
    public void A_class_has_no_name_of_a_member_nor_of_what_it_uses(string text, string expected) => Assert.Equal(expected, CSharpSource.ClassName(text));

    [Fact]
    public void Without_biases_with_one_output_a_sum_and_divided_inputs() => AssertComputes(
        Network.Of([5, 4, 1], Activation.Sigmoid, biases: false), Loss.SquaredError, Optimizer.Sgd, Reduction.Sum, divisor: 4);

    [Theory]
    [InlineData(true, "sgd", 0.1)]
    [InlineData(false, "sgd", 0.1)]
    [InlineData(true, "adam", 0.01)]
    [InlineData(false, "adamw", 0.01)]
    public void Of_a_table_with_numbers_categories_and_missing_values(bool isClassifier, string rule, double rate)
    {
        Optimizer optimizer = Optimizer.Named(rule).With("weight-decay", 0.01);
        Preprocessing preprocessing = new()
        {
            Columns =
            [
                new CategoryEncoding("colour\n*/", ["blue", "red \"1\""], MissingIsLevel: true),
                new NumberEncoding("year\u2028x", 2000.3, 1.7, 2001),
                new NumberEncoding("size", -0.5, 1.0 / 3, -0.5),
                new CategoryEncoding("shape", ["round", "square"], MissingIsLevel: false),
            ],
            Target = isClassifier ? new("kind") : new("price", -250.1, 40.7),
        };
        Network network = Network.Of([7, 4, isClassifier ? 3 : 1], Activation.Named("tanh"), isClassifier ? Activation.Softmax : Activation.Identity);
        Model<float> model = New(network, isClassifier ? Loss.CrossEntropy : Loss.MeanSquaredError, Reduction.Mean);
        ModelDescription description = Describe(model) with { Preprocessing = preprocessing, Classes = isClassifier ? ["a", "b", "c"] : [] };
        string source = CSharpSource.Write("Written", model, description, optimizer);
        object file = Compile(source);
        Assert.Equal(preprocessing.Columns.Select(column => column.Name), (string[])file.GetType().GetField("Columns")!.GetValue(null)!);
        Assert.Equal([["blue", "red \"1\""], [], [], ["round", "square"]], (string[][])file.GetType().GetField("Levels")!.GetValue(null)!);
        Assert.Equal(4, (int)file.GetType().GetField("Inputs")!.GetValue(null)!);
        Assert.Contains("// size: (x − mean) / scale, with the fill for a missing x\n            a[4] = (float)(", source, StringComparison.Ordinal);
        float[] inputs = [0, 2001, 0.5f, 1, 1, float.NaN, 0, 0, float.NaN, 1999.5f, float.NaN, float.NaN, -1, 2000, -1, 7, 0.5f, 2002, 1, 1, 2, 2000, 0, -3];
        AssertPredicts(model, description, file, inputs);

        // The step learns from the same inputs, and from targets in the units of the table.
        float[] inUnits = isClassifier ? [.. Enumerable.Range(0, Batch).SelectMany(i => new float[] { i % 3 == 0 ? 1 : 0, i % 3 == 1 ? 1 : 0, i % 3 == 2 ? 1 : 0 })] : Numbers(Batch, 2, -300, -200);
        Train train = file.GetType().GetMethod("Train")!.CreateDelegate<Train>(file);
        double first = train(inputs, inUnits, rate);
        for (int step = 1; step < 100; step++)
        {
            train(inputs, inUnits, rate);
        }

        // The library's training is given what the file makes of the table itself.
        Learn(model, preprocessing, inputs, inUnits, new() { Optimizer = optimizer, LearningRate = rate, BatchSize = Batch, Epochs = 100 });
        AssertSameWeights(model, file);
        AssertPredicts(model, description, file, inputs, 2e-5);

        double last = 0;
        for (int step = 0; step < 400; step++)
        {
            last = train(inputs, inUnits, rate);
        }

        Assert.InRange(first, 0.1, 10);
        Assert.InRange(last, 0, first / 4);
        float[] outputs = new float[inUnits.Length];
        file.GetType().GetMethod("Predict")!.CreateDelegate<Predict>(file)(inputs, outputs);
        double largest = inUnits.Zip(outputs, (wanted, got) => Math.Abs(wanted - got)).Max();
        Assert.InRange(largest, 0, isClassifier ? 0.4 : 40);
    }

    [Fact]
    public void And_shows_the_equations_that_it_computes()
    {
        Model<float> model = New(Network.Of([2, 3, 1], Activation.Sigmoid), Loss.SquaredError, Reduction.Mean);
        string source = CSharpSource.Write("Xor", model, Describe(model));
        Assert.All(
            [
                "public sealed class Xor", "// Z¹ = W¹ A⁰ + b¹ 1ᵀ", "// A¹ = σ(Z¹)", "// ∂C/∂W² = Δ² (A¹)ᵀ", "// Δ¹ = ",
                "private static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));",
            ],
            part => Assert.Contains(part, source));
        Assert.DoesNotContain("Nabla.", source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_none_and_a_number_that_is_none_are_refused()
    {
        Model<float> model = New(Network.Of([2, 3, 1], Activation.Sigmoid), Loss.SquaredError, Reduction.Mean);
        Assert.Equal(
            "'2b' names no class: it needs letters and digits, a letter first", Assert.Throws<ArgumentException>(() => CSharpSource.Write("2b", model, Describe(model))).Message);
        model.Parameters[model.Expression.Layers[0].Biases!] = Calculus.Verification.Matrix.From(3, 1, (_, _) => double.PositiveInfinity);
        Assert.Equal(
            "b¹ holds ∞, but the weights and biases of a program are finite numbers".Replace("∞", $"{float.PositiveInfinity}", StringComparison.Ordinal),
            Assert.Throws<ArgumentException>(() => CSharpSource.Write("B", model, Describe(model))).Message);
    }

    [Theory]
    [InlineData("digits", "Digits")]
    [InlineData("digits-2 b", "Digits2B")]
    [InlineData("2", "Network2")]
    [InlineData("", "Network")]
    public void Any_text_gives_a_name_of_a_class(string text, string name) => Assert.Equal(name, CSharpSource.ClassName(text));

    private static void AssertComputes(
        Network network, Loss loss, Optimizer optimizer, Reduction reduction = Reduction.Mean, double rate = 0.05, double divisor = 1)
    {
        Model<float> model = New(network, loss, reduction);
        ModelDescription description = Describe(model) with { Preprocessing = new() { InputDivisor = divisor }, Classes = [.. Enumerable.Range(0, network.Outputs).Select(i => $"\"{i}\\é\n")] };
        object file = Compile(CSharpSource.Write("Written", model, description, optimizer));
        float[] inputs = Numbers(Batch * network.Inputs, 1, -1, 1);
        float[] targets = Numbers(Batch * network.Outputs, 2, 0.1, 0.9);
        Assert.Equal(description.Classes, (string[])file.GetType().GetField("Classes")!.GetValue(null)!);
        AssertPredicts(model, description, file, inputs);

        Derivation derivation = model.Expression.Differentiate();
        Plan<float> plan = model.CompileStep(derivation, optimizer, Batch);
        plan.Set(model.Expression.LearningRate, rate);
        plan[model.Expression.Input] = Columns(inputs, network.Inputs, divisor);
        plan[model.Expression.Target] = Columns(targets, network.Outputs, 1);
        Train train = file.GetType().GetMethod("Train")!.CreateDelegate<Train>(file);
        for (int step = 1; step <= 100; step++)
        {
            if (UpdateTerms.StepIn(model.Expression.LearningRate.Pool) is Symbol number)
            {
                plan.Set(number, step);
            }

            plan.Run();
            double expected = plan[derivation.StableCost][0, 0];
            Assert.Equal(expected, train(inputs, targets, rate), 1e-5 * Math.Max(1, Math.Abs(expected)));
        }

        AssertSameWeights(model, file);
        AssertPredicts(model, description, file, inputs, 2e-5);
    }

    /// <summary>Trains a model with rows and targets of a table, all in one step, as the library prepares them.</summary>
    private static void Learn(Model<float> model, Preprocessing preprocessing, float[] rows, float[] targets, TrainingOptions options)
    {
        InputEncoder encoder = new(preprocessing, preprocessing.Inputs);
        float[] inputs = new float[Batch * preprocessing.Inputs];
        int columns = preprocessing.Columns.Length;
        for (int j = 0; j < Batch; j++)
        {
            encoder.Encode(rows.AsSpan(j * columns, columns), inputs.AsSpan(j * preprocessing.Inputs, preprocessing.Inputs));
        }

        int outputs = model.Network.Outputs;
        Samples samples = new(
            new NumberFeatures([.. inputs.Select(Convert.ToDouble)], preprocessing.Inputs),
            new NumberTargets([.. targets.Select(target => preprocessing.Target!.Encode(target))], outputs));
        Trainer<float> trainer = new(model, new Dataset("table", samples), options);
        Assert.Equal(options.Epochs, trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Count());
    }

    private static void AssertSameWeights(Model<float> model, object file)
    {
        foreach (Symbol parameter in model.Expression.Parameters)
        {
            float[] expected = model.Parameters.SlotOf(parameter).ReadRows();
            float[] actual = (float[])file.GetType().GetField($"{parameter.Name.Letter}{parameter.Name.Superscript}")!.GetValue(file)!;
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    private static void AssertPredicts(Model<float> model, ModelDescription description, object file, float[] inputs, double tolerance = 1e-6)
    {
        float[] expected = new float[Batch * model.Network.Outputs];
        Predictor.Of(model, description, concurrency: 1).Predict(inputs, expected);
        float[] actual = new float[expected.Length];
        file.GetType().GetMethod("Predict")!.CreateDelegate<Predict>(file)(inputs, actual);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }

    /// <summary>Compiles the file with nothing but .NET's own assemblies, warnings as errors.</summary>
    private static object Compile(string source)
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Written" + Guid.NewGuid().ToString("N"),
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            [.. new[] { "System.Private.CoreLib.dll", "System.Runtime.dll" }.Select(name => MetadataReference.CreateFromFile(Path.Combine(runtime, name)))],
            new(OutputKind.DynamicallyLinkedLibrary, generalDiagnosticOption: ReportDiagnostic.Error, optimizationLevel: OptimizationLevel.Release));
        using MemoryStream assembly = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics) + "\n" + source);
        assembly.Position = 0;
        Type type = new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(assembly).GetType("Written")!;
        return Activator.CreateInstance(type)!;
    }

    private static Calculus.Verification.Matrix Columns(float[] values, int size, double divisor) =>
        Calculus.Verification.Matrix.From(size, values.Length / size, (i, j) => values[j * size + i] / divisor);

    private static float[] Numbers(int count, ulong seed, double from, double to)
    {
        SeededRandom random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble(from, to))];
    }

    private static ModelDescription Describe(Model<float> model) => new(model.Network, model.Loss.Name, model.Reduction);

    private static Model<float> New(Network network, Loss loss, Reduction reduction)
    {
        Model<float> model = new(network, loss, loss.Text is null ? reduction : Reduction.Mean);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        return model;
    }
}

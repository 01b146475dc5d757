using System.Collections.Immutable;
using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Networks;

namespace Nabla.Tests.Checking;

/// <summary>Gradient cases made here, so that the tests need no file, and the text of a case.</summary>
internal static class Cases
{
    /// <summary>The seed's network with sizes that differ from one another.</summary>
    public static GradientCase Small() => Random(Loss.SquaredError, 5, 3, new(4, Activation.Sigmoid), new(2, Activation.Sigmoid));

    /// <summary>A case with random numbers and the gradients of the evaluator.</summary>
    public static GradientCase Random(Loss loss, int samples, int inputs, params ImmutableArray<Layer> layers)
    {
        SeededRandom random = new(7);
        Matrix Normal(int rows, int columns) => Matrix.From(rows, columns, (_, _) => random.NextNormal());
        Network network = new(inputs, layers);
        List<LayerValues> values = [];
        foreach ((Layer layer, int l) in layers.Select((layer, l) => (layer, l)))
        {
            values.Add(new(Normal(layer.Outputs, network.Sizes[l]), layer.HasBiases ? Normal(layer.Outputs, 1) : null));
        }

        Matrix targets = Normal(network.Outputs, samples);
        if (loss == Loss.CrossEntropy)
        {
            targets = Matrix.From(network.Outputs, samples, (i, j) => i == j % network.Outputs ? 1 : 0);
        }
        else if (loss == Loss.BinaryCrossEntropy)
        {
            targets = targets.Map(y => y > 0 ? 1 : 0);
        }

        return WithGradients(new(network, loss, [.. values], Normal(inputs, samples), targets, []));
    }

    /// <summary>The same case with everything given that can be, as the evaluator computes it.</summary>
    public static GradientCase WithGradients(GradientCase of, DerivationSettings? settings = null, bool targetsSumToOne = false)
    {
        LayeredNetwork network = of.Network.Express(of.Loss);
        Derivation derivation = network.Differentiate(byInput: true, targetsSumToOne ? [network.TargetsSumToOne] : [], settings);
        Bindings bindings = new Bindings().Set(network.Batch, of.Inputs.Columns).Set(network.Input, of.Inputs).Set(network.Target, of.Targets);
        List<GivenTensor> given =
        [
            new(ComparedQuantity.Loss, 0, new(1, 1)),
            new(ComparedQuantity.Outputs, 0, new(of.Network.Outputs, of.Inputs.Columns)),
        ];
        List<Expr> expressions = [derivation.StableCost, network.Output];
        for (int l = 0; l < of.Layers.Length; l++)
        {
            SymbolicLayer layer = network.Layers[l];
            bindings.Set(layer.Weights, of.Layers[l].Weights);
            given.Add(new(ComparedQuantity.Weights, l, of.Layers[l].Weights));
            expressions.Add(derivation.GradientOf(layer.Weights));
            if (layer.Biases is Symbol biases)
            {
                bindings.Set(biases, of.Layers[l].Biases!);
                given.Add(new(ComparedQuantity.Biases, l, of.Layers[l].Biases!));
                expressions.Add(derivation.GradientOf(biases));
            }
        }

        given.Add(new(ComparedQuantity.Inputs, 0, of.Inputs));
        expressions.Add(derivation.GradientOf(network.Input));
        IReadOnlyList<Matrix> computed = Evaluator.EvaluateAll(expressions, bindings);
        return of with { Given = [.. given.Zip(computed, (tensor, value) => tensor with { Values = value.Copy() })] };
    }

    /// <summary>The case as the text of a file.</summary>
    public static string ToJson(GradientCase of)
    {
        GivenTensor Given(ComparedQuantity quantity, int layer = 0) =>
            of.Given.Single(given => given.Quantity == quantity && given.Layer == layer);
        StringBuilder text = new();
        IEnumerable<string> layers = of.Layers.Select((layer, l) =>
            $"{{\"weights\": {Rows(layer.Weights)}, {(layer.Biases is Matrix b ? $"\"biases\": {Column(b)}, " : "")}\"activation\": \"{of.Network.Layers[l].Activation}\"}}");
        IEnumerable<string> gradients = of.Layers.Select((layer, l) =>
            $"{{\"weights\": {Rows(Given(ComparedQuantity.Weights, l).Values)}{(layer.Biases is null ? "" : $", \"biases\": {Column(Given(ComparedQuantity.Biases, l).Values)}")}}}");
        text.Append($"{{\"name\": \"made here\", \"network\": {{\"inputs\": {of.Network.Inputs}, \"layers\": [{string.Join(", ", layers)}]}}, ");
        text.Append($"\"loss\": \"{of.Loss}\", \"inputs\": {Rows(of.Inputs.Transposed())}, \"targets\": {Rows(of.Targets.Transposed())}, ");
        text.Append($"\"outputs\": {Rows(Given(ComparedQuantity.Outputs).Values.Transposed())}, ");
        text.Append($"\"gradients\": {{\"loss\": {Given(ComparedQuantity.Loss).Values[0, 0]}, \"layers\": [{string.Join(", ", gradients)}], ");
        text.Append($"\"inputs\": {Rows(Given(ComparedQuantity.Inputs).Values.Transposed())}}}}}");
        return text.ToString();
    }

    public static GradientCase Parse(string json) => GradientCase.Parse(Encoding.UTF8.GetBytes(json), "case.json");

    private static string Column(Matrix values) => $"[{string.Join(", ", values.Elements.ToArray())}]";

    private static string Rows(Matrix values) => $"[{string.Join(", ", Enumerable.Range(0, values.Rows)
        .Select(i => $"[{string.Join(", ", Enumerable.Range(0, values.Columns).Select(j => values[i, j]))}]"))}]";
}

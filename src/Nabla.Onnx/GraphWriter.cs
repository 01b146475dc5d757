using System.Text.Json;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>Writes a network as the nodes of a graph: one sample a row, where Nabla has one a column.</summary>
internal sealed class GraphWriter
{
    /// <summary>The edition of the operators, and that of the format that came with it.</summary>
    private const int Opset = 18;
    private const int IrVersion = 8;

    /// <summary>The names of the samples, of the outputs, and of the outputs before they are decoded.</summary>
    public const string Input = "input";
    public const string Output = "output";
    public const string Standardized = "target.standardized";

    private readonly GraphParts graph = new();

    private GraphWriter()
    {
    }

    /// <summary>The whole file.</summary>
    /// <param name="layers">The network's symbols.</param>
    /// <param name="values">The values of a weight matrix or a bias.</param>
    /// <param name="description">What goes with it.</param>
    /// <exception cref="ArgumentException">An activation is one of one's own.</exception>
    public static ModelProto Write(IReadOnlyList<SymbolicLayer> layers, Func<Symbol, Matrix> values, ModelDescription description)
    {
        GraphWriter writer = new();
        Network network = description.Network;
        bool isClassifier = description.Decoding is null && GivesProbabilities(network.Layers[^1].Activation, description.Loss);
        string output = isClassifier ? "probabilities" : description.Decoding is null ? Output : Standardized;
        writer.graph.Graph.Input.Add(Value(Input, description.Preprocessing.IsTable ? description.Preprocessing.Columns.Length : network.Inputs));
        string a = writer.Prepare(Input, description.Preprocessing);
        for (int l = 0; l < layers.Count; l++)
        {
            bool isLast = l == layers.Count - 1;
            Activation activation = network.Layers[l].Activation;
            string next = isLast ? output : $"layers.{l}.a";
            bool isIdentity = activation.Equals(Activation.Identity);
            string z = isIdentity ? next : isLast && isClassifier ? "logits" : $"layers.{l}.z";
            string weights = writer.graph.Given($"layers.{l}.weight", values(layers[l].Weights), isVector: false);
            string[] inputs = layers[l].Biases is Symbol biases
                ? [a, weights, writer.graph.Given($"layers.{l}.bias", values(biases), isVector: true)]
                : [a, weights];
            writer.graph.Node("Gemm", z, inputs, Operators.Whole("transB", 1));
            if (!isIdentity)
            {
                writer.Apply(activation, z, next);
            }

            a = next;
        }

        if (description.Decoding is TargetEncoding target)
        {
            TableNodes.Decode(writer.graph, a, Output, target);
            a = Output;
        }

        if (isClassifier)
        {
            writer.graph.Graph.Output.Add(Value("logits", network.Outputs));
        }

        writer.graph.Graph.Output.Add(Value(a, network.Outputs));
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "nabla", ProducerVersion = VersionText(), Graph = writer.graph.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        foreach ((string key, string value) in Metadata(description))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model;
    }

    /// <summary>Whether the outputs are probabilities: those of a softmax, and those of a sigmoid that was trained as such.</summary>
    private static bool GivesProbabilities(Activation last, string loss) =>
        last.IsSoftmax || (last.Equals(Activation.Sigmoid) && loss == Loss.BinaryCrossEntropy.Name);

    private static string VersionText() => typeof(GraphWriter).Assembly.GetName().Version!.ToString(3);

    private static IEnumerable<(string Key, string Value)> Metadata(ModelDescription description)
    {
        yield return ("network", $"{description.Network}");
        yield return ("loss", description.Loss);
        yield return ("reduction", description.Reduction == Reduction.Mean ? "mean" : "sum");
        if (!description.Classes.IsEmpty)
        {
            yield return ("classes", Json(json =>
            {
                json.WriteStartArray();
                foreach (string name in description.Classes)
                {
                    json.WriteStringValue(name);
                }

                json.WriteEndArray();
            }));
        }

        if (description.Preprocessing is not { IsTable: false, Target: null })
        {
            yield return ("preprocessing", Json(json =>
            {
                json.WriteStartObject();
                PreprocessingJson.Write(json, description.Preprocessing);
                json.WriteEndObject();
            }));
        }

        yield return ("training", Json(json =>
        {
            json.WriteStartObject();
            foreach ((string key, string value) in description.Training)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            write(json);
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static ValueInfoProto Value(string name, int size)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = GraphParts.FloatType, Shape = shape } } };
    }

    /// <summary>What is done to the inputs before they reach the first layer.</summary>
    private string Prepare(string input, Preprocessing preprocessing) =>
        preprocessing.IsTable ? TableNodes.Encode(graph, input, preprocessing)
        : preprocessing.InputDivisor == 1 ? input
        : graph.Node("Div", "preprocessed", [input, graph.Given("preprocessing.divisor", (float)preprocessing.InputDivisor)]);

    private void Apply(Activation activation, string z, string a)
    {
        if (Activation.All.TryGetValue(activation.Name, out Activation? known) && known.Equals(activation))
        {
            if (Operators.All.FirstOrDefault(candidate => candidate.Activation == activation.Name) is Operator single)
            {
                graph.Node(single.OpType, a, [z], single.Attribute is null ? [] : [single.Attribute]);
                return;
            }

            switch (activation.Name)
            {
                // z·σ(z).
                case "silu":
                    graph.Node("Mul", a, [z, graph.Node("Sigmoid", a + ".sigmoid", [z])]);
                    return;

                // (z·(1 + erf(z/√2)))·½, in the order that PyTorch writes it.
                case "gelu":
                    string scaled = graph.Node("Div", a + ".scaled", [z, graph.Given("gelu.sqrt2", float.Sqrt(2))]);
                    string erf = graph.Node("Erf", a + ".erf", [scaled]);
                    string raised = graph.Node("Add", a + ".raised", [erf, graph.Given("gelu.one", 1)]);
                    graph.Node("Mul", a, [graph.Node("Mul", a + ".product", [z, raised]), graph.Given("gelu.half", 0.5f)]);
                    return;
                default:
                    break;
            }
        }

        throw new ArgumentException($"the activation {activation} has no form in ONNX that this program writes");
    }
}

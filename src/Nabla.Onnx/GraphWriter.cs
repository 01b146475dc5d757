using System.Buffers.Binary;
using System.Text.Json;
using Google.Protobuf;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;
using Nabla.Planning;

namespace Nabla.Onnx;

/// <summary>Writes a network as the nodes of a graph: one sample a row, where Nabla has one a column.</summary>
internal sealed class GraphWriter
{
    /// <summary>The edition of the operators, and that of the format that came with it.</summary>
    private const int Opset = 18;
    private const int IrVersion = 8;
    private const int FloatType = 1;

    private readonly GraphProto graph = new() { Name = "nabla" };

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
        bool isClassifier = GivesProbabilities(network.Layers[^1].Activation, description.Loss);
        writer.graph.Input.Add(Value("input", network.Inputs));
        string a = writer.Prepare("input", description);
        for (int l = 0; l < layers.Count; l++)
        {
            bool isLast = l == layers.Count - 1;
            Activation activation = network.Layers[l].Activation;
            string next = isLast ? (isClassifier ? "probabilities" : "output") : $"layers.{l}.a";
            bool isIdentity = activation.Equals(Activation.Identity);
            string z = isIdentity ? next : isLast && isClassifier ? "logits" : $"layers.{l}.z";
            string weights = writer.Given($"layers.{l}.weight", values(layers[l].Weights), isVector: false);
            string[] inputs = layers[l].Biases is Symbol biases
                ? [a, weights, writer.Given($"layers.{l}.bias", values(biases), isVector: true)]
                : [a, weights];
            writer.Node("Gemm", z, inputs, Operators.Whole("transB", 1));
            if (!isIdentity)
            {
                writer.Apply(activation, z, next);
            }

            a = next;
        }

        if (isClassifier)
        {
            writer.graph.Output.Add(Value("logits", network.Outputs));
        }

        writer.graph.Output.Add(Value(a, network.Outputs));
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "nabla", ProducerVersion = VersionText(), Graph = writer.graph };
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
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = FloatType, Shape = shape } } };
    }

    /// <summary>What is done to the inputs before they reach the first layer.</summary>
    private string Prepare(string input, ModelDescription description) => description.Preprocessing.InputDivisor == 1
        ? input
        : Node("Div", "preprocessed", [input, Given("preprocessing.divisor", (float)description.Preprocessing.InputDivisor)]);

    private void Apply(Activation activation, string z, string a)
    {
        if (Activation.All.TryGetValue(activation.Name, out Activation? known) && known.Equals(activation))
        {
            if (Operators.All.FirstOrDefault(candidate => candidate.Activation == activation.Name) is Operator single)
            {
                Node(single.OpType, a, [z], single.Attribute is null ? [] : [single.Attribute]);
                return;
            }

            switch (activation.Name)
            {
                // z·σ(z).
                case "silu":
                    Node("Mul", a, [z, Node("Sigmoid", a + ".sigmoid", [z])]);
                    return;

                // (z·(1 + erf(z/√2)))·½, in the order that PyTorch writes it.
                case "gelu":
                    string scaled = Node("Div", a + ".scaled", [z, Given("gelu.sqrt2", float.Sqrt(2))]);
                    string erf = Node("Erf", a + ".erf", [scaled]);
                    string raised = Node("Add", a + ".raised", [erf, Given("gelu.one", 1)]);
                    Node("Mul", a, [Node("Mul", a + ".product", [z, raised]), Given("gelu.half", 0.5f)]);
                    return;
                default:
                    break;
            }
        }

        throw new ArgumentException($"the activation {activation} has no form in ONNX that this program writes");
    }

    private string Node(string operation, string output, string[] inputs, params IEnumerable<AttributeProto> attributes)
    {
        NodeProto node = new() { OpType = operation, Name = $"{output}.{operation}" };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        graph.Node.Add(node);
        return output;
    }

    /// <summary>A number, once for all who need it.</summary>
    private string Given(string name, float value)
    {
        if (!graph.Initializer.Any(known => known.Name == name))
        {
            graph.Initializer.Add(Tensor(name, [], [value]));
        }

        return name;
    }

    private string Given(string name, Matrix values, bool isVector)
    {
        float[] rows = new float[values.Rows * values.Columns];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (float)values[i / values.Columns, i % values.Columns];
        }

        graph.Initializer.Add(Tensor(name, isVector ? [values.Rows] : [values.Rows, values.Columns], rows));
        return name;
    }

    private static TensorProto Tensor(string name, long[] dims, float[] values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        TensorProto tensor = new() { Name = name, DataType = FloatType, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(dims);
        return tensor;
    }
}

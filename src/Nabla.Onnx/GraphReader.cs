using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>Reads a graph forwards, node by node, and then from its output back to its input, layer by layer.</summary>
internal sealed class GraphReader
{
    /// <summary>More operators than any activation has between two layers: a product of itself with itself, often enough, would never end.</summary>
    private const int MostOperators = 64;

    /// <summary>Each is compared with each.</summary>
    private const int MostOutputs = 8;

    /// <summary>Matrices may be used by several layers, which then have copies of their own; so many numbers more than the file holds are given for that.</summary>
    private const int NumbersForCopies = 1 << 20;

    private const int OutputsInMemory = 16;

    /// <summary>Each takes kilobytes as expressions.</summary>
    private const int MostLayers = 10_000;

    private readonly string file;
    private readonly FileContent content;
    private readonly GraphProto graph;
    private readonly Dictionary<string, Term> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> initializers = new(StringComparer.Ordinal);

    private GraphReader(string file, FileContent content) => (this.file, this.content, graph) = (file, content, content.Model.Graph);

    /// <summary>The layers, and what the inputs are divided by before the first.</summary>
    /// <param name="content">The file's messages, and its numbers.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="notes">What the notes say; the graph must have the operators that are written for a table.</param>
    /// <exception cref="InvalidDataException">The graph is not that of a feed-forward network; the message names the node.</exception>
    public static (IReadOnlyList<ImportedLayer> Layers, double Divisor) Read(FileContent content, string file, ImportOptions notes)
    {
        ModelProto model = content.Model;
        if (model.Graph is null)
        {
            throw new InvalidDataException($"{file}: there is no graph, but an ONNX model has one");
        }

        OperatorSetIdProto? standard = model.OpsetImport.FirstOrDefault(set => IsStandard(set.Domain));
        if (standard is null || standard.Version < 7)
        {
            throw new InvalidDataException(
                $"{file}: the file is of {(standard is null ? "no operator set" : $"operator set {standard.Version}")}, but 7 or a later one is needed");
        }

        GraphReader reader = new(file, content);
        reader.ReadInputs();
        int before = notes.Preprocessing is { IsTable: true } table ? reader.SkipEncoding(table) : 0;
        int after = notes.Preprocessing?.Target is { } target && target is not { Mean: 0, Scale: 1 } ? reader.CountDecoding(target, notes.Classes.IsEmpty) : 0;
        foreach (NodeProto node in model.Graph.Node.Take(model.Graph.Node.Count - after).Skip(before))
        {
            reader.ReadNode(node);
        }

        if (after > 0 && reader.values.TryGetValue(GraphWriter.Standardized, out Term? standardized))
        {
            reader.values[GraphWriter.Output] = standardized;
        }

        return reader.Trace(reader.Output());
    }

    private static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    private static string Quote(string text) => TensorReader.Quote(text);

    private static string Describe(NodeProto node) => $"the node {Quote(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "")} ({Quote(node.OpType)})";

    private InvalidDataException Bad(NodeProto node, string sentence) => new($"{file}: {Describe(node)} {sentence}");

    private void ReadInputs()
    {
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!initializers.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException($"{file}: two initializers are named {Quote(tensor.Name)}");
            }
        }

        // Before version 4 of the format what is given stood among the inputs too.
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !initializers.ContainsKey(input.Name))];
        if (inputs.Length != 1)
        {
            throw new InvalidDataException($"{file}: the graph has {inputs.Length} inputs, but a network has one");
        }

        values[inputs[0].Name] = new InputTerm();
    }

    /// <summary>Takes the value that the columns become for the inputs, and counts the operators that make it.</summary>
    private int SkipEncoding(Preprocessing preprocessing)
    {
        // Each input has a number of eight bytes in the graph, or four numbers; a file that is smaller does not get that far.
        string inputs = "";
        GraphProto expected = preprocessing.Inputs <= content.Bytes / sizeof(long) ? Expected(parts => inputs = TableNodes.Encode(parts, GraphWriter.Input, preprocessing)) : new();
        if (expected.Node.Count == 0 || !Has(expected, first: 0) || !values.Remove(GraphWriter.Input, out Term? samples))
        {
            throw new InvalidDataException($"{file}: the notes beside the graph name the columns of a table, but the graph does not begin with what is done to these");
        }

        values[inputs] = samples;
        return expected.Node.Count;
    }

    /// <summary>The number of operators at the end that make numbers in the units of a table; of classes there are none.</summary>
    private int CountDecoding(TargetEncoding target, bool isRegression)
    {
        GraphProto expected = Expected(parts => TableNodes.Decode(parts, GraphWriter.Standardized, GraphWriter.Output, target));
        return Has(expected, graph.Node.Count - expected.Node.Count) ? expected.Node.Count
            : isRegression ? throw new InvalidDataException($"{file}: the notes beside the graph name the units of a table, but the graph does not end with what makes these of the outputs")
            : 0;
    }

    private GraphProto Expected(Action<GraphParts> write)
    {
        GraphParts parts = new();
        try
        {
            write(parts);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{file}: {error.Message}", error);
        }

        return parts.Graph;
    }

    private bool Has(GraphProto expected, int first) =>
        first >= 0 && expected.Node.SequenceEqual(graph.Node.Skip(first).Take(expected.Node.Count))
        && expected.Initializer.All(tensor => initializers.TryGetValue(tensor.Name, out TensorProto? given) && Has(tensor, given));

    private bool Has(TensorProto expected, TensorProto given) =>
        expected.DataType == given.DataType && expected.Dims.Equals(given.Dims) && content.PayloadOf(given) is Payload payload && payload.Holds(expected.RawData.Span);

    private void ReadNode(NodeProto node)
    {
        if (!IsStandard(node.Domain))
        {
            throw Bad(node, $"is of the domain {Quote(node.Domain)}, but only the standard operators are read");
        }

        if (node.Output is not [{ Length: > 0 } output] || values.ContainsKey(output) || initializers.ContainsKey(output))
        {
            throw Bad(node, "must have one output, with a name that nothing else has");
        }

        Term result = node.OpType switch
        {
            "Gemm" => Gemm(node),
            "MatMul" => MatMul(node),
            "Add" => Add(node),
            "Mul" or "Div" => new OperatorTerm(node.OpType, Operand(node, 0, 2), Operand(node, 1, 2)) { Node = node },
            "Erf" or "Abs" => Elementwise(node),
            "Identity" => Operand(node, 0, 1),
            "Flatten" => Flatten(node),
            "Constant" => Constant(node),
            "Transpose" => Transpose(node),
            "Gelu" when Text(node, "approximate", "none") == "none" => Elementwise(node),
            _ when Operators.All.FirstOrDefault(known => known.OpType == node.OpType) is Operator known => Activation(node, known),
            _ => throw Bad(node, "is none that this program reads: Gemm, MatMul, Add and the operators of Nabla's activations"),
        };
        values[output] = result.Size <= MostOperators
            ? result
            : throw Bad(node, $"ends a chain of more than {MostOperators} operators after a layer, which is no activation of Nabla");
    }

    private OperatorTerm Elementwise(NodeProto node) => new(node.OpType, Operand(node, 0, 1), null) { Node = node };

    private OperatorTerm Activation(NodeProto node, Operator known)
    {
        if (known.Attribute is AttributeProto expected)
        {
            AttributeProto? given = node.Attribute.FirstOrDefault(attribute => attribute.Name == expected.Name);
            double value = given is null ? known.Default : given.HasF ? given.F : given.I;
            double right = expected.HasF ? expected.F : expected.I;

            // Of two dimensions, the last is the second.
            if (Math.Abs(value - right) > 1e-6 && !(expected.HasI && value == -1))
            {
                throw Bad(node, $"has {expected.Name} {value}, but {known.Activation} has {right}");
            }
        }

        return Elementwise(node);
    }

    private AffineTerm Gemm(NodeProto node)
    {
        if (Number(node, "transA", 0) != 0)
        {
            throw Bad(node, "has transA, but samples are rows");
        }

        Term x = Operand(node, 0, node.Input.Count);
        if (x is GivenTerm || node.Input.Count is < 2 or > 3)
        {
            throw Bad(node, "must multiply what comes from the inputs by a given matrix, and may add a given vector");
        }

        Tensor weights = Matrix(node, 1);
        weights = Number(node, "transB", 0) == 0 ? TensorReader.Transposed(weights) : weights;
        weights = TensorReader.Scaled(weights, (float)Number(node, "alpha", 1));
        float beta = (float)Number(node, "beta", 1);
        Tensor? biases = node.Input.Count == 3 && node.Input[2].Length > 0 && beta != 0
            ? TensorReader.Scaled(Vector(node, Operand(node, 2, 3), weights), beta)
            : null;
        return new(x, weights, biases) { Node = node };
    }

    private AffineTerm MatMul(NodeProto node)
    {
        Term x = Operand(node, 0, 2);
        return x is not GivenTerm
            ? new(x, TensorReader.Transposed(Matrix(node, 1)), null) { Node = node }
            : throw Bad(node, "must multiply what comes from the inputs by a given matrix, in this order");
    }

    private Term Add(NodeProto node)
    {
        (Term x, Term y) = (Operand(node, 0, 2), Operand(node, 1, 2));
        (AffineTerm? sum, Term given) = x is AffineTerm left ? (left, y) : (y as AffineTerm, x);
        if (sum is null || given is not GivenTerm)
        {
            return new OperatorTerm(node.OpType, x, y) { Node = node };
        }

        Tensor biases = Vector(node, given, sum.Weights);
        return sum.Sums == MostOperators
            ? throw Bad(node, $"adds more than {MostOperators} vectors to a layer, which has one")
            : new AffineTerm(sum.From, sum.Weights, sum.Biases is null ? biases : TensorReader.Sum(sum.Biases, biases)) { Node = node, Sums = sum.Sums + 1 };
    }

    private Term Flatten(NodeProto node) => Operand(node, 0, 1) is InputTerm input && Number(node, "axis", 1) == 1
        ? input
        : throw Bad(node, "flattens something else than the inputs, which are the only ones that may be pictures");

    private GivenTerm Constant(NodeProto node) => node.Attribute is [{ Name: "value", T: TensorProto tensor }]
        ? new(TensorReader.Read(tensor, node.Output[0], content, file))
        : throw Bad(node, "must have a tensor as its value");

    private GivenTerm Transpose(NodeProto node)
    {
        bool swaps = node.Attribute.FirstOrDefault(attribute => attribute.Name == "perm") is not AttributeProto order || order.Ints is [1, 0];
        return swaps && Operand(node, 0, 1) is GivenTerm given && given.Values.Shape.Length == 2
            ? new(TensorReader.Transposed(given.Values))
            : throw Bad(node, "transposes something else than a given matrix");
    }

    private Term Operand(NodeProto node, int index, int count)
    {
        if (node.Input.Count != count || count <= index)
        {
            throw Bad(node, $"has {node.Input.Count} inputs, which is not how many it needs");
        }

        string name = node.Input[index];
        if (!values.TryGetValue(name, out Term? value))
        {
            if (!initializers.TryGetValue(name, out TensorProto? tensor))
            {
                throw Bad(node, $"uses {Quote(name)}, which is neither given nor computed before it");
            }

            values[name] = value = new GivenTerm(TensorReader.Read(tensor, name, content, file));
        }

        return value;
    }

    private Tensor Matrix(NodeProto node, int index) =>
        Operand(node, index, node.Input.Count) is GivenTerm { Values: { Shape: [> 0, > 0] } values }
            ? values
            : throw Bad(node, $"needs a given matrix of two dimensions as {Quote(node.Input[index])}");

    /// <summary>A given vector as the biases of a layer: one number for each output, or one for all.</summary>
    private Tensor Vector(NodeProto node, Term given, Tensor weights)
    {
        long outputs = weights.Shape[0];
        if (given is GivenTerm { Values: var values })
        {
            bool isRow = values.Shape is [] or [_] or [1, _] or [1, 1];
            if (isRow && values.Count == outputs)
            {
                return new(values.Name, [outputs], values.CopyStored);
            }

            if (isRow && values.Count == 1)
            {
                float number = values.Singles[0];
                return new(values.Name, [outputs], (_, repeated) => repeated.Fill(number));
            }
        }

        throw Bad(node, $"must add a given vector of {outputs} numbers");
    }

    private static double Number(NodeProto node, string name, double otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is AttributeProto attribute
            ? attribute.HasF ? attribute.F : attribute.I
            : otherwise;

    private static string Text(NodeProto node, string name, string otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is AttributeProto attribute ? attribute.S.ToStringUtf8() : otherwise;

    /// <summary>The output that all others come before: of logits and probabilities, these.</summary>
    private Term Output()
    {
        Term[] outputs =
        [
            .. graph.Output.Select(output => values.TryGetValue(output.Name, out Term? value)
                ? value
                : throw new InvalidDataException($"{file}: the output {Quote(output.Name)} is computed by no node")),
        ];
        if (outputs.Length == 0)
        {
            throw new InvalidDataException($"{file}: the graph has no output, but a network has one");
        }

        if (outputs.Length is > 1 and <= MostOutputs)
        {
            // The whole network is the one that has the others among its values.
            foreach (Term whole in outputs)
            {
                HashSet<Term> chain = [.. Chain(whole)];
                if (outputs.All(chain.Contains))
                {
                    return whole;
                }
            }

        }

        return outputs.Length == 1
            ? outputs[0]
            : throw new InvalidDataException($"{file}: the graph has {outputs.Length} outputs that are not one network's");
    }

    /// <summary>A value, what its activation was applied to, and so on to the inputs, as far as these are layers.</summary>
    private static IEnumerable<Term> Chain(Term term)
    {
        while (true)
        {
            yield return term;
            if (ActivationForms.ActivationOf(term) is not (AffineTerm layer, _))
            {
                yield break;
            }

            yield return layer;
            term = layer.From;
        }
    }

    private (IReadOnlyList<ImportedLayer> Layers, double Divisor) Trace(Term output)
    {
        List<ImportedLayer> layers = [];
        long numbersLeft = content.Bytes / sizeof(float) * 2 + NumbersForCopies;
        Term term = output;
        while (ActivationForms.ActivationOf(term) is (AffineTerm layer, Activation activation))
        {
            // A small file that names a matrix a thousand times must not become a large model, nor one whose layers have few outputs: these lie in memory as sixteen.
            long outputs = layer.Weights.Shape[0] is > 1 and long several ? Math.Max(several, OutputsInMemory) : 1;
            numbersLeft -= outputs * layer.Weights.Shape[1];
            if (numbersLeft < 0)
            {
                throw Bad(layer.Node!, "takes a matrix that others take too, or one of few rows, so often that the layers together have many times the numbers of the file");
            }

            if (layers.Count == MostLayers)
            {
                throw new InvalidDataException($"{file}: the graph has more than {MostLayers:N0} layers");
            }

            layers.Add(new(layer.Weights, layer.Biases, activation));
            term = layer.From;
        }

        layers.Reverse();
        double? divisor = term is InputTerm ? 1 : ActivationForms.DivisorOf(term);
        return layers.Count == 0 || divisor is not (> 0 and < double.PositiveInfinity)
            ? throw (term.Node is NodeProto node
                ? Bad(node, "ends operators that are none of Nabla's activations")
                : new InvalidDataException($"{file}: the output is not computed by layers"))
            : (layers, divisor.Value);
    }
}

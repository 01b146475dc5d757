using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Nabla.Calculus;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking;

/// <summary>
/// The JSON of a gradient case, read strictly: every key is known, every number finite, every shape follows from the network. What is
/// not understood is refused, because a case that is only half read must not count as agreeing.
/// </summary>
internal static class GradientCaseReader
{
    public static GradientCase Read(ReadOnlyMemory<byte> json, string file) => Open(json, file, ReadRoot);

    /// <summary>Reads the root of a file of JSON.</summary>
    public static TFile Open<TFile>(ReadOnlyMemory<byte> json, string file, Func<JsonPlace, TFile> read)
    {
        // A byte order mark is no part of JSON, but some editors write one.
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        if (!Utf8.IsValid(json.Span))
        {
            throw new InvalidDataException($"{file}: the file holds bytes that are not UTF-8, but it must be JSON in UTF-8");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(new(file, "", document.RootElement));
        }
        catch (JsonException error)
        {
            long line = (error.LineNumber ?? 0) + 1;
            long position = (error.BytePositionInLine ?? 0) + 1;
            throw new InvalidDataException(
                $"{file}: the file is not JSON at line {line}, byte {position}, but it must be one JSON object"
                + " (NaN and Infinity are no JSON numbers)", error);
        }
    }

    private static GradientCase ReadRoot(JsonPlace root)
    {
        RequireGradientCase(root);
        IReadOnlyDictionary<string, JsonPlace> members =
            root.Members(["network", "loss", "inputs", "targets", "gradients"], ["name", "outputs"]);
        if (members.TryGetValue("name", out JsonPlace name))
        {
            name.Word("a text");
        }

        (Network network, ImmutableArray<LayerValues> layers) = ReadNetwork(members["network"]);
        Loss loss = ReadLoss(members["loss"], network);
        (int, string) inputs = InputsOf(network);
        (int, string) outputs = OutputsOf(network);
        (Matrix columns, Matrix targets) = ReadSamples(members["inputs"], members["targets"], network);
        (int, string) samples = (columns.Columns, $"there are inputs of {Counted(columns.Columns, "sample")}");
        IReadOnlyDictionary<string, JsonPlace> gradients = members["gradients"].Members(["loss", "layers"], ["inputs"]);

        List<GivenTensor> given = [new(ComparedQuantity.Loss, 0, Matrix.Scalar(gradients["loss"].Number()))];
        if (members.TryGetValue("outputs", out JsonPlace found))
        {
            given.Add(new(ComparedQuantity.Outputs, 0, found.Rows(samples, outputs).Transposed()));
        }

        given.AddRange(ReadGradients(gradients["layers"], layers));
        if (gradients.TryGetValue("inputs", out found))
        {
            given.Add(new(ComparedQuantity.Inputs, 0, found.Rows(samples, inputs).Transposed()));
        }

        return new(network, loss, layers, columns, targets, [.. given]);
    }

    /// <summary>Inputs and targets, a sample a row in the file and a column in the results.</summary>
    public static (Matrix Inputs, Matrix Targets) ReadSamples(JsonPlace inputs, JsonPlace targets, Network network)
    {
        Matrix rows = inputs.Rows(null, InputsOf(network));
        return (rows.Transposed(), targets.Rows((rows.Rows, $"there are inputs of {Counted(rows.Rows, "sample")}"), OutputsOf(network)).Transposed());
    }

    /// <summary>What the file is follows from its content.</summary>
    private static void RequireGradientCase(JsonPlace root)
    {
        switch (root.Value.ValueKind)
        {
            case JsonValueKind.Array:
                throw root.Wrong("is an array, which would be a suite of identities; a gradient case or a trajectory is an object");
            case JsonValueKind.Object when root.Value.TryGetProperty("optimizer", out _):
                throw root.Wrong("has an 'optimizer', which makes it a trajectory, but a gradient case was expected");
            case JsonValueKind.Object when !root.Value.TryGetProperty("gradients", out _):
                throw root.Wrong("has no 'gradients', but a gradient case must have them");
            default:
                break;
        }
    }

    /// <summary>The network and its numbers.</summary>
    public static (Network Network, ImmutableArray<LayerValues> Layers) ReadNetwork(JsonPlace place)
    {
        IReadOnlyDictionary<string, JsonPlace> members = place.Members(["inputs", "layers"], []);
        int inputs = members["inputs"].Count();
        IReadOnlyList<JsonPlace> layers = members["layers"].Elements("layers");
        if (layers.Count == 0)
        {
            throw members["layers"].Wrong("is empty, but a network must have at least one layer");
        }

        List<Layer> described = [];
        List<LayerValues> values = [];
        (int Count, string Because) width = (inputs, $"the network has {Counted(inputs, "input")}");
        for (int l = 0; l < layers.Count; l++)
        {
            IReadOnlyDictionary<string, JsonPlace> layer = layers[l].Members(["weights", "activation"], ["biases"]);
            Activation activation = ReadActivation(layer["activation"], isLast: l == layers.Count - 1);
            Matrix weights = layer["weights"].Rows(null, width);
            string outputs = $"the layer has {Counted(weights.Rows, "output")}";
            Matrix? biases = layer.TryGetValue("biases", out JsonPlace b) ? b.Column(weights.Rows, outputs) : null;
            described.Add(new(weights.Rows, activation, biases is not null));
            values.Add(new(weights, biases));
            width = (weights.Rows, $"layer {l} has {Counted(weights.Rows, "output")}");
        }

        return (new(inputs, described), [.. values]);
    }

    private static Activation ReadActivation(JsonPlace place, bool isLast)
    {
        string name = place.Word("the name of an activation");
        if (!Activation.All.TryGetValue(name, out Activation? activation))
        {
            throw place.Wrong($"is not supported by this version: {Suggestion.Unknown("activation", JsonPlace.Shorten(name), Activation.All.Keys)}");
        }

        return activation.IsSoftmax && !isLast
            ? throw place.Wrong("is 'softmax', which this version does not support before the last layer")
            : activation;
    }

    /// <summary>A loss that goes with the network's outputs.</summary>
    public static Loss ReadLoss(JsonPlace place, Network network)
    {
        string name = place.Word("the name of a loss");
        if (!Loss.All.TryGetValue(name, out Loss? loss))
        {
            throw place.Wrong($"is not supported by this version: {Suggestion.Unknown("loss", JsonPlace.Shorten(name), Loss.All.Keys)}");
        }

        string last = network.Layers[^1].Activation.Name;
        return loss.OutputActivation is Activation needed && needed.Name != last
            ? throw place.Wrong($"is '{name}', which this version supports on {needed.Name} outputs only, but the last layer's activation is '{last}'")
            : loss;
    }

    private static IEnumerable<GivenTensor> ReadGradients(JsonPlace place, ImmutableArray<LayerValues> layers)
    {
        IReadOnlyList<JsonPlace> found = place.Elements("layers");
        if (found.Count != layers.Length)
        {
            throw place.Wrong($"has {Counted(found.Count, "layer")}, but the network has {Counted(layers.Length, "layer")}");
        }

        for (int l = 0; l < layers.Length; l++)
        {
            Matrix weights = layers[l].Weights;
            IReadOnlyDictionary<string, JsonPlace> layer = found[l].Members(["weights"], ["biases"]);
            string outputs = $"the layer has {Counted(weights.Rows, "output")}";
            (int, string) rows = (weights.Rows, outputs);
            (int, string) columns = (weights.Columns, $"the layer has {Counted(weights.Columns, "input")}");

            // The gradient of inputs × outputs is understood, so that it can be called transposed.
            bool isTransposed = weights.Rows != weights.Columns && layer["weights"].HasRows(weights.Columns, weights.Rows);
            yield return new(ComparedQuantity.Weights, l, isTransposed
                ? layer["weights"].Rows(columns, rows)
                : layer["weights"].Rows(rows, columns));
            switch (layers[l].Biases, layer.TryGetValue("biases", out JsonPlace biases))
            {
                case (not null, true):
                    yield return new(ComparedQuantity.Biases, l, biases.Column(weights.Rows, outputs));
                    break;
                case (not null, false):
                    throw found[l].Wrong($"has no 'biases', but network.layers[{l}] has biases and their gradient must be given");
                case (null, true):
                    throw biases.Wrong($"is given, but network.layers[{l}] has no biases");
                default:
                    break;
            }
        }
    }

    private static (int, string) InputsOf(Network network) => (network.Inputs, $"the network has {Counted(network.Inputs, "input")}");

    private static (int, string) OutputsOf(Network network) => (network.Outputs, $"the network has {Counted(network.Outputs, "output")}");

    /// <summary>A number of things in words.</summary>
    public static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}

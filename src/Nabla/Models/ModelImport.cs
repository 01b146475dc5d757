using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>A layer as a file of another program has it: a = f(W x + b).</summary>
/// <param name="Weights">W, outputs × inputs.</param>
/// <param name="Biases">b; null where the layer has none.</param>
/// <param name="Activation">f; null where the file does not say.</param>
public sealed record ImportedLayer(Tensor Weights, Tensor? Biases, Activation? Activation = null);

/// <summary>What a file of another program leaves open.</summary>
public sealed record ImportOptions
{
    /// <summary>The activation of the hidden layers, where the file does not say.</summary>
    public Activation? Activation { get; init; }

    /// <summary>The activation of the last layer, where the file does not say or ends with the identity; what the loss is made for where it is null.</summary>
    public Activation? OutputActivation { get; init; }

    /// <summary>
    /// The loss to train on with; where it is null, cross-entropy after a softmax, binary cross-entropy after a sigmoid, else the mean squared error.
    /// </summary>
    public Loss? Loss { get; init; }

    /// <summary>Mean or sum over the batch.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>What every input is divided by.</summary>
    public double InputDivisor { get; init; } = 1;

    /// <summary>What is done to the columns of a table, and what the outputs mean in it; nothing where it is null.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The names of the classes, in the order of the outputs.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The settings of the training, by name, for people.</summary>
    public ImmutableSortedDictionary<string, string> Training { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Makes models of what other programs wrote.</summary>
public static class ModelImport
{
    private const string WeightEnd = ".weight";
    private const string BiasEnd = ".bias";

    /// <summary>
    /// The layers of a PyTorch state: every <c>NAME.weight</c> of two dimensions, with <c>NAME.bias</c> where there is one, in the order of the names, in
    /// which numbers count as numbers: <c>layers.0</c>, …, <c>layers.10</c>, or <c>0</c>, <c>2</c>, or <c>fc1</c>, <c>fc2</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">A tensor is neither, or a layer does not take what the one before gives.</exception>
    public static IReadOnlyList<ImportedLayer> LayersOf(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Tensor[] weights =
        [
            .. file.Tensors.Where(tensor => tensor.Name.EndsWith(WeightEnd, StringComparison.Ordinal))
                .OrderBy(tensor => tensor.Name, Comparer<string>.Create(CompareByNumbers)),
        ];
        if (weights.Length == 0)
        {
            throw new InvalidDataException($"{file.Name}: there is no tensor NAME.weight, but every layer has one, such as layers.0.weight");
        }

        ImportedLayer[] layers = [.. weights.Select(weight => new ImportedLayer(weight, file.Find(weight.Name[..^WeightEnd.Length] + BiasEnd)))];
        HashSet<Tensor> used = [.. layers.SelectMany(layer => new[] { layer.Weights, layer.Biases }).OfType<Tensor>()];
        return file.Tensors.FirstOrDefault(tensor => !used.Contains(tensor)) is Tensor extra
            ? throw new InvalidDataException($"{file.Name}: the tensor {SafetensorsText.Quote(extra.Name)} is neither the weight nor the bias of a linear layer")
            : layers;
    }

    /// <summary>The order of names in which digits count as the number that they write: <c>layers.2</c> before <c>layers.10</c>.</summary>
    internal static int CompareByNumbers(string? x, string? y)
    {
        (string a, string b) = (x ?? "", y ?? "");
        (int i, int j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (!char.IsAsciiDigit(a[i]) || !char.IsAsciiDigit(b[j]))
            {
                int order = a[i++].CompareTo(b[j++]);
                if (order != 0)
                {
                    return order;
                }

                continue;
            }

            // The longer number is the larger one, but for zeros in front.
            string first = Digits(a, ref i);
            string second = Digits(b, ref j);
            int larger = first.Length != second.Length ? first.Length.CompareTo(second.Length) : string.CompareOrdinal(first, second);
            if (larger != 0)
            {
                return larger;
            }
        }

        int rest = (a.Length - i).CompareTo(b.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(a, b);

        static string Digits(string text, ref int at)
        {
            int begin = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            return text[begin..at].TrimStart('0');
        }
    }

    /// <summary>The model of layers that were read.</summary>
    /// <param name="file">What errors call the file.</param>
    /// <param name="layers">The layers, from the first.</param>
    /// <param name="options">What the file leaves open.</param>
    /// <exception cref="InvalidDataException">The shapes do not fit each other, or a number is not finite.</exception>
    /// <exception cref="ArgumentException">The options leave open what the file does, or do not fit the network.</exception>
    public static (ModelDescription Description, Model<T> Model) Build<T>(string file, IReadOnlyList<ImportedLayer> layers, ImportOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(options);
        RequireShapes(file, layers);
        Layer[] described = [.. layers.Select((layer, l) => new Layer(
            (int)layer.Weights.Shape[0], ActivationOf(file, layer, isLast: l == layers.Count - 1, options), layer.Biases is not null))];
        for (int l = 0; l < described.Length - 1; l++)
        {
            if (described[l].Activation.IsSoftmax)
            {
                throw new InvalidDataException($"{file}: {SafetensorsText.Quote(layers[l].Weights.Name)} is followed by a softmax, which belongs to the last layer");
            }
        }

        Network network = new((int)layers[0].Weights.Shape[1], described);
        Loss loss = options.Loss ?? DefaultLoss(described[^1].Activation);
        loss.RequireOutput(described[^1].Activation);
        if (!options.Classes.IsEmpty && options.Classes.Length != network.Outputs)
        {
            throw new InvalidDataException($"{file}: {options.Classes.Length} classes are named, but the network {network} has {network.Outputs} outputs");
        }

        Preprocessing preprocessing = (options.Preprocessing ?? Preprocessing.None) with { InputDivisor = options.InputDivisor };
        if (preprocessing is { IsTable: true, Inputs: int inputs } && inputs != network.Inputs)
        {
            throw new InvalidDataException($"{file}: the columns become {inputs} inputs, but the network {network} has {network.Inputs}");
        }

        if (preprocessing is { IsTable: true, InputDivisor: not 1 })
        {
            throw new ArgumentException($"{file} says what is done to the columns of a table, so its inputs are not divided by {options.InputDivisor}");
        }

        Model<T> model = new(network, loss, options.Reduction);
        foreach ((SymbolicLayer to, ImportedLayer from) in model.Expression.Layers.Zip(layers))
        {
            from.Weights.WriteTo(model.Parameters.SlotOf(to.Weights));
            if (to.Biases is Symbol biases)
            {
                from.Biases!.WriteTo(model.Parameters.SlotOf(biases));
            }
        }

        if (model.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new InvalidDataException($"{file}: {parameter.Name} holds {value}, but weights and biases are finite numbers");
        }

        ModelDescription description = new(network, loss.Name, options.Reduction)
        {
            Preprocessing = preprocessing,
            Classes = options.Classes,
            Training = options.Training,
        };
        return (description, model);
    }

    private static Loss DefaultLoss(Activation last) =>
        last.IsSoftmax ? Loss.CrossEntropy : last.Equals(Activation.Sigmoid) ? Loss.BinaryCrossEntropy : Loss.MeanSquaredError;

    private static Activation ActivationOf(string file, ImportedLayer layer, bool isLast, ImportOptions options)
    {
        if (!isLast)
        {
            return layer.Activation ?? options.Activation ?? throw new ArgumentException(
                $"{file} does not say which activation follows {SafetensorsText.Quote(layer.Weights.Name)}, so it must be given (--activation relu)");
        }

        Activation? asked = options.OutputActivation ?? options.Loss?.OutputActivation;
        return layer.Activation is null || layer.Activation.Equals(Activation.Identity)
            ? asked ?? Activation.Identity
            : asked is null || asked.Equals(layer.Activation)
            ? layer.Activation
            : throw new ArgumentException($"the output activation of {file} is {layer.Activation}, not {asked}");
    }

    private static void RequireShapes(string file, IReadOnlyList<ImportedLayer> layers)
    {
        Tensor? previous = null;
        foreach ((Tensor weights, Tensor? biases, _) in layers)
        {
            string name = SafetensorsText.Quote(weights.Name);
            if (weights.Shape is not [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue])
            {
                throw new InvalidDataException($"{file}: {name} is {Tensor.FormatShape(weights.Shape)}, but the weights of a layer are [outputs, inputs]");
            }

            if (previous is not null && previous.Shape[0] != weights.Shape[1])
            {
                throw new InvalidDataException(
                    $"{file}: {name} takes {weights.Shape[1]} inputs, but {SafetensorsText.Quote(previous.Name)} before it gives {previous.Shape[0]}");
            }

            if (biases is not null && (biases.Shape.Length != 1 || biases.Shape[0] != weights.Shape[0]))
            {
                throw new InvalidDataException(
                    $"{file}: {SafetensorsText.Quote(biases.Name)} is {Tensor.FormatShape(biases.Shape)}, but the biases of {name} are [{weights.Shape[0]}]");
            }

            previous = weights;
        }
    }
}

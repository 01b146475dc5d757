using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Studio.Experiments;

/// <summary>A hidden layer as it is drawn: how many neurons, and which activation.</summary>
/// <param name="Width">The number of neurons.</param>
/// <param name="Activation">The activation's name.</param>
public sealed record HiddenLayer(int Width, string Activation);

/// <summary>A whole experiment: what the address of the page holds. Everything else on the page follows from it and from the data.</summary>
public sealed record ExperimentSettings
{
    public const int MostLayers = 12;
    public const int MostWidth = 4096;

    /// <summary>A built-in data set, or the name of an uploaded file as <see cref="Uploads"/> gives it.</summary>
    public string Data { get; init; } = "moons";

    /// <summary>The column to predict, of a table; null where it is found.</summary>
    public string? Target { get; init; }

    /// <summary>The uploaded file with the targets, where the data is one of arrays; null where they are in the same file.</summary>
    public string? Labels { get; init; }

    /// <summary>The hidden layers, from the first; the data fixes the inputs and the outputs.</summary>
    public ImmutableArray<HiddenLayer> Hidden { get; init; } = [new(8, "tanh"), new(4, "tanh")];

    /// <summary>The last layer's activation; null where the loss or the data says it.</summary>
    public string? OutputActivation { get; init; }

    /// <summary>A loss by name, or an expression of y and a; null where the data says it.</summary>
    public string? Loss { get; init; }

    public string Optimizer { get; init; } = "sgd";

    public double LearningRate { get; init; } = 0.1;

    public int BatchSize { get; init; } = 10;

    public int Epochs { get; init; } = 300;

    public ulong Seed { get; init; } = 1;

    public int Threads { get; init; } = 1;

    /// <inheritdoc/>
    public bool Equals(ExperimentSettings? other) => other is not null && ToQuery() == other.ToQuery();

    /// <inheritdoc/>
    public override int GetHashCode() => ToQuery().GetHashCode(StringComparison.Ordinal);

    /// <summary>The part of the address behind the question mark; values that are the usual ones are there too, so that a link means the same for ever, and an empty one is chosen by the data.</summary>
    public string ToQuery()
    {
        static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
        List<(string Key, string? Value)> pairs =
        [
            ("data", Data),
            ("target", Target),
            ("labels", Labels),
            ("hidden", string.Join('-', Hidden.Select(layer => Text(layer.Width)))),
            ("activation", string.Join(',', Hidden.Select(layer => layer.Activation))),
            ("output-activation", OutputActivation),
            ("loss", Loss),
            ("optimizer", Optimizer),
            ("learning-rate", Text(LearningRate)),
            ("batch-size", Text(BatchSize)),
            ("epochs", Text(Epochs)),
            ("seed", Text(Seed)),
            ("threads", Text(Threads)),
        ];
        return string.Join('&', pairs.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value ?? "")}"));
    }

    /// <summary>Reads an address. What it does not say is that of the data's first experiment; what is wrong in it is left out and told.</summary>
    /// <param name="query">Behind the question mark.</param>
    /// <param name="problems">A sentence for each value that was left out.</param>
    public static ExperimentSettings FromQuery(string query, out ImmutableArray<string> problems)
    {
        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        foreach (string pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = pair.Split('=', 2);
            pairs[Uri.UnescapeDataString(sides[0])] = sides.Length > 1 ? Uri.UnescapeDataString(sides[1].Replace('+', ' ')) : "";
        }

        List<string> wrong = [];
        ExperimentSettings settings = StartFor(pairs.GetValueOrDefault("data") ?? new ExperimentSettings().Data);
        foreach ((string key, string value) in pairs)
        {
            try
            {
                settings = settings.With(key, value);
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                wrong.Add(LeftOut(key, value, e.Message.Split('\n')[0]));
            }
        }

        problems = [.. wrong];
        return settings;
    }

    /// <summary>One setting by its name in the address.</summary>
    /// <exception cref="ArgumentException">There is no such setting, or the value is out of its range.</exception>
    public ExperimentSettings With(string key, string value) => key switch
    {
        "data" => this with { Data = value },
        "target" => this with { Target = value.Length == 0 ? null : value },
        "labels" => this with { Labels = value.Length == 0 ? null : value },
        "hidden" => this with { Hidden = Widths(value) },
        "activation" => this with { Hidden = Activations(value) },
        "output-activation" => this with { OutputActivation = value.Length == 0 ? null : Activation.Named(value).Name },
        "loss" => this with { Loss = value.Length == 0 ? null : Networks.Loss.NamedOrParsed(value) is var loss ? loss.Text ?? loss.Name : null },
        "optimizer" => this with { Optimizer = Training.Optimizer.Named(value).Name },
        "learning-rate" => this with { LearningRate = Rate(value) },
        "batch-size" => this with { BatchSize = Whole(value, 1, 1_000_000) },
        "epochs" => this with { Epochs = Whole(value, 1, 1_000_000) },
        "seed" => this with { Seed = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : throw new ArgumentException("the seed is a whole number from 0") },
        "threads" => this with { Threads = Whole(value, 1, Math.Max(Environment.ProcessorCount, 2)) },
        _ => throw new ArgumentException(Suggestion.Unknown("setting", key, ["data", "target", "labels", "hidden", "activation", "output-activation", "loss", "optimizer", "learning-rate", "batch-size", "epochs", "seed", "threads"])),
    };

    /// <summary>The network for data of these sizes.</summary>
    /// <exception cref="ArgumentException">The parts do not go together.</exception>
    public Network NetworkFor(Dataset data)
    {
        Loss loss = LossFor(data);
        Activation last = OutputActivation is string name ? Activation.Named(name) : loss.OutputActivation ?? (data.IsClassification ? Activation.Sigmoid : Activation.Identity);
        loss.RequireOutput(last);
        return new(data.Train.Inputs, [.. Hidden.Select(layer => new Layer(layer.Width, Activation.Named(layer.Activation))), new Layer(data.Train.Outputs, last)]);
    }

    /// <summary>The loss: the chosen one, else cross-entropy for classes and the squared error for numbers.</summary>
    public Loss LossFor(Dataset data) => Loss is string text ? Networks.Loss.NamedOrParsed(text) : data.IsClassification ? Networks.Loss.CrossEntropy : Networks.Loss.SquaredError;

    /// <summary>The experiment that a data set begins with.</summary>
    public static ExperimentSettings StartFor(string data) => data switch
    {
        "xor" => new() { Data = data, Hidden = [new(4, "tanh")], Loss = "binary-cross-entropy", LearningRate = 0.5, BatchSize = 4, Epochs = 1000 },
        "book" => new() { Data = data, Hidden = [new(4, "sigmoid")], OutputActivation = "sigmoid", Loss = "squared-error", LearningRate = 1, BatchSize = 4, Epochs = 1000 },
        "circles" => new() { Data = data, Hidden = [new(4, "tanh")] },
        "spirals" => new() { Data = data, Hidden = [new(12, "tanh"), new(12, "tanh")], Optimizer = "adam", LearningRate = 0.01, Epochs = 500 },
        "digits" or "mnist" => new() { Data = data, Hidden = [new(30, "sigmoid")], Epochs = 30 },
        "moons" => new() { Data = data },
        _ => new() { Data = data, Hidden = [new(32, "relu")], Optimizer = "adam", LearningRate = 0.001, BatchSize = 32, Epochs = 100 },
    };

    /// <summary>Says that a part of an address is left out, and why.</summary>
    internal static string LeftOut(string key, string value, string why) => $"{key}={Shortened(value)} in the address is left out: {why}";

    private static string Shortened(string value) => value.Length > 40 ? value[..40] + "…" : value;

    private static int Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"it must be a whole number from {least} to {most}");

    private static double Rate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && double.IsFinite(rate) && rate > 0
            ? rate
            : throw new ArgumentException("the learning rate must be a positive number");

    private ImmutableArray<HiddenLayer> Widths(string text)
    {
        string[] parts = text.Length == 0 ? [] : text.Split('-');
        if (parts.Length > MostLayers)
        {
            throw new ArgumentException($"there may be {MostLayers} hidden layers at most, but there are {parts.Length}");
        }

        return [.. parts.Select((part, l) => new HiddenLayer(Whole(part, 1, MostWidth), l < Hidden.Length ? Hidden[l].Activation : Hidden.LastOrDefault()?.Activation ?? "tanh"))];
    }

    private ImmutableArray<HiddenLayer> Activations(string text)
    {
        string[] names = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length != Hidden.Length && names.Length != 1)
        {
            throw new ArgumentException($"{names.Length} activations are given for {Hidden.Length} hidden layers");
        }

        return [.. Hidden.Select((layer, l) => layer with { Activation = Hidable(names[names.Length == 1 ? 0 : l]) })];
    }

    private static string Hidable(string name) => Activation.Named(name) is { IsSoftmax: false } activation
        ? activation.Name
        : throw new ArgumentException("softmax belongs to the last layer");
}

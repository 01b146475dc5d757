using System.Collections.Immutable;
using System.Text.Json;
using Nabla.Calculus;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Checking.Trajectories;

/// <summary>
/// The JSON of a trajectory, read as strictly as that of a gradient case. The optimizer's names are PyTorch's; the values of its settings and their
/// ranges are those of the update rule's own table.
/// </summary>
internal static class TrajectoryReader
{
    /// <summary>What PyTorch calls a setting other than its name with underscores.</summary>
    private static readonly Dictionary<string, string> keys = new(StringComparer.Ordinal)
    {
        ["epsilon"] = "eps",
        ["learning-rate-decay"] = "lr_decay",
    };

    /// <summary>PyTorch's class for each rule; SGD is also momentum and nesterov.</summary>
    private static readonly Dictionary<string, Optimizer> rules = new(StringComparer.Ordinal)
    {
        ["SGD"] = Optimizer.Sgd,
        ["Adagrad"] = Optimizer.Adagrad,
        ["RMSprop"] = Optimizer.RmsProp,
        ["Adam"] = Optimizer.Adam,
        ["AdamW"] = Optimizer.AdamW,
    };

    /// <summary>What PyTorch has and Nabla has not, with the only value that is understood: the one that changes nothing.</summary>
    private static readonly Dictionary<string, double> without = new(StringComparer.Ordinal)
    {
        ["dampening"] = 0,
        ["initial_accumulator_value"] = 0,
        ["amsgrad"] = 0,
        ["maximize"] = 0,
    };

    public static Trajectory Read(JsonPlace root)
    {
        IReadOnlyDictionary<string, JsonPlace> members =
            root.Members(["network", "loss", "inputs", "targets", "optimizer", "steps", "losses", "final"], ["name"]);
        if (members.TryGetValue("name", out JsonPlace name))
        {
            name.Word("a text");
        }

        (Network network, ImmutableArray<LayerValues> layers) = GradientCaseReader.ReadNetwork(members["network"]);
        Loss loss = GradientCaseReader.ReadLoss(members["loss"], network);
        (Matrix inputs, Matrix targets) = GradientCaseReader.ReadSamples(members["inputs"], members["targets"], network);
        (Optimizer optimizer, double rate) = ReadOptimizer(members["optimizer"]);
        int steps = members["steps"].Count();
        Matrix losses = members["losses"].Column(steps, $"'steps' says {steps}");
        return new(network, loss, layers, inputs, targets, optimizer, rate, [.. losses.Elements], ReadFinal(members["final"], layers));
    }

    private static (Optimizer Rule, double LearningRate) ReadOptimizer(JsonPlace place)
    {
        // The name decides which keys there may be, so it is read before them.
        string name = place.Value.ValueKind == JsonValueKind.Object && place.Value.TryGetProperty("name", out JsonElement value)
            ? new JsonPlace(place.File, $"{place.Path}.name", value).Word("the name of an optimizer")
            : throw place.Wrong("has no 'name', but an optimizer must have one, such as SGD or Adam");
        if (!rules.TryGetValue(name, out Optimizer? rule))
        {
            throw new JsonPlace(place.File, $"{place.Path}.name", value)
                .Wrong($"is not supported by this version: {Suggestion.Unknown("optimizer", JsonPlace.Shorten(name), rules.Keys.Order(StringComparer.Ordinal))}");
        }

        bool hasBetas = rule.Settings.Any(setting => setting.Name == "beta1");
        string[] own = [.. rule.Settings.Select(KeyOf), .. hasBetas ? ["betas"] : Array.Empty<string>(), .. name == "SGD" ? ["nesterov"] : Array.Empty<string>()];
        IReadOnlyDictionary<string, JsonPlace> members = place.Members(["name", "lr"], [.. own, .. without.Keys]);
        foreach ((string key, double only) in without)
        {
            if (members.TryGetValue(key, out JsonPlace found) && Number(found) != only)
            {
                throw found.Wrong($"is {JsonPlace.Shorten(found.Value.GetRawText())}, which this version does not support; it supports {key} {only} only");
            }
        }

        if (members.TryGetValue("betas", out JsonPlace betas))
        {
            if (members.ContainsKey("beta1") || members.ContainsKey("beta2"))
            {
                throw betas.Wrong("is given beside beta1 or beta2, but only one of both ways may be used");
            }

            IReadOnlyList<JsonPlace> both = betas.Elements("two numbers");
            rule = both.Count == 2
                ? Set(Set(rule, "beta1", both[0]), "beta2", both[1])
                : throw betas.Wrong($"has {GradientCaseReader.Counted(both.Count, "number")}, but it must have two");
        }

        foreach (RuleSetting setting in rule.Settings)
        {
            if (members.TryGetValue(KeyOf(setting), out JsonPlace found))
            {
                rule = Set(rule, setting.Name, found);
            }
        }

        if (members.TryGetValue("nesterov", out JsonPlace nesterov) && nesterov.Truth())
        {
            rule = rule["momentum"] > 0
                ? Optimizer.Nesterov.With("momentum", rule["momentum"]).With("weight-decay", rule["weight-decay"])
                : throw nesterov.Wrong("is true, but there is no momentum; Nesterov's rule needs one above 0");
        }

        double rate = members["lr"].Number();
        return rate > 0 ? (rule, rate) : throw members["lr"].Wrong($"is {RuleSetting.Text(rate)}, but it must be a positive number");
    }

    private static string KeyOf(RuleSetting setting) => keys.GetValueOrDefault(setting.Name) ?? setting.Key;

    private static double Number(JsonPlace place) => place.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? place.Truth() ? 1 : 0 : place.Number();

    private static Optimizer Set(Optimizer rule, string name, JsonPlace place)
    {
        RuleSetting setting = rule.SettingOf(name);
        double value = setting.Range == SettingRange.Flag ? Number(place) : place.Number();
        return setting.Allows(value) ? rule.With(name, value) : throw place.Wrong($"is {RuleSetting.Text(value)}, but it must be {setting.RangeInWords}");
    }

    private static ImmutableArray<LayerValues> ReadFinal(JsonPlace place, ImmutableArray<LayerValues> layers)
    {
        IReadOnlyList<JsonPlace> found = place.Members(["layers"], [])["layers"].Elements("layers");
        if (found.Count != layers.Length)
        {
            throw place.Wrong($"has {GradientCaseReader.Counted(found.Count, "layer")}, but the network has {GradientCaseReader.Counted(layers.Length, "layer")}");
        }

        List<LayerValues> final = [];
        for (int l = 0; l < layers.Length; l++)
        {
            (Matrix weights, Matrix? biases) = (layers[l].Weights, layers[l].Biases);
            string outputs = $"the layer has {GradientCaseReader.Counted(weights.Rows, "output")}";
            IReadOnlyDictionary<string, JsonPlace> layer = found[l].Members(biases is null ? ["weights"] : ["weights", "biases"], []);
            final.Add(new(
                layer["weights"].Rows((weights.Rows, outputs), (weights.Columns, $"the layer has {GradientCaseReader.Counted(weights.Columns, "input")}")),
                biases is null ? null : layer["biases"].Column(weights.Rows, outputs)));
        }

        return [.. final];
    }
}

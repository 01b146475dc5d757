using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>How a network shall learn, as the command line asks for it; null where it says nothing.</summary>
internal sealed record LearningRequest
{
    /// <summary>The update rule.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>L-BFGS in place of an update rule.</summary>
    public LbfgsSettings? Lbfgs { get; init; }

    /// <summary>The schedule of the learning rate.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>What is minimized beside the loss, but for the class weights.</summary>
    public Objective Objective { get; init; } = new();

    /// <summary>The penalty ½λ Σ‖W‖².</summary>
    public double? L2 { get; init; }

    /// <summary>"balanced", or a number for each class.</summary>
    public string? ClassWeights { get; init; }

    /// <summary>The limits of the gradients.</summary>
    public GradientClipping Clipping { get; init; } = new();

    /// <summary>The part of the training samples that is set aside to choose with.</summary>
    public double? Validation { get; init; }

    /// <summary>The epochs that may pass without a better one.</summary>
    public int? Patience { get; init; }

    /// <summary>The data with validation samples, where they are asked for.</summary>
    public TrainingData Divide(TrainingData data, ulong seed)
    {
        if (Patience is not null && Validation is null && data.CountOf(Part.Validation) == 0)
        {
            throw new ArgumentException(
                $"--patience needs samples to choose with, but {data.Name} has none set aside; --validation 0.1 sets a tenth of those to train with aside");
        }

        if (Validation is double asked && data.CountOf(Part.Validation) == 0 && data.Preprocessing.IsTable)
        {
            throw new ArgumentException($"--validation {asked} of the {data.CountOf(Part.Train)} rows to train with is no row; a larger part is needed");
        }

        // Of a table they were set aside before anything was learned of its columns.
        return Validation is double part && data is Dataset { Validation: null } all ? all.WithValidation(part, seed) : data;
    }

    /// <summary>What is minimized on a data set.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="usualL2">The penalty ½λ Σ‖W‖² where none is asked for.</param>
    /// <exception cref="ArgumentException">The class weights do not go with the data.</exception>
    public Objective ObjectiveFor(TrainingData data, double usualL2)
    {
        Objective penalized = Objective with { L2 = L2 ?? usualL2 };
        if (ClassWeights is null)
        {
            return penalized;
        }

        if (!data.IsClassification)
        {
            throw new ArgumentException($"--class-weights belong to classes, but the targets of {data.Name} are numbers");
        }

        int classes = data.Classes.Length;
        if (ClassWeights == LearningOptions.Balanced)
        {
            // As much for each class together; a class without samples has any weight.
            long all = data.CountOf(Part.Train);
            return penalized with { ClassWeights = [.. data.ClassCounts.Select(count => (double)all / (classes * Math.Max(1, count)))] };
        }

        double[] weights = [.. ClassWeights.Split(',').Select(WeightOf)];
        return weights.Length == classes
            ? penalized with { ClassWeights = [.. weights] }
            : throw new ArgumentException($"--class-weights gives {weights.Length} numbers, but {data.Name} has {classes} classes");
    }

    /// <summary>What the model file says of it.</summary>
    /// <param name="options">The options with all defaults.</param>
    public IEnumerable<(string Key, string Value)> Describe(TrainingOptions options)
    {
        yield return ("optimizer", options.Lbfgs is null ? options.Optimizer.Name : LbfgsSettings.Name);
        if (options.Lbfgs is LbfgsSettings lbfgs)
        {
            yield return (LbfgsSettings.MemorySetting.Key, Number(lbfgs.Memory));
        }
        else
        {
            yield return ("learning_rate", Number(options.LearningRate));
            foreach (RuleSetting setting in options.Optimizer.Settings)
            {
                yield return (setting.Key, Number(options.Optimizer[setting.Name]));
            }
        }

        if (options.Schedule != LearningRateSchedule.Constant)
        {
            yield return ("schedule", options.Schedule.Name);
            foreach (RuleSetting setting in options.Schedule.Settings)
            {
                yield return (setting.Key, Number(options.Schedule[setting.Name]));
            }

            if (options.Schedule.WarmUpEpochs > 0)
            {
                yield return ("warm_up", Number(options.Schedule.WarmUpEpochs));
            }
        }

        foreach ((string, string) entry in DescribeRest(options))
        {
            yield return entry;
        }
    }

    /// <summary>The same but for the update rule and the schedule.</summary>
    public IEnumerable<(string Key, string Value)> DescribeRest(TrainingOptions options)
    {
        (string Key, double? Value)[] numbers =
        [
            ("l1", NotZero(options.Objective.L1)), ("l2", NotZero(options.Objective.L2)), ("dropout", NotZero(options.Objective.Dropout)),
            ("label_smoothing", NotZero(options.Objective.LabelSmoothing)), ("clip_norm", options.Clipping.Norm), ("clip_value", options.Clipping.Value),
            ("validation", Validation), ("patience", options.Patience),
        ];
        foreach ((string key, double? value) in numbers)
        {
            if (value is double number)
            {
                yield return (key, Number(number));
            }
        }

        if (!options.Objective.ClassWeights.IsDefaultOrEmpty)
        {
            yield return ("class_weights", string.Join(',', options.Objective.ClassWeights.Select(Number)));
        }
    }

    private double WeightOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && double.IsFinite(weight) && weight >= 0
            ? weight
            : throw new ArgumentException(
                $"--class-weights takes '{LearningOptions.Balanced}' or a number of at least 0 for each class, such as 1,2.5, but '{ClassWeights}' is given");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static double? NotZero(double value) => value == 0 ? null : value;
}

/// <summary>The options of <c>train</c> that say how a network learns.</summary>
internal sealed class LearningOptions
{
    /// <summary>The word for class weights by which every class counts as much.</summary>
    public const string Balanced = "balanced";

    private readonly OptimizerOptions optimizer = new(withLbfgs: true);
    private readonly Option<string?> schedule = Options.Text(
        "--schedule",
        "NAME",
        "What becomes of the learning rate: " + string.Join("; ", LearningRateSchedule.All.Values.Select(schedule => $"{schedule.Name} ({schedule.Meaning})")),
        [.. LearningRateSchedule.All.Keys]);

    private readonly SettingOptions scheduleSettings = new(LearningRateSchedule.All.Values
        .Select(schedule => new Choosable(schedule.Name, schedule.Settings, setting => schedule[setting])));

    private readonly Option<double?> warmUp = Options.Positive(
        "--warm-up", "The epochs in which the learning rate comes up from next to nothing, step by step, before the schedule begins; any schedule but warm-up, which has its own");

    private readonly Option<double?> l1 = Options.Positive("--l1", "The penalty λ Σ|W| over all weights, added to the loss");
    private readonly Option<double?> l2 = Options.NotNegative("--l2", "The penalty ½λ Σ‖W‖² over all weights, added to the loss (default 0, for a table 0.01)");
    private readonly Option<double?> dropout = Options.Fraction("--dropout", "The part of the outputs of each hidden layer that is left out in a step");
    private readonly Option<double?> smoothing = Options.Fraction("--label-smoothing", "ε: cross-entropy gets (1 − ε)y + ε/n in place of y");
    private readonly Option<string?> classWeights = Options.Text(
        "--class-weights",
        $"{Balanced}|NUMBERS",
        $"What the loss of each class is multiplied by, such as 1,2.5; {Balanced}: as much for a class with few samples as for one with many");

    private readonly Option<double?> clipNorm = Options.Positive("--clip-norm", "The largest norm of all gradients together; larger ones are scaled down");
    private readonly Option<double?> clipValue = Options.Positive("--clip-value", "The largest absolute value of an element of a gradient");
    private readonly Option<double?> validation = Options.Fraction(
        "--validation", "The part of the samples to train with that is set aside to choose with, of each class the same part");

    private readonly Option<int?> patience = Options.Whole(
        "--patience", "Stop after so many epochs without a smaller loss on the validation samples, and keep the weights of the best epoch");

    /// <summary>All options.</summary>
    public IReadOnlyList<Option> All =>
        [.. optimizer.All, schedule, .. scheduleSettings.All, warmUp, l1, l2, dropout, smoothing, classWeights, clipNorm, clipValue, validation, patience];

    /// <summary>What is asked for.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or a setting does not go with it.</exception>
    public LearningRequest Read(ParseResult parsed)
    {
        LearningRateSchedule named = parsed.GetValue(schedule) is string name ? LearningRateSchedule.Named(name) : LearningRateSchedule.Constant;
        LearningRateSchedule chosen = scheduleSettings.Read(parsed, named.Name).Aggregate(named, (changed, setting) => changed.With(setting.Setting, setting.Value));
        return new()
        {
            Optimizer = optimizer.Read(parsed),
            Lbfgs = optimizer.ReadLbfgs(parsed),
            Schedule = parsed.GetValue(warmUp) is double epochs ? chosen.WithWarmUp(epochs) : chosen,
            Objective = new()
            {
                L1 = parsed.GetValue(l1) ?? 0,
                Dropout = parsed.GetValue(dropout) ?? 0,
                LabelSmoothing = parsed.GetValue(smoothing) ?? 0,
            },
            ClassWeights = parsed.GetValue(classWeights),
            L2 = parsed.GetValue(l2),
            Clipping = new(parsed.GetValue(clipNorm), parsed.GetValue(clipValue)),
            Validation = parsed.GetValue(validation),
            Patience = parsed.GetValue(patience),
        };
    }
}

using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Nabla.Calculus;

namespace Nabla.Training;

/// <summary>Where a training stands when the learning rate of a step is asked for.</summary>
/// <param name="Step">The number of the step from 0.</param>
/// <param name="StepsPerEpoch">Steps in an epoch.</param>
/// <param name="Epochs">The epochs that are planned.</param>
/// <param name="Losses">The loss of each epoch before this one: on the validation samples where there are some, else on those that are trained with.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SchedulePoint(long Step, int StepsPerEpoch, int Epochs, IReadOnlyList<double> Losses)
{
    /// <summary>The epochs of a warm-up, after which the schedule begins; 0 where there is none.</summary>
    public double Start { get; init; }

    /// <summary>The epoch of the schedule from 0.</summary>
    public int Epoch => (int)Math.Floor(Time);

    /// <summary>The epochs of the schedule that are past, with the part of this one.</summary>
    public double Time => (double)Step / StepsPerEpoch - Start;

    /// <summary>The part of the schedule that is past, from 0 to 1.</summary>
    public double Part => Math.Min(1, Time / (Epochs - Start));
}

/// <summary>
/// What the learning rate is multiplied by in each step. It follows from where the training stands alone, so that a resumed training goes on with the same rates.
/// </summary>
public sealed class LearningRateSchedule
{
    private static readonly RuleSetting epochs = new("schedule-epochs", "n", 10, SettingRange.Positive, "the epochs from one step of the rate to the next, or of the warm-up");
    private static readonly RuleSetting least = new("schedule-least", "r", 0, SettingRange.Fraction, "the smallest part of the learning rate that is left");

    private static ImmutableSortedDictionary<string, LearningRateSchedule>? all;

    private readonly Func<SchedulePoint, Func<string, double>, double> factor;
    private readonly ImmutableDictionary<string, double> values;

    private LearningRateSchedule(
        string name,
        string meaning,
        IEnumerable<RuleSetting> settings,
        Func<SchedulePoint, Func<string, double>, double> factor,
        ImmutableDictionary<string, double>? values = null,
        double warmUpEpochs = 0)
    {
        (Name, Meaning, Settings, this.factor, WarmUpEpochs) = (name, meaning, [.. settings], factor, warmUpEpochs);
        this.values = values ?? Settings.ToImmutableDictionary(setting => setting.Name, setting => setting.Default, StringComparer.Ordinal);
        Of = setting => this.values[setting];
    }

    /// <summary>1 always.</summary>
    public static LearningRateSchedule Constant { get; } = new("constant", "the same in every step", [], (_, _) => 1);

    /// <summary>γ^⌊epoch/n⌋.</summary>
    public static LearningRateSchedule Step { get; } = new(
        "step", "multiplied by the factor every so many epochs", [epochs, Factor(0.1)], (at, of) => Math.Pow(of("schedule-factor"), Math.Floor(at.Epoch / of("schedule-epochs"))));

    /// <summary>γ^epoch.</summary>
    public static LearningRateSchedule Exponential { get; } = new(
        "exponential", "multiplied by the factor every epoch", [Factor(0.95)], (at, of) => Math.Pow(of("schedule-factor"), at.Epoch));

    /// <summary>r + (1 − r)(1 + cos πx)/2 for the part x of the training that is past (I. Loshchilov and F. Hutter, "SGDR", without restarts).</summary>
    public static LearningRateSchedule Cosine { get; } = new(
        "cosine", "down to the smallest part along half a cosine, step by step", [least],
        (at, of) => of("schedule-least") + (1 - of("schedule-least")) * 0.5 * (1 + Math.Cos(Math.PI * at.Part)));

    /// <summary>min(1, (step + 1)/N), where N are the steps of n epochs.</summary>
    public static LearningRateSchedule WarmUp { get; } = new(
        "warm-up", "up from next to nothing in so many epochs, step by step, then the same", [epochs with { Default = 1 }],
        (at, of) => Warmth(at, of("schedule-epochs")));

    /// <summary>γ^k, where k counts how often the loss has not been below its least for n epochs; not below r.</summary>
    public static LearningRateSchedule Plateau { get; } = new(
        "plateau", "multiplied by the factor when the loss has not become less for so many epochs", [epochs with { Default = 5 }, Factor(0.1), least],
        (at, of) => Math.Max(of("schedule-least"), Math.Pow(of("schedule-factor"), Plateaus(at.Losses, of("schedule-epochs")))));

    /// <summary>Every schedule, by name.</summary>
    public static ImmutableSortedDictionary<string, LearningRateSchedule> All => all ??= typeof(LearningRateSchedule)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(LearningRateSchedule))
        .Select(property => (LearningRateSchedule)property.GetValue(null)!)
        .ToImmutableSortedDictionary(schedule => schedule.Name, schedule => schedule, StringComparer.Ordinal);

    /// <summary>The name on the command line and in files.</summary>
    public string Name { get; }

    /// <summary>What it does, for people.</summary>
    public string Meaning { get; }

    /// <summary>The numbers that the schedule may be told.</summary>
    public ImmutableArray<RuleSetting> Settings { get; }

    /// <summary>The epochs of the warm-up that goes before the schedule; 0 where there is none.</summary>
    public double WarmUpEpochs { get; }

    /// <summary>The value of a setting; asking allocates nothing.</summary>
    private Func<string, double> Of { get; }

    /// <summary>The value of a setting.</summary>
    /// <exception cref="ArgumentException">The schedule has no such setting.</exception>
    public double this[string setting] => values[RuleSetting.Of(Name, Settings, setting).Name];

    /// <summary>The schedule of a name.</summary>
    /// <exception cref="ArgumentException">No schedule has this name.</exception>
    public static LearningRateSchedule Named(string name) => All.TryGetValue(name, out LearningRateSchedule? schedule)
        ? schedule
        : throw new ArgumentException(Suggestion.Unknown("schedule", name, All.Keys));

    /// <summary>The same schedule with another value of a setting.</summary>
    /// <exception cref="ArgumentException">The schedule has no such setting, or the value is out of its range.</exception>
    public LearningRateSchedule With(string setting, double value) =>
        new(Name, Meaning, Settings, factor, values.SetItem(RuleSetting.Of(Name, Settings, setting).Require(Name, value), value), WarmUpEpochs);

    /// <summary>
    /// (step + 1)/N in the N steps of the first n epochs, then the same schedule as if the training began there: its epochs are counted from the end of the warm-up, and a cosine
    /// takes the epochs that are left. The losses that <see cref="Plateau"/> looks at are those of all epochs.
    /// </summary>
    /// <param name="epochs">n, which need not be whole.</param>
    /// <exception cref="ArgumentException">n is not a positive number, or the schedule is <see cref="WarmUp"/> itself.</exception>
    public LearningRateSchedule WithWarmUp(double epochs)
    {
        if (!double.IsFinite(epochs) || epochs <= 0)
        {
            throw new ArgumentException($"a warm-up takes a positive number of epochs, but {RuleSetting.Text(epochs)} is given");
        }

        return Name == WarmUp.Name
            ? throw new ArgumentException($"the schedule {Name} is a warm-up already; its schedule-epochs says how long")
            : new(Name, Meaning, Settings, factor, values, epochs);
    }

    /// <summary>What the learning rate is multiplied by.</summary>
    public double FactorAt(SchedulePoint point) =>
        point.Step < point.StepsPerEpoch * WarmUpEpochs ? Warmth(point, WarmUpEpochs) : factor(point with { Start = WarmUpEpochs }, Of);

    /// <inheritdoc/>
    public override string ToString() =>
        RuleSetting.Describe(Name, Settings, Of) + (WarmUpEpochs > 0 ? $" after a warm-up of {RuleSetting.Text(WarmUpEpochs)} {(WarmUpEpochs == 1 ? "epoch" : "epochs")}" : "");

    /// <summary>min(1, (step + 1)/N), where N are the steps of n epochs.</summary>
    private static double Warmth(SchedulePoint at, double epochs) => Math.Min(1, (at.Step + 1) / Math.Max(1, at.StepsPerEpoch * epochs));

    private static RuleSetting Factor(double value) => new("schedule-factor", "γ", value, SettingRange.Fraction, "what the learning rate is multiplied by");

    /// <summary>How often the least loss was not undercut for so many epochs; the count begins anew each time.</summary>
    private static int Plateaus(IReadOnlyList<double> losses, double patience)
    {
        (int plateaus, int waited, double best) = (0, 0, double.PositiveInfinity);
        for (int i = 0; i < losses.Count; i++)
        {
            if (losses[i] < best)
            {
                (best, waited) = (losses[i], 0);
            }
            else if (++waited >= patience)
            {
                (plateaus, waited) = (plateaus + 1, 0);
            }
        }

        return plateaus;
    }
}

using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Checking.Trajectories;

/// <summary>
/// Looks for the mistake behind a trajectory that disagrees: makes the training again with another rule, setting, rate or reduction, and takes the first that
/// gives <em>every</em> given number. What no single one explains is looked at tensor by tensor.
/// </summary>
internal sealed class TrajectoryMistakes(Trajectory given, Course computed)
{
    private readonly Course own = new(given.Losses, given.Final);

    /// <summary>The mistake of each tensor that has one, by id; nothing for what cannot be told.</summary>
    public IReadOnlyDictionary<string, Diagnosis> Find()
    {
        foreach ((string code, string text, Func<Course> run) in Trainings())
        {
            if (TrajectoryCheck.Agree(own, run()))
            {
                return Everywhere(code, text);
            }
        }

        // Losses that were noted after the updates: the first is missing, and one more step gives the last.
        Course longer = ReferenceTraining.Run(given, given.Optimizer, given.LearningRate, given.Losses.Length + 1);
        if (TrajectoryCheck.Agree(own, new(longer.Losses[1..], computed.Final)))
        {
            return Everywhere("unknown", "every loss is the one after its step's update, but the loss before it is wanted");
        }

        return Single();
    }

    private Dictionary<string, Diagnosis> Everywhere(string code, string text) =>
        TrajectoryCheck.Given(given.Losses, given.Final).ToDictionary(tensor => tensor.Id, _ => new Diagnosis(code, text), StringComparer.Ordinal);

    /// <summary>What may have been done instead of what the file says.</summary>
    private IEnumerable<(string Code, string Text, Func<Course> Run)> Trainings()
    {
        (Optimizer rule, double rate, int steps, int samples) = (given.Optimizer, given.LearningRate, given.Losses.Length, given.Inputs.Columns);
        Func<Course> By(Optimizer other, double? otherRate = null) => () => ReferenceTraining.Run(given, other, otherRate ?? rate, steps);
        if (samples > 1)
        {
            yield return ("sum-for-mean", "the loss is the sum over the samples, but the mean is wanted", () => ReferenceTraining.Run(given, rule, rate, steps, Reduction.Sum));
            yield return ("sum-for-mean", "the gradients are summed over the samples where the loss is the mean over them", By(rule, rate * samples));
            yield return ("mean-for-sum", "the gradients are divided by the number of samples once more", By(rule, rate / samples));
        }

        yield return ("sign", "the updates go along the gradient, but against it is down", By(Ascending(rule)));
        foreach (RuleSetting setting in rule.Settings)
        {
            double value = rule[setting.Name];
            if (value != 0 && setting.Allows(0))
            {
                yield return ("missing-term", $"the numbers are those without {setting.Name}, which the file says is {RuleSetting.Text(value)}", By(rule.With(setting.Name, 0)));
            }
        }

        // After very many steps β₁ᵗ and β₂ᵗ are 0.
        yield return (
            "missing-factor", "the means are not corrected for their beginning at 0: 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ) are left out",
            () => ReferenceTraining.Run(given, rule, rate, steps, stepNumber: 1e9));
        foreach ((string code, string text, Optimizer other) in Others(rule))
        {
            yield return (code, text, By(other));
        }

        foreach (RuleSetting setting in rule.Settings.Where(setting => setting.Range != SettingRange.Flag))
        {
            double value = rule[setting.Name];
            double[] near = setting.Range == SettingRange.Fraction
                ? [setting.Default, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, value / 10, 1 - (1 - value) / 10, 1 - (1 - value) * 10]
                : [setting.Default, value / 10, value * 10, value / 100, value * 100, value / 2, value * 2];
            foreach (double wrong in near.Select(wrong => Math.Round(wrong, 15)).Distinct().Where(wrong => wrong != value && setting.Allows(wrong)))
            {
                string text = $"the numbers are those of {setting.Name} {RuleSetting.Text(wrong)}, but the file says {RuleSetting.Text(value)}";
                yield return ("factor", text, By(rule.With(setting.Name, wrong)));
            }
        }

        foreach (double factor in new[] { 2, 0.5, 10, 0.1, 0.01, 100, rate == 1 ? 2 : 1 / rate })
        {
            string wrong = RuleSetting.Text(Math.Round(rate * factor, 15));
            yield return ("factor", $"the numbers are those of the learning rate {wrong}, but the file says {RuleSetting.Text(rate)}", By(rule, rate * factor));
        }
    }

    /// <summary>The rule upside down: W + s in place of W − s.</summary>
    private static Optimizer Ascending(Optimizer rule) => new(rule.Name, terms => rule.Update(terms with { Gradient = -terms.Gradient }));

    private static IEnumerable<(string Code, string Text, Optimizer Rule)> Others(Optimizer rule)
    {
        double Of(string setting) => rule[setting];

        // Another rule with the same numbers.
        Optimizer Like(Optimizer other) => rule.Settings.Aggregate(other, (changed, setting) => changed.With(setting.Name, Of(setting.Name)));
        switch (rule.Name)
        {
            case "nesterov":
                yield return ("missing-term", "the numbers are those of momentum without Nesterov's look ahead", Like(Optimizer.Momentum));
                break;
            case "sgd" or "momentum" when Of("momentum") > 0:
                string dampened = $"the gradient is multiplied by 1 − {RuleSetting.Text(Of("momentum"))}; without dampening it is not";
                yield return ("extra-term", "the numbers are those of Nesterov's momentum, which the file does not say", Like(Optimizer.Nesterov));
                yield return ("extra-factor", dampened, Dampened(Of("momentum"), Of("weight-decay")));
                break;
            case "adam" or "adamw":
                yield return rule.Name == "adam"
                    ? ("missing-term", "the weight decay is taken from W itself, as AdamW does; Adam adds it to the gradient", Like(Optimizer.AdamW))
                    : ("extra-term", "the weight decay is added to the gradient, as Adam does; AdamW takes it from W itself", Like(Optimizer.Adam));
                break;
            default:
                break;
        }
    }

    private static Optimizer Dampened(double momentum, double decay) => new("dampened", terms =>
    {
        Symbol v = terms.State("v");
        Expr next = momentum * v + (1 - momentum) * (terms.Gradient + decay * terms.Parameter);
        return new(terms.Parameter, terms.Parameter - terms.LearningRate * next) { States = [new(v, next)] };
    });

    /// <summary>What single tensors look like.</summary>
    private Dictionary<string, Diagnosis> Single()
    {
        Dictionary<string, Diagnosis> found = new(StringComparer.Ordinal);
        Course before = ReferenceTraining.Run(given, given.Optimizer, given.LearningRate, given.Losses.Length - 1);
        (string Id, GivenTensor Tensor)[] all = [.. TrajectoryCheck.Given(given.Losses, given.Final)];
        Matrix[] right = [.. TrajectoryCheck.Given(computed.Losses, computed.Final).Select(tensor => tensor.Tensor.Values)];
        Matrix[] early = [.. TrajectoryCheck.Given([.. before.Losses, double.NaN], before.Final).Select(tensor => tensor.Tensor.Values)];
        for (int i = 0; i < all.Length; i++)
        {
            (string id, Matrix values) = (all[i].Id, all[i].Tensor.Values);
            if (TrajectoryCheck.Agree(values, right[i]))
            {
                continue;
            }

            Diagnosis? diagnosis = TrajectoryCheck.Agree(values, right[i].Map(x => -x)) ? new("sign", "every number has the other sign")
                : values.Rows > 1 && TrajectoryCheck.Agree(values, right[i].Transposed()) ? new("transposed", "the matrix is transposed")
                : i >= given.Losses.Length && TrajectoryCheck.Agree(values, early[i]) ? new("stale-weights", "the numbers are those before the last update")
                : null;
            if (diagnosis is not null)
            {
                found[id] = diagnosis;
            }
        }

        return found;
    }
}

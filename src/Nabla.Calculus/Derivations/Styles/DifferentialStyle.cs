using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>
/// The differential style (Magnus and Neudecker, "Matrix Differential Calculus"): dC, the differential of each operation put in, dX brought to the
/// right, the derivative read off.
/// </summary>
internal static class DifferentialStyle
{
    /// <summary>The differential of every name.</summary>
    public static Section Differentials(Computation computation, Shortening shortening) => new("Differentials",
    [
        .. computation.Parts.Select(part => new Step(computation.RuleOf(part), part.Differential(), shortening.Tidy(computation.DifferentialOf(part)))
        {
            Steps = computation.OperationsOf(part),
        }),
    ], []);

    /// <summary>⟨G, du⟩ for every name, last first, until only the variables are left.</summary>
    public static Section Pairing(Computation computation, Adjoints adjoints, Shortening shortening, Func<Named, (string Label, Rule Rule)>? labels = null)
    {
        List<Step> steps = [];
        foreach (Named part in computation.Parts.Reverse())
        {
            if (!adjoints.Has(part))
            {
                continue;
            }

            if (part != computation.Root)
            {
                steps.AddRange(Adjoint(computation, adjoints, part, labels?.Invoke(part).Label ?? ""));
            }

            Expr left = part == computation.Root ? part.Differential() : Expr.Inner(adjoints[part], part.Differential());
            List<Expr> each = [];
            List<Expr> together = [];
            foreach (Expr use in computation.UsesOf(part))
            {
                each.AddRange(adjoints.Terms(part, use).Select(term => Pair(term, use)));
                together.Add(Pair(adjoints.Gain(part, use), use));
            }

            Expr one = each.Aggregate((x, y) => x + y);
            Expr two = together.Aggregate((x, y) => x + y);
            if (part != computation.Root || one != shortening.Tidy(computation.DifferentialOf(part)))
            {
                IReadOnlyList<Step> rewrites = [.. computation.UsesOf(part).SelectMany(use => adjoints.StepsOfGain(part, use)).Distinct()];
                steps.Add(new(TurnedBy(adjoints.PairingsOf(part), rewrites), left, one) { Steps = rewrites, Conditions = ConditionsOf(rewrites) });
            }

            if (one != two)
            {
                steps.Add(new(StyleRules.Collected, left, two));
            }
        }

        return new("dX brought to the right", steps, []);
    }

    /// <summary>∂C/∂X of the variables.</summary>
    public static Section Reading(Computation computation, Adjoints adjoints, Func<Expr, string>? labels = null) => new("Read off",
    [
        .. computation.Variables.Where(adjoints.Has).Select(variable =>
            new Step(computation.UsersOf(variable).Count() > 1 ? StyleRules.ReadOffSum : StyleRules.ReadOff, Expr.Gradient(computation.Root, variable), adjoints[variable])
            {
                Steps = adjoints.SimplificationOf(variable),
                Label = labels?.Invoke(variable) ?? "",
                Conditions = ConditionsOf(adjoints.SimplificationOf(variable)),
            }),
    ], []);

    /// <summary>What an adjoint is, as a name and as a formula.</summary>
    public static IEnumerable<Step> Adjoint(Computation computation, Adjoints adjoints, Named part, string label = "")
    {
        Expr gradient = Expr.Gradient(computation.Root, part);
        Rule rule = computation.UsersOf(part).Count() > 1 ? StyleRules.ReadOffSum : StyleRules.ReadOff;
        IReadOnlyList<Step> steps = adjoints.SimplificationOf(part);
        if (adjoints[part] is Named name && name != adjoints.DefinitionOf(part))
        {
            yield return new(StyleRules.Definition, name, gradient) { Relation = Relation.Definition };
            yield return new(rule, name, adjoints.DefinitionOf(part)) { Steps = steps, Conditions = ConditionsOf(steps), Label = label };
        }
        else if (computation.UsersOf(part).Count() > 1)
        {
            yield return new(rule, gradient, adjoints[part]) { Steps = steps, Conditions = ConditionsOf(steps), Label = label };
        }
    }

    /// <summary>What the rewrites of a line need.</summary>
    public static IReadOnlyList<Assumption> ConditionsOf(IEnumerable<Step> steps) => [.. steps.SelectMany(step => step.Conditions).Distinct()];

    /// <summary>The rules that brought dX to the right, where they are few enough to be read; else what they have in common.</summary>
    private static Rule TurnedBy(IReadOnlyList<Rule> rules, IReadOnlyList<Step> rewrites)
    {
        string also = rewrites.Any(step => step.Rule.Id == "rewrite.activation-derivative") ? "; f′ in terms of f" : "";
        Rule[] telling = [.. rules.Where(rule => rule.Id is not ("pairing.sum" or "pairing.difference" or "pairing.negation"))];
        return telling.Length == 0 ? StyleRules.Turned with { Statement = "⟨G, L + M⟩ = ⟨G, L⟩ + ⟨G, M⟩, ⟨G, −L⟩ = ⟨−G, L⟩" }
            : telling.Length <= 2 ? StyleRules.Turned with { Statement = string.Join("; ", telling.Select(rule => rule.Statement)) + also }
            : StyleRules.Turned with { Statement = StyleRules.Turned.Statement + also };
    }

    private static Expr Pair(Expr gain, Expr use) => use.Shape.IsScalar && gain.Shape.IsScalar ? gain * use.Differential() : Expr.Inner(gain, use.Differential());
}

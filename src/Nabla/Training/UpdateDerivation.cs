using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>
/// An update rule written down: the expressions that are compiled into training code, with letters for the settings, as lines of a derivation. Nothing of it is
/// a template.
/// </summary>
public static class UpdateDerivation
{
    private static readonly Rule gathered = new("optimizer.state", "gathered from step to step, for each weight by itself");
    private static readonly Rule updated = new("optimizer.update", "the update of the weights, for a learning rate η");
    private static readonly Rule kept = new("optimizer.keep", "kept for the next step");

    /// <summary>The lines of a rule for one matrix W whose gradient is G.</summary>
    public static IReadOnlyList<Section> Of(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ExprPool pool = new();
        Shape shape = new(Dim.Of("n"), Dim.Of("k"));
        Symbol w = pool.Symbol(new("W"), shape, SymbolKind.Parameter);
        Symbol g = pool.Symbol(new("G"), shape);
        ParameterUpdate update = optimizer.UpdateInLetters(new(w, g, pool.Symbol(new("η"), Shape.Scalar)));
        IReadOnlyList<Expr> used = Expr.Reachable([update.Value, .. update.States.Select(state => state.Value)]);
        List<Step> steps =
        [
            .. used.OfType<Named>().Select(name => new Step(gathered, name, name.Definition) { Relation = Relation.Definition }),
            new(updated, w, update.Value) { Relation = Relation.Update },
            .. update.States.Select(state => new Step(kept, state.Parameter, state.Value) { Relation = Relation.Update }),
        ];
        return [new($"The update by {optimizer.Name}", steps, [.. Remarks(optimizer, update, used)])];
    }

    private static IEnumerable<string> Remarks(Optimizer optimizer, ParameterUpdate update, IReadOnlyList<Expr> used)
    {
        HashSet<string> letters = [.. used.OfType<Symbol>().Select(symbol => $"{symbol.Name}")];
        yield return "W stands for every weight matrix and every column of biases, G for its gradient ∂C/∂W, which the derivation of the network gives.";
        if (letters.Contains("t"))
        {
            yield return "t is the number of the step, counted from 1.";
        }

        if (update.States.Count > 0)
        {
            string names = string.Join(", ", update.States.Select(state => $"{state.Parameter.Name}"));
            yield return $"{names} {(update.States.Count == 1 ? "is" : "are")} what the step before left, 0 before the first.";
        }

        foreach (RuleSetting setting in optimizer.Settings.Where(setting => letters.Contains(setting.Letter)))
        {
            yield return $"{setting.Letter} = {RuleSetting.Text(optimizer[setting.Name])} ({setting.Name}): {setting.Meaning}.";
        }

        string[] unused = [.. optimizer.Settings.Where(setting => !letters.Contains(setting.Letter) && optimizer[setting.Name] == 0).Select(setting => setting.Name)];
        if (unused.Length > 0)
        {
            yield return $"Left out, since {(unused.Length == 1 ? "it is" : "they are")} 0: {string.Join(", ", unused)}.";
        }
    }
}

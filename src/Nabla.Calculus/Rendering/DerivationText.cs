using System.Globalization;
using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Rendering;

/// <summary>A derivation as text: every line with its label and shape, and below it the rule.</summary>
public static class DerivationText
{
    private const int Width = 80;
    private const int Indent = 9;

    /// <summary>The sections as text of 80 columns; a formula that is longer is broken at its operators.</summary>
    /// <param name="title">The title; lines after its first are printed as they are.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="everyStep">Whether the steps that a line is made of are shown too, rule by rule.</param>
    /// <param name="beside">What stands below a line, such as the numbers of its matrices.</param>
    public static string Write(string title, IReadOnlyList<Section> sections, bool everyStep = false, Func<Step, IEnumerable<string>>? beside = null)
    {
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();

        // Below its first line stand the given numbers, whose brackets are as they must be.
        string[] heading = title.Split('\n', 2);
        Wrapping.Words(text, heading[0], 0, Width);
        text.Append(heading.Length > 1 ? heading[1] + "\n" : "");
        for (int i = 0; i < sections.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{i + 1}. {sections[i].Title}\n\n");
            foreach (Step step in sections[i].Steps)
            {
                Append(text, step, everyStep);
                foreach (string line in beside?.Invoke(step) ?? [])
                {
                    text.Append(line).Append('\n');
                }
            }

            foreach (string remark in sections[i].Remarks)
            {
                Wrapping.Words(text, remark, 0, Width);
            }
        }

        return text.ToString();
    }

    /// <summary>The sign between the two sides of a step.</summary>
    internal static string Sign(Step step, Notation notation) => step.Relation switch
    {
        Relation.Definition => notation.DefinitionSign,
        Relation.Update => notation.UpdateSign,
        _ => "=",
    };

    /// <summary>What must hold for a step, as formulas.</summary>
    public static IEnumerable<string> Conditions(Step step, Notation notation) =>
        step.Conditions.Select(condition => notation.Print(condition.Left, condition.IsInequality ? notation.UnequalSign : "=", condition.Right));

    /// <summary>The shape of an expression and, where it is a product or a sum of products, how its factors make it: <c>2×4 = 2×1 · 1×4</c>.</summary>
    public static string Shapes(Expr expression)
    {
        string factors = Factors(expression);
        string whole = expression.Shape.ToString();
        return factors == whole ? whole : $"{whole} = {factors}";
    }

    /// <summary>The steps of a step that belong to the short form: its rewrites, not the differentials and pairings before them.</summary>
    public static IEnumerable<Step> Shown(Step step) =>
        step.ShowsSteps ? step.Steps.Where(rewrite => rewrite.Left is not (Differential or Sum)) : [];

    private static string Factors(Expr expression) => expression switch
    {
        MatMul { Operands: [var x, var y] } => $"{Factor(x)} · {Factor(y)}",
        Kron { Operands: [var x, var y] } => $"{x.Shape} ⊗ {y.Shape}",
        Add { Operands: [var x, var y] } when x is MatMul || y is MatMul => $"{Factors(x)} + {Factors(y)}",
        Subtract { Operands: [var x, var y] } when x is MatMul || y is MatMul => $"{Factors(x)} − {Factors(y)}",
        Negate { Operands: [var x] } => Factors(x),
        Scale scale => Factors(scale.Of),
        _ => expression.Shape.ToString(),
    };

    /// <summary>A factor of a product: the factors of a product in turn, the whole of anything else.</summary>
    private static string Factor(Expr expression) => expression is MatMul ? Factors(expression) : expression.Shape.ToString();

    private static void Append(StringBuilder text, Step step, bool everyStep)
    {
        AppendFormula(text, step.Label.PadRight(Indent), step);
        AppendReason(text, step, Indent + 2);
        if (everyStep)
        {
            AppendSteps(text, step, Indent + 4, []);
            return;
        }

        foreach (Step rewrite in Shown(step))
        {
            AppendFormula(text, new string(' ', Indent + 4), rewrite);
            AppendReason(text, rewrite, Indent + 6);
        }
    }

    private static void AppendSteps(StringBuilder text, Step step, int indent, HashSet<Step> above)
    {
        foreach (Step inner in step.Steps.Where(inner => inner != step && above.Add(inner)))
        {
            AppendFormula(text, new string(' ', indent), inner);
            AppendReason(text, inner, indent + 2);
            AppendSteps(text, inner, Math.Min(indent + 2, Width / 3), above);
        }
    }

    private static void AppendReason(StringBuilder text, Step step, int indent)
    {
        string conditions = string.Join(", ", Conditions(step, Notation.Text));
        Wrapping.Words(text, conditions.Length == 0 ? step.Rule.Statement : $"{step.Rule.Statement}; where {conditions}", indent, Width);
    }

    private static void AppendFormula(StringBuilder text, string before, Step step)
    {
        string shape = step.Indexed is null ? Shapes(step.Right) : "";
        IReadOnlyList<string> lines = Wrapping.Formula(before, Line(step, Notation.Text), Width);
        text.AppendJoin('\n', lines);
        int used = Wrapping.Columns(lines[^1]);
        if (shape.Length > 0)
        {
            bool fits = used + 2 + shape.Length <= Width;
            text.Append(fits ? "" : "\n").Append(' ', Math.Max(fits ? 2 : Indent + 2, Width - (fits ? used : 0) - shape.Length)).Append(shape);
        }

        text.Append('\n');
    }

    /// <summary>Both sides of a line with the sign between them.</summary>
    public static string Line(Step step, Notation notation) => step.Indexed is var (left, right)
        ? notation.Print(left, Sign(step, notation), right)
        : notation.Print(step.Left, Sign(step, notation), step.Right);
}

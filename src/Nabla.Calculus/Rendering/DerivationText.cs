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

    /// <summary>The sections as text of 80 columns; a formula that is longer keeps its line to itself.</summary>
    public static string Write(string title, IReadOnlyList<Section> sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        StringBuilder text = new();
        text.Append(title).Append('\n');
        for (int i = 0; i < sections.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{i + 1}. {sections[i].Title}\n\n");
            foreach (Step step in sections[i].Steps)
            {
                Append(text, step);
            }

            foreach (string remark in sections[i].Remarks)
            {
                AppendWrapped(text, remark);
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
    internal static IEnumerable<string> Conditions(Step step, Notation notation) =>
        step.Conditions.Select(condition => notation.Print(condition.Left, condition.IsInequality ? notation.UnequalSign : "=", condition.Right));

    /// <summary>The shape of an expression and, where it is a product or a sum of products, how its factors make it: <c>2×4 = 2×1 · 1×4</c>.</summary>
    internal static string Shapes(Expr expression)
    {
        string factors = Factors(expression);
        string whole = expression.Shape.ToString();
        return factors == whole ? whole : $"{whole} = {factors}";
    }

    /// <summary>The steps of a step that belong to the short form: its rewrites, not the differentials and pairings before them.</summary>
    internal static IEnumerable<Step> Shown(Step step) =>
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

    private static void Append(StringBuilder text, Step step)
    {
        AppendFormula(text, step.Label.PadRight(Indent), step);
        string conditions = string.Join(", ", Conditions(step, Notation.Text));
        AppendWrapped(text, conditions.Length == 0 ? step.Rule.Statement : $"{step.Rule.Statement}; where {conditions}", Indent + 2);
        foreach (Step rewrite in Shown(step))
        {
            AppendFormula(text, new string(' ', Indent + 4), rewrite);
            AppendWrapped(text, rewrite.Rule.Statement, Indent + 6);
        }
    }

    private static void AppendFormula(StringBuilder text, string before, Step step)
    {
        string line = before + Notation.Text.Print(step.Left, Sign(step, Notation.Text), step.Right);
        string shape = Shapes(step.Right);
        text.Append(line).Append(' ', Math.Max(2, Width - Columns(line) - shape.Length)).Append(shape).Append('\n');
    }

    private static void AppendWrapped(StringBuilder text, string words, int indent = 0)
    {
        int column = 0;
        foreach (string word in words.Split(' '))
        {
            if (column > 0 && column + 1 + Columns(word) > Width)
            {
                text.Append('\n');
                column = 0;
            }

            if (column == 0)
            {
                text.Append(' ', indent);
                column = indent;
            }
            else
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += Columns(word);
        }

        text.Append('\n');
    }

    private static int Columns(string text) => new StringInfo(text).LengthInTextElements;
}

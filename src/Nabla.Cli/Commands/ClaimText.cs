using System.Globalization;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Cli.Commands;

/// <summary>A verdict on a formula, for a reader.</summary>
internal static class ClaimText
{
    private const int LongestFormula = 2000;

    public static void Write(TextWriter output, ClaimVerdict verdict, int width = int.MaxValue)
    {
        void Line(string text, int hang = 13) => Paragraph.Write(output, text, hang, width);
        ClaimProblem problem = verdict.Problem;
        Line(verdict.Agrees switch
        {
            true => "right" + (verdict.IsProved ? ": proved by simplification, and" : ":") + $" equal at {verdict.Points} random points{(verdict.NeedsPositive ? " with positive elements, since elsewhere values are not finite" : "")} (largest relative error {verdict.Error ?? 0:0.0e-00})",
            false => $"wrong: {verdict.Diagnosis!.Code}",
            null => $"undecided: {verdict.Undecided}",
        }, 2);
        string along = problem.Along is null ? "" : $" along {Notation.Text.Print(problem.Along)}";
        Line($"  asked      {problem.KindName} of {Formula(problem.Of)} by {Notation.Text.Print(problem.By)}{along}, {problem.Shape}");
        // Two formulas may be written alike and differ in their shapes: 1 for a number, and for a column of ones.
        bool isSaid = verdict.Claim is not null && verdict.Claim.Shape != problem.Shape;
        if (verdict.Claim is not null)
        {
            Line($"  claimed    {Formula(verdict.Claim)}{(isSaid ? $", {verdict.Claim.Shape}" : "")}");
        }

        if (verdict.Derivative?.Result is Calculus.Expressions.Expr result)
        {
            Line($"  derived    {Formula(result)}{(isSaid ? $", {result.Shape}" : "")}");
        }

        if (verdict.Diagnosis is ClaimDiagnosis diagnosis)
        {
            output.WriteLine();
            Line($"  {Capital(diagnosis.Text)}.", 2);
            foreach (string line in diagnosis.Excerpt.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                output.WriteLine($"  {line}");
            }

            if (diagnosis.NearestForm is string nearest && nearest.Length <= LongestFormula)
            {
                Line($"  Right would be: {nearest}", 4);
            }
        }

        if (verdict.Counterexample is Counterexample example)
        {
            output.WriteLine();
            Write(Line, example);
        }
    }

    private static void Write(Action<string, int> line, Counterexample example)
    {
        string sizes = string.Join(", ", example.Sizes.Select(size => $"{size.Dimension} = {size.Size}"));
        line($"  For example{(sizes.Length > 0 ? $" with {sizes}" : "")}{(example.Values.Count > 0 ? " and" : "")}", 2);
        foreach ((string name, Matrix value) in example.Values)
        {
            string rows = string.Join("; ", Enumerable.Range(0, value.Rows).Select(i => string.Join(' ', Enumerable.Range(0, value.Columns).Select(j => Number(value[i, j])))));
            line($"    {name} = {(value.Rows * value.Columns == 1 ? rows : $"[{rows}]")}", 6);
        }

        line($"  element ({example.Row},{example.Column}) of the claim is {Number(example.Claimed)}, of the derivative {Number(example.True)}.", 2);
    }

    private static string Formula(Calculus.Expressions.Expr expression)
    {
        string text = Notation.Text.Print(expression);
        return text.Length <= LongestFormula ? text : text[..LongestFormula] + "…";
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>A sentence may begin with a formula, which keeps its letters.</summary>
    private static string Capital(string text) =>
        text.StartsWith("the ", StringComparison.Ordinal) || text.StartsWith("a ", StringComparison.Ordinal) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}

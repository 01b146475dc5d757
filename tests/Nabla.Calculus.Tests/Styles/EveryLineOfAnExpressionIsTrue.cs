using System.Text.Json;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Styles;

/// <summary>Both sides of every line, in matrices and in elements, evaluate to the same numbers, for expressions in all styles.</summary>
public sealed class EveryLineOfAnExpressionIsTrue(ITestOutputHelper output)
{
    [Theory]
    [InlineData(DerivationStyle.Differential)]
    [InlineData(DerivationStyle.Textbook)]
    [InlineData(DerivationStyle.Index)]
    public void The_reference_identities_are_derived_with_true_lines(DerivationStyle style)
    {
        using JsonDocument suite = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("reference", "identities.json")));
        List<string> wrong = [];
        int lines = 0;
        foreach (JsonElement entry in suite.RootElement.EnumerateArray())
        {
            string id = entry.GetProperty("id").GetString()!;
            string Text(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
            try
            {
                Scope scope = Scope.Of(Text("where"));
                DerivativeKind kind = Text("kind") switch
                {
                    "gradient" => DerivativeKind.Gradient,
                    "jacobian" => DerivativeKind.Jacobian,
                    "hessian" => DerivativeKind.Hessian,
                    _ => DerivativeKind.HessianVectorProduct,
                };
                Conditions conditions = ConditionsOf(entry, scope);
                lines += DerivedLines.AssertTrue(scope, Text("expression"), Text("wrt"), kind, Text("along"), style, conditions, wrong, id);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                wrong.Add($"{id}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n')[0]}");
            }
        }

        output.WriteLine($"{lines} lines");
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n" + string.Join('\n', wrong));
        Assert.True(lines > 700, $"{lines} lines");
    }

    [Theory]
    [InlineData("x'*S*x", "S: n x n symmetric, x: n", "S")]
    [InlineData("logdet(S)+tr(A*S)", "S: n x n symmetric, A: n x n", "S")]
    [InlineData("a'*(x+tanh(W*x))", "a: n, W: n x n, x: n", "x")]
    [InlineData("norm2(x)*sum(exp(x))", "x: n", "x")]
    [InlineData("sum(G.*(softmax(K*Q'/sqrt(k))'*V))", "G: p x m, K: r x k, Q: p x k, V: r x m", "Q")]
    [InlineData("tr(X^40)", "X: n x n", "X")]
    [InlineData("norm2(tr(2*tanh(X*A)^33-X')*X)", "X: n x n, A: n x n", "X")]
    public void Expressions_beside_the_suite_are_derived_with_true_lines(string expression, string where, string by)
    {
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            List<string> wrong = [];
            DerivedLines.AssertTrue(Scope.Of(where), expression, by, DerivativeKind.Gradient, "", style, Conditions.None, wrong, expression);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        }
    }

    private static Conditions ConditionsOf(JsonElement entry, Scope scope)
    {
        List<(Symbol, Condition)> all = [];
        void Add(JsonElement names, Condition condition)
        {
            foreach (JsonElement name in names.EnumerateArray())
            {
                all.Add(((Symbol)scope[name.GetString()!], condition));
            }
        }

        if (entry.TryGetProperty("positive", out JsonElement positive))
        {
            Add(positive, Condition.Positive);
        }

        if (entry.TryGetProperty("well_conditioned", out JsonElement well))
        {
            Add(well, Condition.WellConditioned);
        }

        if (entry.TryGetProperty("assume", out JsonElement assume))
        {
            foreach (JsonProperty one in assume.EnumerateObject())
            {
                Add(one.Value, one.Name switch
                {
                    "sum_to_one" => Condition.SumToOne,
                    "rows_sum_to_one" => Condition.RowsSumToOne,
                    "full_column_rank" => Condition.FullColumnRank,
                    _ => Condition.PositiveDefinite,
                });
            }
        }

        return new(all);
    }
}

/// <summary>Derives an expression and evaluates its lines.</summary>
internal static class DerivedLines
{
    public static int AssertTrue(
        Scope scope, string text, string by, DerivativeKind kind, string along, DerivationStyle style, Conditions conditions, List<string> wrong, string id)
    {
        Expr expression = scope.Parse(text);
        DerivationSettings settings = new() { Assumptions = conditions.Assumptions };
        Expr variable = scope[by];
        Derivative derivative = Derivative.Find(kind, expression, variable, along.Length > 0 ? scope[along] : null, settings);
        IReadOnlyList<Section> sections = ExpressionDerivation.Of(derivative, style, settings);
        Bindings point = new RandomPoints(3).Next([.. scope.Variables.Values, expression], conditions);
        Random random = new(5);
        Matrix at = point.ValueOf(variable)!;
        StepEvaluator evaluator = new(point, new Dictionary<Expr, Matrix>(ReferenceEqualityComparer.Instance) { [variable] = at.Map(_ => random.NextDouble() - 0.5) });
        int lines = 0;
        foreach (Step step in sections.SelectMany(section => section.Steps).SelectMany(All))
        {
            (double difference, double size) = evaluator.Compare(step);
            lines++;
            if (!(difference <= 5e-6 * Math.Max(1, size)))
            {
                wrong.Add($"{id}: {Notation.Text.Print(step.Left, "=", step.Right)}{(step.Indexed is var (x, y) ? "  " + Notation.Text.Print(x, "=", y) : "")} [{step.Rule.Id}] by {difference} of {size}");
            }
        }

        DerivationText.Write(id, sections, everyStep: true);
        DerivationMathMl.Write(id, sections, document: true, everyStep: true);
        DerivationMarkdown.Write(id, sections);
        return lines;
    }

    private static IEnumerable<Step> All(Step step) => step.Steps.SelectMany(All).Prepend(step);
}

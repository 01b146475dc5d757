using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Calculus.Verification.Claims;
using Nabla.Networks;

namespace Nabla.Studio.Mathematics;

/// <summary>What was found about somebody's formula, in sentences.</summary>
/// <param name="Agrees">Whether it is right; null where that is not known, or where it is no formula.</param>
/// <param name="Headline">The verdict in a few words.</param>
/// <param name="Sentences">Why.</param>
public sealed record ClaimAnswer(bool? Agrees, string Headline, ImmutableArray<string> Sentences)
{
    /// <summary>How the formula was read, in the input language.</summary>
    public string ReadAs { get; init; } = "";

    /// <summary>The formula with a mark under the place of the mistake, two lines; empty where there is no place.</summary>
    public string Excerpt { get; init; } = "";

    /// <summary>The nearest right formula, in the input language; empty where none near it was found.</summary>
    public string Nearest { get; init; } = "";

    /// <summary>What the derivative is, in the input language; empty where that is not known.</summary>
    public ImmutableArray<string> Derived { get; init; } = [];

    /// <summary>Numbers at which the formula is wrong, one a line; none where it is not, or where it has no value.</summary>
    public ImmutableArray<string> Example { get; init; } = [];
}

/// <summary>Where somebody's own formulas are judged: for a gradient of the network of the experiment, or for a derivative of any expression.</summary>
public sealed class ClaimDesk
{
    /// <summary>The most characters of a formula.</summary>
    public const int MostCharacters = 20_000;

    private const int LongestShown = 600;
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(0.8);

    private static readonly string[] beginnings = ["the ", "a ", "an ", "unknown ", "brackets ", "unexpected ", "no "];

    private readonly Network network;
    private readonly LayeredNetwork open;
    private readonly NetworkNames names;
    private readonly bool targetsSumToOne;

    /// <summary>For a network and its loss.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="targetsSumToOne">Whether the targets are probabilities, as classes are.</param>
    /// <param name="dialect">What δ means in formulas, and whether samples are rows.</param>
    /// <exception cref="NotSupportedException">The loss cannot be derived.</exception>
    public ClaimDesk(Network network, Loss loss, bool targetsSumToOne, Dialect dialect)
    {
        (this.network, this.targetsSumToOne) = (network, targetsSumToOne);
        LayeredNetwork columns = network.ExpressOpen(loss);
        if (dialect == Dialect.RowBatch)
        {
            NetworkDerivation rows = NetworkDerivation.Of(columns, DerivationStyle.Differential, dialect, targetsSumToOne);
            (open, names) = (rows.Network, new(rows.Network, rows.Derivation));
        }
        else
        {
            (open, names) = (columns, new(columns, columns.Differentiate(assumptions: targetsSumToOne ? [columns.TargetsSumToOne] : [], dialect: dialect)));
        }
    }

    /// <summary>The parameters by which the cost can be differentiated, in the input language, the last layer first.</summary>
    public ImmutableArray<string> Parameters => [.. open.Layers.Reverse().SelectMany(layer => new[] { layer.Weights, layer.Biases }).OfType<Symbol>().Select(parameter => AsciiNotation.NameOf(parameter.Name))];

    /// <summary>The names that a formula may use.</summary>
    public ImmutableArray<string> Names => [.. names.Scope.Variables.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The right formula for ∂C/∂X.</summary>
    public string GradientOf(string parameter) => names.GradientOf(SymbolOf(parameter));

    /// <summary>The parameter that a pasted line is an equation for, ∂C/∂W² = …, in the input language; null where it is a formula alone, or for none of them.</summary>
    public string? ParameterOf(string claim) =>
        PrintedFormula.Side(claim).Parameter is string named ? Parameters.FirstOrDefault(one => one.Equals(named, StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>Judges a formula for ∂C/∂X of a parameter of the network, for one sample and for layers of any widths. Takes about a second at most.</summary>
    /// <param name="parameter">X, where the formula does not say it.</param>
    /// <param name="claim">The formula, or a whole equation for a gradient.</param>
    public ClaimAnswer Judge(string parameter, string claim) => Answer(claim, () =>
    {
        (string? named, string formula) = PrintedFormula.Side(claim);
        Symbol by = SymbolOf(named is null ? parameter : Parameters.FirstOrDefault(one => one.Equals(named, StringComparison.OrdinalIgnoreCase)) ?? named);
        parameter = AsciiNotation.NameOf(by.Name);
        if (PrintedFormula.IsInElements(formula))
        {
            throw new NotSupportedException("this formula is written in elements, but one for whole matrices is judged: the derivation has that too, as δ² (a¹)ᵀ");
        }

        string read = PrintedFormula.Read(formula, names.Scope, network);
        ClaimVerdict verdict = ClaimCheck.Of(names.Ask(by, targetsSumToOne), limit: limit).Judge(read);
        HashSet<string> used = [];
        string gradient = names.GradientOf(by);
        string[] definitions = [.. names.Definitions.Where(line => line.StartsWith("delta", StringComparison.Ordinal)).Reverse().Where(line => Mentions(gradient, line) || used.Any(one => Mentions(one, line))).Where(used.Add)];
        return (read, verdict, [$"dC/d{parameter} = {gradient}", .. definitions]);
    });

    /// <summary>Judges a formula for the derivative of an expression, as "nabla check" does.</summary>
    /// <param name="expression">What is differentiated.</param>
    /// <param name="where">The variables and their shapes.</param>
    /// <param name="by">The variable.</param>
    /// <param name="claim">The formula.</param>
    public static ClaimAnswer Judge(string expression, string where, string by, string claim) => Answer(expression + where + claim, () =>
    {
        ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read(where, expression, by.Trim()), limit: limit).Judge(claim);
        return (claim, verdict, verdict.Derivative?.Result is Expr result ? [$"{verdict.Problem.KindName} = {Notation.Text.Print(result)}"] : []);
    });

    private static ClaimAnswer Answer(string text, Func<(string Read, ClaimVerdict Verdict, string[] Derived)> judge)
    {
        if (text.Length > MostCharacters)
        {
            return new(null, "Too long", [string.Create(CultureInfo.InvariantCulture, $"A formula has {MostCharacters:N0} characters at most here, but this text has {text.Length:N0}.")]);
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return new(null, "Nothing to check", ["Write a formula for the gradient, or take one of the examples."]);
        }

        try
        {
            (string read, ClaimVerdict verdict, string[] derived) = judge();
            return AnswerOf(verdict) with { ReadAs = Shortened(read), Derived = [.. derived.Select(Shortened)] };
        }
        catch (LanguageException e)
        {
            string[] lines = e.Message.Split('\n', 2);
            return new(null, "Not a formula", [Sentence(lines[0])]) { Excerpt = lines.Length > 1 ? lines[1] : "" };
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            string message = e is ArgumentException { ParamName: string parameter } ? e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal) : e.Message;
            return new(null, "No question", [Sentence(message)]);
        }
    }

    private static ClaimAnswer AnswerOf(ClaimVerdict verdict) => verdict switch
    {
        { Agrees: true } => new(true, verdict.IsProved ? "Right: proved" : "Right",
        [
            string.Create(CultureInfo.InvariantCulture, $"{(verdict.IsProved ? "Simplification makes it the derivative, and it" : "It")} is equal at {verdict.Points} random points with random widths, to {verdict.Error ?? 0:0.0e-00} relative."),
        ]),
        { Agrees: false, Diagnosis: ClaimDiagnosis diagnosis } => new(false, $"Wrong: {diagnosis.Code.Replace('-', ' ')}",
        [Sentence(diagnosis.Text)])
        {
            Nearest = diagnosis.NearestForm is string nearest && nearest.Length <= LongestShown ? nearest : "",
            Excerpt = diagnosis.Excerpt,
            Example = verdict.Counterexample is Counterexample example ? [.. Example(example)] : [],
        },
        _ => new(null, "Undecided", [Sentence(verdict.Undecided ?? "It is not known whether the formula is right")]),
    };

    private static IEnumerable<string> Example(Counterexample example)
    {
        static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        if (example.Sizes.Count > 0)
        {
            yield return string.Join(", ", example.Sizes.Select(size => $"{size.Dimension} = {size.Size}"));
        }

        foreach ((string name, Matrix value) in example.Values)
        {
            string rows = string.Join("; ", Enumerable.Range(0, value.Rows).Select(i => string.Join(' ', Enumerable.Range(0, value.Columns).Select(j => Number(value[i, j])))));
            yield return $"{name} = {(value.Rows * value.Columns == 1 ? rows : $"[{rows}]")}";
        }

        yield return $"element ({example.Row},{example.Column}): the formula gives {Number(example.Claimed)}, the derivative is {Number(example.True)}";
    }

    private static bool Mentions(string formula, string definition)
    {
        string name = definition[..definition.IndexOf(' ', StringComparison.Ordinal)];
        int at = formula.IndexOf(name, formula.StartsWith(name + " =", StringComparison.Ordinal) ? name.Length : 0, StringComparison.Ordinal);
        return at >= 0 && (at + name.Length == formula.Length || !char.IsAsciiDigit(formula[at + name.Length]));
    }

    /// <summary>A sentence may begin with a formula, which keeps its letters.</summary>
    private static string Sentence(string text)
    {
        bool isWord = beginnings.Any(word => text.StartsWith(word, StringComparison.Ordinal));
        return (isWord ? char.ToUpperInvariant(text[0]) + text[1..] : text) + (text.EndsWith('.') || text.EndsWith('?') ? "" : ".");
    }

    private static string Shortened(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";

    private Symbol SymbolOf(string parameter) => open.Parameters.FirstOrDefault(one => AsciiNotation.NameOf(one.Name) == parameter)
        ?? throw new ArgumentException($"the network has no parameter '{parameter}'; it has {string.Join(", ", Parameters)}");
}

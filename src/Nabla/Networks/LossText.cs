using Nabla.Calculus;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Networks;

public sealed partial class Loss
{
    private static readonly string[] operands = ["y", "a", "z", "m", "n"];

    /// <summary>
    /// A loss from a text of the input language, such as <c>sum((y-a).^4)/m</c>. Its names are y, the targets, a, the outputs, and z, the last
    /// pre-activations, all n×m with one sample a column; m, the number of samples, and n, the number of outputs. The whole is a scalar, C as it is
    /// written: nothing is divided by m but what the text divides. The name of the loss is the text.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="LanguageException">The text is no expression of these names, or no scalar; the message points at the place.</exception>
    public static Loss Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Syntax syntax = Parser.Parse(text);
        Scope scope = Scope.Of("y: n x m, a: n x m, z: n x m");
        Expr whole = scope.Bind(syntax, text);
        if (!whole.Shape.IsScalar)
        {
            throw new LanguageException(
                $"a loss is a scalar, but this is {whole.Shape} where y, a and z are n×m; did you mean sum(…)/m?", text, syntax.Span);
        }

        IReadOnlyList<Expr> parts = Expr.Reachable(whole);
        if (!parts.Contains(scope["a"]) && !parts.Contains(scope["z"]))
        {
            throw new LanguageException("a loss depends on the outputs a or on the last pre-activations z, but this does not", text, syntax.Span);
        }

        string name = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new(name, (y, a, z) => new Scope(y.Pool, [("y", y), ("a", a), ("z", z)], [("n", y.Shape.Rows), ("m", y.Shape.Columns)]).Bind(syntax, text))
        {
            Text = name,
            NeedsPreActivations = parts.Contains(scope["z"]),
        };
    }

    /// <summary>The built-in loss of a name, or the loss that a text says.</summary>
    /// <exception cref="ArgumentException">The text looks like a name, and no loss has it.</exception>
    /// <exception cref="LanguageException">The text is no expression of a loss.</exception>
    public static Loss NamedOrParsed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (All.TryGetValue(trimmed, out Loss? known))
        {
            return known;
        }

        bool isName = trimmed.All(c => char.IsAsciiLetter(c) || c == '-') && !trimmed.Split('-').Any(word => operands.Contains(word));
        return isName
            ? throw new ArgumentException($"{Suggestion.Unknown("loss", trimmed, All.Keys)}; an expression of y, a, z, m and n is a loss too, such as sum((y-a).^4)/m")
            : Parse(text);
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>A variable and its shape, as in <c>A: m x n</c>.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Shape">Its rows and columns.</param>
/// <param name="IsSymmetric">Whether it was declared symmetric.</param>
/// <param name="Span">Where the name stands.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Declaration(string Name, Shape Shape, bool IsSymmetric, SourceSpan Span);

/// <summary>
/// The variables of an expression: <c>A: p x m, x: n, s: scalar, S: n x n symmetric</c>. A dimension is a name or a whole number; between two
/// of them stands x, × or *. Equal names are equal sizes.
/// </summary>
public sealed class Declarations
{
    private readonly string text;
    private readonly ImmutableArray<Declaration>.Builder all = ImmutableArray.CreateBuilder<Declaration>();
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dim> dimensions = new(StringComparer.Ordinal);
    private int position;

    private Declarations(string text)
    {
        this.text = text;
        Skip();
        while (position < text.Length)
        {
            One();
            Skip();
            if (position == text.Length)
            {
                break;
            }

            if (text[position] is not (',' or ';'))
            {
                throw Wrong("a comma is expected between two declarations", new(position, 1));
            }

            SourceSpan comma = new(position++, 1);
            Skip();
            if (position == text.Length)
            {
                throw Wrong("a declaration is missing after this comma", comma);
            }
        }

        All = all.ToImmutable();
    }

    /// <summary>The variables in the order of writing.</summary>
    public ImmutableArray<Declaration> All { get; }

    /// <summary>The dimensions that have names.</summary>
    public IReadOnlyDictionary<string, Dim> Dimensions => dimensions;

    /// <summary>Reads the variables of an expression.</summary>
    /// <exception cref="LanguageException">The text is no list of declarations; the message points at the place.</exception>
    public static Declarations Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= Parser.MaximumLength
            ? new(text)
            : throw new LanguageException($"a text has at most {Parser.MaximumLength} characters, but this one has {text.Length}", text, new(0, 1));
    }

    private void One()
    {
        SourceSpan name = Name("a variable's name is expected here, as in A: m x n");
        string word = TextOf(name);
        if (Functions.Find(word) is not null)
        {
            throw Wrong($"'{word}' is a function of the language; a variable needs another name", name);
        }

        if (!names.Add(word))
        {
            throw Wrong($"'{word}' is declared twice", name);
        }

        Skip();
        if (position == text.Length || text[position] != ':')
        {
            throw Wrong($"after the name '{Excerpt.Short(word)}' stand a colon and the shape, as in {Excerpt.Short(word)}: m x n", name);
        }

        position++;
        Skip();
        int start = position;
        if (Word("scalar"))
        {
            all.Add(new(word, Shape.Scalar, false, name));
            return;
        }

        Dim rows = Dimension();
        Skip();
        Dim columns = Separator() ? Dimension() : Dim.One;
        SourceSpan shape = new(start, position - start);
        Skip();
        int at = position;
        bool isSymmetric = Word("symmetric");
        if (isSymmetric && !rows.Equals(columns))
        {
            throw Wrong($"a symmetric matrix is square, but '{word}' is {rows}×{columns}", SourceSpan.Over(shape, new(at, position - at)));
        }

        all.Add(new(word, new(rows, columns), isSymmetric, name));
        if (Lexer.NameLength(text, position) is int length and > 0)
        {
            throw AfterTheShape(new(position, length), columns.IsOne ? rows : null);
        }
    }

    /// <summary>The error about a word where a declaration should have ended.</summary>
    private LanguageException AfterTheShape(SourceSpan rest, Dim? rows)
    {
        string word = Excerpt.Short(text.AsSpan(rest.Start, rest.Length));
        position = rest.End;
        Skip();
        string problem = position < text.Length && text[position] == ':'
            ? $"a comma is missing before '{word}'"
            : Suggestion.Nearest(word, ["symmetric"]) is string meant
                ? $"unknown word '{word}': did you mean '{meant}'?"
                : $"unknown word '{word}' after the shape" + (rows is null ? "" : $"; did you mean {Excerpt.Short(rows.Name)} x {word}?");
        return Wrong(problem, rest);
    }

    private Dim Dimension()
    {
        Skip();
        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        if (position > start)
        {
            SourceSpan digits = new(start, position - start);
            return int.TryParse(text.AsSpan(start, digits.Length), out int value) && value > 0
                ? Dim.Of(value)
                : throw Wrong($"a dimension is at least 1 and at most {int.MaxValue}", digits);
        }

        SourceSpan name = Name("a dimension is expected here: a name or a positive whole number");
        string word = TextOf(name);
        if (Functions.Find(word) is not null)
        {
            throw Wrong($"'{word}' is a function of the language; a dimension needs another name", name);
        }

        if (word is [var rows, 'x', var columns] && "dhijklmnpqrst".Contains(rows, StringComparison.Ordinal) && "dhijklmnpqrst".Contains(columns, StringComparison.Ordinal))
        {
            throw Wrong($"'{word}' is one name; did you mean {rows} x {columns}?", name);
        }

        return dimensions.TryGetValue(word, out Dim? known) ? known : dimensions[word] = Dim.Of(word);
    }

    /// <summary>The sign between rows and columns; an x may touch what follows, as in 3x4.</summary>
    private bool Separator()
    {
        bool isThere = position < text.Length && text[position] is 'x' or 'X' or '×' or '*';
        position += isThere ? 1 : 0;
        return isThere;
    }

    private bool Word(string word)
    {
        bool isThere = text.AsSpan(position).StartsWith(word, StringComparison.Ordinal) && Lexer.NameLength(text, position) == word.Length;
        position += isThere ? word.Length : 0;
        return isThere;
    }

    private SourceSpan Name(string expected)
    {
        SourceSpan name = new(position, Lexer.NameLength(text, position));
        if (name.Length == 0)
        {
            throw position < text.Length && text[position] is not (',' or ';' or ':' or '-' or '(' or ')') && !char.IsAsciiDigit(text[position])
                ? Lexer.Unexpected(text, position)
                : Wrong(expected, new(position, 1));
        }

        position = name.End;
        return Lexer.TooLong(text, name) is LanguageException wrong ? throw wrong : name;
    }

    private void Skip()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }
    }

    private string TextOf(SourceSpan span) => text.Substring(span.Start, span.Length);

    private LanguageException Wrong(string problem, SourceSpan span) => new(problem, text, span);
}

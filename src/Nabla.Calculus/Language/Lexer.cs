using System.Globalization;
using System.Text;

namespace Nabla.Calculus.Language;

/// <summary>Cuts a text into tokens, one at a time.</summary>
/// <remarks>
/// Signs of printed mathematics are understood where they can mean one thing only: − for minus, ᵀ and ′ for the transpose, ⊙ and ⊘ for
/// the elementwise operations. For others the error says what to write.
/// </remarks>
internal sealed class Lexer(string text)
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 100;

    private static readonly Dictionary<string, string> hints = new(StringComparer.Ordinal)
    {
        ["×"] = "write * for the matrix product or a multiple, .* for the Hadamard product",
        ["·"] = "write * for the matrix product or a multiple, .* for the Hadamard product, dot(A,B) for the inner product",
        ["⋅"] = "write * for the matrix product or a multiple, .* for the Hadamard product, dot(A,B) for the inner product",
        ["∘"] = "write .* for the Hadamard product",
        ["⊗"] = "write kron(A,B) for the Kronecker product",
        ["@"] = "write * for the matrix product",
        ["÷"] = "write / for division by a scalar, ./ for the elementwise quotient",
        ["\\"] = "write inv(A)*b for the solution of a linear system",
        ["="] = "an expression is one side of an equation",
        ["["] = "only round brackets are used",
        ["]"] = "only round brackets are used",
        ["{"] = "only round brackets are used",
        ["}"] = "only round brackets are used",
        ["|"] = "write abs(X) element by element, det(X) for the determinant, norm2(x) for the length",
        ["‖"] = "write norm2(X)",
        ["√"] = "write sqrt(X)",
        ["∑"] = "write sum(X)",
        ["∇"] = "what is differentiated is given beside the expression, not in it",
        ["∂"] = "what is differentiated is given beside the expression, not in it",
        ["²"] = "write ^2 for a power, .^2 for the square of each element",
        ["³"] = "write ^3 for a power, .^3 for the cube of each element",
        ["⁻"] = "write inv(A) for the inverse, ^(-1) for a negative power",
        ["½"] = "write 0.5",
        ["!"] = "there is no factorial",
        [":"] = "shapes are declared beside the expression, not in it",
        [";"] = "one expression is read at a time",
        ["∞"] = "numbers are finite",
    };

    private int position;

    /// <summary>The next character after spaces, which stays where it is; '\0' at the end.</summary>
    public char Following
    {
        get
        {
            int at = position;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            return at < text.Length ? text[at] : '\0';
        }
    }

    /// <summary>The next token.</summary>
    public Token Read()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        int start = position;
        if (start == text.Length)
        {
            return new(TokenKind.End, new(start, 0));
        }

        if (char.IsAsciiDigit(text[start]) || (text[start] == '.' && char.IsAsciiDigit(At(start + 1))))
        {
            return Number();
        }

        if (NameLength(text, start) is int length and > 0)
        {
            return Name(length);
        }

        return (text[start], At(start + 1)) switch
        {
            ('.', '*') => Sign(2, BinaryOperator.Hadamard),
            ('.', '/') => Sign(2, BinaryOperator.Quotient),
            ('.', '^') => Sign(2, BinaryOperator.ElementPower),
            ('+', _) => Sign(1, BinaryOperator.Add),
            ('-' or '−', _) => Sign(1, BinaryOperator.Subtract),
            ('*', _) => Sign(1, BinaryOperator.Multiply),
            ('/', _) => Sign(1, BinaryOperator.Divide),
            ('^', _) => Sign(1, BinaryOperator.Power),
            ('⊙', _) => Sign(1, BinaryOperator.Hadamard),
            ('⊘', _) => Sign(1, BinaryOperator.Quotient),
            ('\'' or 'ᵀ' or '′' or '’', _) => Take(1, TokenKind.Prime),
            ('(', _) => Take(1, TokenKind.Open),
            (')', _) => Take(1, TokenKind.Close),
            (',', _) => Take(1, TokenKind.Comma),
            _ => throw Unexpected(text, start),
        };
    }

    /// <summary>The length of the name that starts at a place; 0 where none does.</summary>
    public static int NameLength(string text, int start)
    {
        int at = start;
        while (at < text.Length && Rune.TryGetRuneAt(text, at, out Rune rune)
            && ((Rune.IsLetter(rune) && rune.Value != 'ᵀ') || rune.Value == '_'
                || (at > start && (rune.Value is >= '0' and <= '9' or >= '₀' and <= '₉'))))
        {
            at += rune.Utf16SequenceLength;
        }

        return at - start;
    }

    /// <summary>The error about a name that is too long, or null.</summary>
    public static LanguageException? TooLong(string text, SourceSpan name) => name.Length <= LongestName ? null : new(
        $"a name has at most {LongestName} characters, but '{Excerpt.Short(text.AsSpan(name.Start, name.Length))}' has {name.Length}", text, name);

    /// <summary>The error about a character that nothing starts with.</summary>
    public static LanguageException Unexpected(string text, int at)
    {
        if (text[at] == '.')
        {
            string problem = at + 1 < text.Length && char.IsAsciiLetter(text[at + 1])
                ? "a point is a part of a number, or of .* ./ .^; for the transpose write A'"
                : "a point is a part of a number, or of .* ./ .^";
            return new(problem, text, new(at, 1));
        }

        bool isWhole = Rune.TryGetRuneAt(text, at, out Rune rune);
        int code = isWhole ? rune.Value : text[at];
        string sign = isWhole ? rune.ToString() : "\uFFFD";
        bool isShown = isWhole && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
        string what = !isShown ? $"U+{code:X4}" : code < 128 ? $"'{sign}'" : $"'{sign}' (U+{code:X4})";
        string hint = hints.TryGetValue(sign, out string? known) ? $": {known}" : "";
        return new($"unexpected character {what}{hint}", text, new(at, isWhole ? rune.Utf16SequenceLength : 1));
    }

    private char At(int at) => at < text.Length ? text[at] : '\0';

    private Token Take(int length, TokenKind kind)
    {
        SourceSpan span = new(position, length);
        position += length;
        return new(kind, span);
    }

    private Token Sign(int length, BinaryOperator sign) => Take(length, TokenKind.Operator) with { Operator = sign };

    private Token Name(int length)
    {
        // f'(x) is the derivative of a function; the transpose of a variable is never followed by a bracket.
        bool isDerivative = At(position + length) is '\'' or '′' && At(position + length + 1) == '(';
        Token token = Take(length, TokenKind.Name);
        if (TooLong(text, token.Span) is LanguageException wrong)
        {
            throw wrong;
        }

        if (isDerivative)
        {
            position++;
            token = token with { Span = new(token.Span.Start, length + 1) };
        }

        return token;
    }

    private Token Number()
    {
        int end = position;
        Digits();
        if (At(end) == '.' && char.IsAsciiDigit(At(end + 1)))
        {
            end++;
            Digits();
        }

        if (At(end) is 'e' or 'E' && (char.IsAsciiDigit(At(end + 1)) || (At(end + 1) is '+' or '-' && char.IsAsciiDigit(At(end + 2)))))
        {
            end += 2;
            Digits();
        }

        double value = double.Parse(text.AsSpan(position, end - position), NumberStyles.Float, CultureInfo.InvariantCulture);
        Token token = Take(end - position, TokenKind.Number) with { Value = value };
        return double.IsFinite(value) ? token : throw new LanguageException(
            $"the number {Excerpt.Short(text.AsSpan(token.Span.Start, token.Span.Length))} is too large", text, token.Span);

        void Digits()
        {
            while (char.IsAsciiDigit(At(end)))
            {
                end++;
            }
        }
    }
}

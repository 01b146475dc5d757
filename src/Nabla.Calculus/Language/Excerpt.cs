using System.Globalization;

namespace Nabla.Calculus.Language;

/// <summary>The line of a text that a place is in, and a line of marks under the place; of a long line a window.</summary>
internal static class Excerpt
{
    private const int Width = 72;

    /// <summary>Two lines, the second such as <c>~~^~~</c>.</summary>
    public static string Of(string text, SourceSpan span, int caret)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        int from = caret == 0 ? 0 : text.LastIndexOf('\n', caret - 1) + 1;
        int to = text.IndexOf('\n', caret);
        to = to < 0 ? text.Length : to;
        (int start, int end) = (from, to);
        if (to - from > Width)
        {
            start = Math.Clamp(caret - Width / 3, from, to - Width);
            end = start + Width;
        }

        string before = start > from ? "…" : "";
        string after = end < to ? "…" : "";
        int first = Math.Clamp(span.Start, start, Math.Max(start, caret));
        int last = Math.Clamp(span.End, caret + 1, Math.Max(end, caret + 1));
        string marks = new string(' ', before.Length + first - start) + new string('~', caret - first) + '^' + new string('~', last - caret - 1);
        return $"  {before}{Clean(text.AsSpan(start, end - start))}{after}\n  {marks}";
    }

    /// <summary>A piece of a text for use in a sentence: short, on one line, nothing in it that would disturb a terminal.</summary>
    public static string Short(ReadOnlySpan<char> text)
    {
        const int Longest = 40;
        return text.Length <= Longest ? Clean(text) : Clean(text[..(Longest - 1)]) + "…";
    }

    /// <summary>The same number of characters, those that cannot be shown replaced.</summary>
    private static string Clean(ReadOnlySpan<char> text)
    {
        char[] clean = text.ToArray();
        for (int i = 0; i < clean.Length; i++)
        {
            if (char.IsHighSurrogate(clean[i]) && i + 1 < clean.Length && char.IsLowSurrogate(clean[i + 1]))
            {
                i++;
            }
            else if (char.GetUnicodeCategory(clean[i]) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                clean[i] = ' ';
            }
            else if (char.IsSurrogate(clean[i]))
            {
                clean[i] = '\uFFFD';
            }
        }

        return new(clean);
    }
}

using System.Globalization;
using System.Text;

namespace Nabla.Models;

/// <summary>Text that comes from a file, made fit for a sentence: a name may be megabytes long or steer a terminal.</summary>
internal static class SafetensorsText
{
    private const int LongestQuote = 80;

    /// <summary>Whether every surrogate has its partner, so that UTF-8 can hold the text.</summary>
    public static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text in quotes, on one line, cut where it is long.</summary>
    public static string Quote(string text) => $"'{Clip(text)}'";

    /// <summary>The text on one line, cut where it is long.</summary>
    public static string Clip(string text)
    {
        StringBuilder result = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (result.Length >= LongestQuote)
            {
                return result.Append('…').ToString();
            }

            bool visible = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned);
            result.Append(visible ? rune.ToString() : $"\\u{{{rune.Value:X}}}");
        }

        return result.ToString();
    }
}

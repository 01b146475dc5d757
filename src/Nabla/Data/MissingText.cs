namespace Nabla.Data;

/// <summary>The texts that stand for a missing value in a table.</summary>
public static class MissingText
{
    private static readonly string[] words = ["NA", "N/A", "NaN", "?", "null"];

    /// <summary>Whether a text is empty, or one of NA, N/A, NaN, ? and null, in upper or lower case.</summary>
    public static bool Is(ReadOnlySpan<char> text)
    {
        if (text.Length > 4)
        {
            return false;
        }

        foreach (string word in words)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return text.IsEmpty;
    }
}

namespace Nabla.Calculus;

/// <summary>The sentence about an unknown name: what it may have meant, and which names there are.</summary>
public static class Suggestion
{
    /// <summary>
    /// Such as <c>unknown data set 'digts'; did you mean 'digits'? Known: book, digits, mnist, xor</c>.
    /// </summary>
    /// <param name="what">The kind of thing, such as "data set".</param>
    /// <param name="name">What was written.</param>
    /// <param name="known">The names there are; they are listed in alphabetical order.</param>
    public static string Unknown(string what, string name, IEnumerable<string> known)
    {
        string[] names = [.. known.Order(StringComparer.Ordinal)];
        string question = Nearest(name, names) is { } nearest ? $"did you mean '{nearest}'? " : "";
        return $"unknown {what} '{name}'; {question}Known: {string.Join(", ", names)}";
    }

    /// <summary>
    /// The known name that a slip of the pen may have turned into this one, or null where none is near: at most a third of the
    /// longer name's letters (and one at least) inserted, dropped, replaced or swapped with their neighbour; case does not count.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string[] candidates = [.. known];
        if (name.TrimStart('-').Length > 1 && candidates.FirstOrDefault(candidate => string.Equals(Initials(candidate), name.TrimStart('-'), StringComparison.OrdinalIgnoreCase)) is string whole)
        {
            return whole;
        }

        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < least && distance <= Math.Max(1, Math.Max(name.Length, candidate.Length) / 3))
            {
                nearest = candidate;
                least = distance;
            }
        }

        return nearest;
    }

    /// <summary>mse of mean-squared-error, lr of --learning-rate.</summary>
    private static string Initials(string name) => string.Concat(name.Split('-', '_').Where(word => word.Length > 0).Select(word => word[0]));

    /// <summary>The edit distance with swaps of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        // Names are short; a page of text given as a name is near to none, and the table would be large.
        if (Math.Abs(a.Length - b.Length) > Math.Max(a.Length, b.Length) / 2)
        {
            return int.MaxValue;
        }

        int[,] table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                int replaced = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, 1 + Math.Min(table[i - 1, j], table[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], 1 + table[i - 2, j - 2]);
                }
            }
        }

        return table[a.Length, b.Length];
    }
}

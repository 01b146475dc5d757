using System.Globalization;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>Gives letters to indices, each once in a line. Those letters that Unicode has below the line.</summary>
internal sealed class IndexLetters
{
    private static readonly string[] letters = ["i", "j", "k", "l", "p", "r", "s", "t", "h", "o", "u", "v", "x", "e", "a"];
    private int next;

    /// <summary>The letters in their order.</summary>
    public static string[] All => letters;

    /// <summary>A new index; null for a dimension of one.</summary>
    public SumIndex? New(Dim range) => range.IsOne ? null : Always(range);

    /// <summary>A new index.</summary>
    public SumIndex Always(Dim range)
    {
        int round = next / letters.Length;
        string letter = letters[next++ % letters.Length] + (round == 0 ? "" : round.ToString(CultureInfo.InvariantCulture));
        return new(letter, range);
    }
}

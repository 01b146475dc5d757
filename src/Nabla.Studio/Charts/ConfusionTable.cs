using System.Collections.Immutable;
using System.Globalization;
using Nabla.Training;

namespace Nabla.Studio.Charts;

/// <summary>A confusion matrix of a readable size: of many classes those that are confused most.</summary>
/// <param name="Classes">The classes that are shown, in their order.</param>
/// <param name="All">How many there are.</param>
/// <param name="Words">Which they are, in a sentence; empty where all are shown.</param>
public sealed record ConfusionTable(ImmutableArray<int> Classes, int All, string Words)
{
    /// <summary>The most classes of a table.</summary>
    public const int MostClasses = 20;

    /// <summary>Chooses the classes whose samples were most often taken for others, and others for them.</summary>
    public static ConfusionTable Of(ConfusionMatrix confusion)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        int all = confusion.Classes;
        if (all <= MostClasses)
        {
            return new([.. Enumerable.Range(0, all)], all, "");
        }

        long[] mistakes = new long[all];
        for (int i = 0; i < all; i++)
        {
            for (int j = 0; j < all; j++)
            {
                if (i != j)
                {
                    mistakes[i] += confusion[i, j];
                    mistakes[j] += confusion[i, j];
                }
            }
        }

        int[] shown = [.. Enumerable.Range(0, all).OrderByDescending(i => mistakes[i]).Take(MostClasses).Order()];
        return new([.. shown], all, string.Create(CultureInfo.InvariantCulture, $"The {MostClasses} of {all:N0} classes that are confused most; with the others these may be confused too."));
    }
}

namespace Nabla.Training;

/// <summary>
/// The area under the receiver operating characteristic: how likely a sample of the class has a larger score than one that is not, ties counted half
/// (Fawcett, "An introduction to ROC analysis", 2006).
/// </summary>
public static class RocAuc
{
    /// <summary>AUC = (R − n₁(n₁ + 1)/2) / (n₁ n₀), R the sum of the ranks of the n₁ positive scores; NaN where there are no positive or no negative ones.</summary>
    /// <param name="scores">A score for each sample.</param>
    /// <param name="positive">Whether the sample is of the class.</param>
    /// <exception cref="ArgumentException">There are not as many of one as of the other.</exception>
    public static double Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
        {
            throw new ArgumentException($"there are {scores.Length} scores but {positive.Length} samples; each sample needs one score");
        }

        float[] sorted = scores.ToArray();
        bool[] flags = positive.ToArray();
        Array.Sort(sorted, flags);
        double ranks = 0;
        double n1 = flags.Count(flag => flag);
        double n0 = flags.Length - n1;
        for (int start = 0; start < sorted.Length;)
        {
            int end = start;
            int positives = 0;
            while (end < sorted.Length && sorted[end].Equals(sorted[start]))
            {
                positives += flags[end++] ? 1 : 0;
            }

            // The ranks of equal scores, counted from 1, are their mean.
            ranks += positives * (start + 1 + end) / 2.0;
            start = end;
        }

        return n1 == 0 || n0 == 0 ? double.NaN : (ranks - n1 * (n1 + 1) / 2) / (n1 * n0);
    }
}

using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>The mean and the standard deviation of numbers that come one after the other, by Welford's method; missing ones are passed over.</summary>
internal sealed class RunningMoments
{
    private double mean;
    private double squares;
    private long count;

    /// <summary>Adds a number; NaN is a missing one.</summary>
    public void Add(double x)
    {
        if (double.IsNaN(x))
        {
            return;
        }

        double before = x - mean;
        mean += before / ++count;
        squares += before * (x - mean);
    }

    /// <summary>The mean and the deviation; a deviation that is only rounding is 1.</summary>
    /// <param name="column">What the numbers are called.</param>
    /// <exception cref="ArgumentException">There are none, or they are too large.</exception>
    public (double Mean, double Scale) Require(string column)
    {
        double deviation = count == 0 ? 0 : Math.Sqrt(squares / count);
        double scale = deviation <= 1e-10 * Math.Abs(mean) || deviation == 0 ? 1 : deviation;
        return count == 0 ? throw new ArgumentException($"column '{column}' has no number among the samples to train with")
            : !double.IsFinite(mean) || !double.IsFinite(scale) ? throw new ArgumentException($"column '{column}' has numbers too large to be standardized")
            : (mean, scale);
    }
}

/// <summary>Learns how one column of a table is encoded from the cells of the samples to train with, one after the other; it keeps no more of them than it is allowed.</summary>
internal sealed class ColumnLearner
{
    private readonly string name;
    private readonly ImmutableArray<string> levels;
    private readonly bool isNumber;
    private readonly bool withMedian;
    private readonly CategoryFill fill;
    private readonly long[] counts;
    private readonly RunningMoments moments = new();
    private readonly List<double> kept = [];
    private readonly int mostKept;
    private readonly SeededRandom random;
    private long numbers;

    /// <summary>A column.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="levels">The levels that its cells are places of; null where the cells are numbers.</param>
    /// <param name="numberFill">What stands for a missing number.</param>
    /// <param name="fill">What stands for a missing category.</param>
    /// <param name="mostKept">How many numbers may be kept to find their median; of more it is that of so many, drawn by the seed.</param>
    /// <param name="seed">Fixes the draws.</param>
    public ColumnLearner(string name, ImmutableArray<string>? levels, NumberFill numberFill, CategoryFill fill, int mostKept = int.MaxValue, ulong seed = 0)
    {
        (this.name, this.levels, this.fill, this.mostKept) = (name, levels ?? [], fill, mostKept);
        (isNumber, withMedian) = (levels is null, levels is null && numberFill == NumberFill.Median);
        counts = new long[this.levels.Length + 1];
        random = new(seed, stream: 5);
    }

    /// <summary>Whether the median is that of a sample of the numbers.</summary>
    public bool IsSampled => numbers > mostKept;

    /// <summary>Adds the cell of a sample: the number, or the place of the level; NaN is a missing one.</summary>
    public void Add(double cell)
    {
        if (!isNumber)
        {
            counts[double.IsNaN(cell) ? 0 : (int)cell + 1]++;
            return;
        }

        moments.Add(cell);
        if (withMedian && !double.IsNaN(cell))
        {
            Keep(cell);
        }
    }

    /// <summary>How the column is encoded.</summary>
    /// <exception cref="ArgumentException">It has no values, or numbers too large to be standardized.</exception>
    public ColumnEncoding Learn()
    {
        if (isNumber)
        {
            (double mean, double scale) = moments.Require(name);
            return new NumberEncoding(name, mean, scale, withMedian ? Median() : mean);
        }

        ImmutableArray<string> seen = [.. levels.Where((_, i) => counts[i + 1] > 0)];
        return seen.IsEmpty ? throw new ArgumentException($"column '{name}' has no value among the samples to train with")
            : fill == CategoryFill.OwnLevel ? new CategoryEncoding(name, seen, MissingIsLevel: counts[0] > 0)
            : new CategoryEncoding(name, seen, MissingIsLevel: false, levels[Array.IndexOf(counts, counts[1..].Max(), 1) - 1]);
    }

    /// <summary>Every number so far is among the kept ones with the same probability (Vitter, "Random sampling with a reservoir", 1985, algorithm R).</summary>
    private void Keep(double number)
    {
        numbers++;
        if (kept.Count < mostKept)
        {
            kept.Add(number);
        }
        else if ((long)(random.NextDouble() * numbers) is long place && place < mostKept)
        {
            kept[(int)place] = number;
        }
    }

    private double Median()
    {
        kept.Sort();
        return kept.Count % 2 == 1 ? kept[kept.Count / 2] : kept[kept.Count / 2 - 1] / 2 + kept[kept.Count / 2] / 2;
    }
}

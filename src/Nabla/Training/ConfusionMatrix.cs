using System.Numerics;

namespace Nabla.Training;

/// <summary>How often samples of each class (a row) were taken for each class (a column).</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    /// <summary>All counts zero.</summary>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        counts = new long[classes, classes];
    }

    /// <summary>The number of classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>The number of samples.</summary>
    public long Total { get; private set; }

    /// <summary>The number of samples taken for what they are.</summary>
    public long Correct { get; private set; }

    /// <summary>Correct / Total.</summary>
    public double Accuracy => (double)Correct / Total;

    /// <summary>How many samples of a class were taken for another (or the same).</summary>
    public long this[int actual, int predicted] => counts[actual, predicted];

    /// <summary>Counts one sample.</summary>
    public void Add(int actual, int predicted)
    {
        counts[actual, predicted]++;
        Total++;
        Correct += actual == predicted ? 1 : 0;
    }

    /// <summary>Counts one sample, which is taken for the class of the largest output; the first of several.</summary>
    public void Add<T>(int actual, ReadOnlySpan<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Add(actual, Model<T>.ArgMax(outputs));
}

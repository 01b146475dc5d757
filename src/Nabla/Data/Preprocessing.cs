using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>
/// What is done to a sample before it reaches a network, and what the network's outputs mean. It is learned from the samples to train with, stored
/// in the model file, and done again to whatever is predicted.
/// </summary>
public sealed record Preprocessing
{
    /// <summary>Nothing is done.</summary>
    public static Preprocessing None { get; } = new();

    /// <summary>What every input is divided by, such as 255 for pixels; 1 where nothing is done.</summary>
    public double InputDivisor { get; init; } = 1;

    /// <summary>How the columns of a table become the network's inputs, one column after the other; none where the inputs are no table.</summary>
    public ImmutableArray<ColumnEncoding> Columns { get; init; } = [];

    /// <summary>What the outputs mean; null where the data is no table.</summary>
    public TargetEncoding? Target { get; init; }

    /// <summary>Whether the inputs are made from the columns of a table.</summary>
    public bool IsTable => !Columns.IsEmpty;

    /// <summary>Whether the same is done to the same columns.</summary>
    public bool IsSameAs(Preprocessing other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return InputDivisor == other.InputDivisor && Target == other.Target && Columns.Length == other.Columns.Length
            && Columns.Zip(other.Columns).All(pair => (pair.First, pair.Second) is (CategoryEncoding a, CategoryEncoding b)
                ? a with { Levels = [] } == b with { Levels = [] } && a.Levels.SequenceEqual(b.Levels)
                : pair.First == pair.Second);
    }

    /// <summary>The number of the network's inputs that the columns become.</summary>
    public int Inputs => Columns.Sum(column => column.Inputs);
}

/// <summary>How one column of a table becomes inputs of a network.</summary>
/// <param name="Name">The column's name in the table.</param>
public abstract record ColumnEncoding(string Name)
{
    /// <summary>How many inputs the column becomes.</summary>
    public abstract int Inputs { get; }
}

/// <summary>A column of numbers becomes one input: (x − mean) / scale.</summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Mean">What is subtracted.</param>
/// <param name="Scale">What is divided by: the standard deviation, or 1 where the column is constant.</param>
/// <param name="Fill">The number that stands for a missing one, before the mean is subtracted.</param>
public sealed record NumberEncoding(string Name, double Mean, double Scale, double Fill) : ColumnEncoding(Name)
{
    /// <inheritdoc/>
    public override int Inputs => 1;

    /// <summary>(x − mean) / scale, with the fill for NaN.</summary>
    public double Encode(double x) => ((double.IsNaN(x) ? Fill : x) - Mean) / Scale;
}

/// <summary>
/// A column of categories becomes one input for each level: 1 at the level of the sample, 0 elsewhere. A level that was never seen in training is
/// all zeros.
/// </summary>
/// <param name="Name">The column's name in the table.</param>
/// <param name="Levels">The levels in the order of their inputs.</param>
/// <param name="MissingIsLevel">Whether a missing value has an input of its own, after those of the levels.</param>
/// <param name="Fill">The level that stands for a missing value; where it is null and no input is its own, a missing value is all zeros.</param>
public sealed record CategoryEncoding(string Name, ImmutableArray<string> Levels, bool MissingIsLevel, string? Fill = null) : ColumnEncoding(Name)
{
    /// <inheritdoc/>
    public override int Inputs => Levels.Length + (MissingIsLevel ? 1 : 0);

    /// <summary>The input that is 1 for a missing value; −1 where none is.</summary>
    public int MissingInput => MissingIsLevel ? Levels.Length : Fill is null ? -1 : Levels.IndexOf(Fill);
}

/// <summary>What the outputs of a network mean. Where the target is a number, the network learns (y − mean) / scale.</summary>
/// <param name="Name">The target column's name in the table.</param>
/// <param name="Mean">The mean of the numbers to train with; 0 where the target is a class.</param>
/// <param name="Scale">Their standard deviation, or 1 where they are constant; 1 where the target is a class.</param>
public sealed record TargetEncoding(string Name, double Mean = 0, double Scale = 1)
{
    /// <summary>(y − mean) / scale.</summary>
    public double Encode(double y) => (y - Mean) / Scale;

    /// <summary>scale · a + mean: an output in the units of the table.</summary>
    public double Decode(double a) => Scale * a + Mean;
}

using System.Collections.Immutable;
using System.Globalization;
using Nabla.Data;

namespace Nabla.Studio.Experiments;

/// <summary>Samples as their owner knows them: of a table its columns by their names, numbers in the table's units, levels by their words.</summary>
public static class SampleText
{
    /// <summary>What the parts of a sample are called: the columns of a table, else x1, x2 and so on.</summary>
    public static IEnumerable<string> Names(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Preprocessing.IsTable ? data.Preprocessing.Columns.Select(column => column.Name) : Enumerable.Range(1, data.Train.Inputs).Select(i => $"x{i}");
    }

    /// <summary>The parts of a sample, one for each name.</summary>
    /// <param name="data">The data that it is of.</param>
    /// <param name="inputs">What the network gets of it.</param>
    public static IEnumerable<string> Cells(Dataset data, ImmutableArray<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.Preprocessing.IsTable)
        {
            return inputs.Select(x => x.ToString("G4", CultureInfo.InvariantCulture));
        }

        int first = 0;
        return data.Preprocessing.Columns.Select(column =>
        {
            ReadOnlySpan<double> own = inputs.AsSpan(first, column.Inputs);
            first += column.Inputs;
            return column switch
            {
                NumberEncoding number => Number(Decoded(number, own[0])),
                CategoryEncoding levels => own.IndexOf(1.0) is >= 0 and int level ? level < levels.Levels.Length ? levels.Levels[level] : "missing" : "–",
                _ => string.Join(' ', own.ToArray().Select(Number)),
            };
        });
    }

    /// <summary>What is to be predicted: the name of the table's column, else "target".</summary>
    public static string TargetName(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Preprocessing.Target?.Name ?? "target";
    }

    /// <summary>What is right for a sample: its class, or its numbers in the units of the table.</summary>
    public static string Target(Dataset data, Samples samples, int sample)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Labels is ImmutableArray<int> labels && labels[sample] < data.Classes.Length
            ? data.Classes[labels[sample]]
            : string.Join(", ", samples.TargetsOf(sample).Select(y => Number(Decoded(data, y))));
    }

    /// <summary>A target or an output in the units of the table.</summary>
    public static double Decoded(Dataset data, double value)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Preprocessing.Target?.Decode(value) ?? value;
    }

    /// <summary>An input in the units of the table.</summary>
    public static double Decoded(NumberEncoding column, double value)
    {
        ArgumentNullException.ThrowIfNull(column);
        return (column.Scale * value) + column.Mean;
    }

    /// <summary>A number in six digits. A zero has no sign: what was standardized and back may be −0.</summary>
    public static string Number(double value) => value == 0 ? "0" : value.ToString("G6", CultureInfo.InvariantCulture);
}

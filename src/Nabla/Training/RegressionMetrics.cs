using System.Numerics;
using Nabla.Data;

namespace Nabla.Training;

/// <summary>What a regression is worth on samples whose numbers are known, in the units of the data.</summary>
/// <param name="MeanSquaredError">MSE = mean of (y − a)² over all samples and outputs.</param>
/// <param name="MeanAbsoluteError">MAE = mean of |y − a| over all samples and outputs.</param>
/// <param name="R2">R² = 1 − Σ(y − a)² / Σ(y − ȳ)², the mean over the outputs; NaN where an output's targets are all the same.</param>
public sealed record RegressionMetrics(double MeanSquaredError, double MeanAbsoluteError, double R2)
{
    /// <summary>Measures a model on samples with numbers as targets.</summary>
    /// <param name="model">The model.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="target">In which units the targets were told to the network; null where it was in their own.</param>
    /// <exception cref="ArgumentException">The samples have classes as targets, or do not fit the network.</exception>
    public static RegressionMetrics Of<T>(Model<T> model, Samples samples, TargetEncoding? target = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Of(model, [samples], samples.Outputs, target ?? new(""));
    }

    /// <summary>Measures a model on a part of a data set, which may be streamed, in the units that its preprocessing says.</summary>
    /// <exception cref="ArgumentException">There is no such part, it has classes as targets, or does not fit the network.</exception>
    public static RegressionMetrics Of<T>(Model<T> model, TrainingData data, Data.Part part, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.CountOf(part) > 0 ? Of(model, data.Read(part, cancellationToken), data.Outputs, data.Preprocessing.Target ?? new(""))
            : throw new ArgumentException($"{data.Name} has no {part} part to measure on");
    }

    private static RegressionMetrics Of<T>(Model<T> model, IEnumerable<Samples> sets, int outputs, TargetEncoding target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        double[] means = new double[outputs];
        double[] spreads = new double[outputs];
        double[] squares = new double[outputs];
        double absolute = 0;
        long count = 0;
        foreach (Samples samples in sets)
        {
            NumberTargets numbers = samples.Targets as NumberTargets ?? throw new ArgumentException("the samples have classes as targets, not numbers");
            model.Predict(samples, (sample, column) => Add(numbers.Values.AsSpan(sample * outputs, outputs), column));
        }

        double all = (double)count * outputs;
        return new(squares.Sum() / all, absolute / all, squares.Zip(spreads, (error, spread) => spread == 0 ? double.NaN : 1 - error / spread).Average());

        void Add(ReadOnlySpan<double> targets, ReadOnlySpan<T> column)
        {
            count++;
            for (int i = 0; i < outputs; i++)
            {
                double y = target.Decode(targets[i]);
                double error = y - target.Decode(double.CreateChecked(column[i]));
                squares[i] += error * error;
                absolute += Math.Abs(error);

                // Welford's sum of the squares about the mean.
                double before = y - means[i];
                means[i] += before / count;
                spreads[i] += before * (y - means[i]);
            }
        }
    }
}

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
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        NumberTargets numbers = samples.Targets as NumberTargets ?? throw new ArgumentException("the samples have classes as targets, not numbers");
        target ??= new("");
        int outputs = samples.Outputs;
        double[] means = new double[outputs];
        double[] spreads = new double[outputs];
        double[] squares = new double[outputs];
        double absolute = 0;
        model.Predict(samples, (sample, column) =>
        {
            for (int i = 0; i < outputs; i++)
            {
                double y = target.Decode(numbers.Values[sample * outputs + i]);
                double error = y - target.Decode(double.CreateChecked(column[i]));
                squares[i] += error * error;
                absolute += Math.Abs(error);

                // Welford's sum of the squares about the mean.
                double before = y - means[i];
                means[i] += before / (sample + 1);
                spreads[i] += before * (y - means[i]);
            }
        });
        double count = (double)samples.Count * outputs;
        return new(squares.Sum() / count, absolute / count, squares.Zip(spreads, (error, spread) => spread == 0 ? double.NaN : 1 - error / spread).Average());
    }
}

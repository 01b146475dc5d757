using System.Globalization;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Benchmarking;

/// <summary>Steps of a plan beside the same steps of the reference.</summary>
internal static class StepComparison
{
    // Of the largest change of a tensor. Single precision computes a gradient to some 1e-6 of it; a wrong one is wrong by much more.
    private const double Tolerance = 1e-3;
    private const double UnitRoundoff = 1.0 / (1 << 24);
    private const double NearKink = 1e-6;
    private const int MostDraws = 20;
    private const ulong ShakingSeed = 99;
    private const double MostShaken = 16;

    /// <summary>Draws numbers until no argument comes so near to a kink that rounding decides the side.</summary>
    /// <returns>The reference after the steps; the plan's step has the numbers of the beginning.</returns>
    public static ReferenceSteps Draw(BenchedStep step, int steps, ulong seed)
    {
        ReferenceSteps reference;
        int draws = 0;
        do
        {
            step.Reset(seed + (ulong)draws++);
            reference = new(step);
            reference.Run(steps);
        }
        while (reference.NearestKink < NearKink && draws < MostDraws);
        return reference;
    }

    /// <summary>Compares the parameters of a step that was run with those of the reference.</summary>
    /// <param name="what">What is compared, such as "the weights of 3-4-1".</param>
    /// <param name="begin">The parameters before the steps.</param>
    /// <param name="step">The plan's step, after the steps.</param>
    /// <param name="reference">The reference, after as many steps.</param>
    /// <param name="steps">How many.</param>
    public static Verification OfParameters(string what, Bindings begin, BenchedStep step, ReferenceSteps reference, int steps)
    {
        double worst = 0;
        ReferenceSteps? shaken = null;
        foreach ((Symbol parameter, Symbol same) in step.Parameters.Parameters.Zip(reference.Parameters))
        {
            Matrix expected = reference.Values.ValueOf(same)!;
            double change = expected.Zip(begin.ValueOf(parameter)!, (after, before) => after - before).MaxAbs();

            // Each step rounds each weight once.
            double limit = Tolerance * change + (steps + 1) * UnitRoundoff * expected.MaxAbs();
            Matrix computed = step.Parameters[parameter];
            Matrix limits = expected.Map(_ => limit);
            if (Disagreement($"{parameter.Name}", expected, computed, limits, ref worst) is not null)
            {
                // Only elements that the rounding of the beginning decides may be further off.
                shaken ??= reference.Shaken(ShakingSeed);
                limits = expected.Zip(shaken.Values.ValueOf(same)!, (x, y) => limit + MostShaken * Math.Abs(x - y));
            }

            if (Disagreement($"{parameter.Name}", expected, computed, limits, ref worst) is string sentence)
            {
                return new(false, $"{what} after {Count(steps)} are not the reference evaluator's: {sentence}");
            }
        }

        return new(true, $"{what} after {Count(steps)} are the reference evaluator's {Within(worst)}");
    }

    /// <summary>Compares the outputs of a step that was run with those of the reference.</summary>
    public static Verification OfOutputs(string what, BenchedStep step)
    {
        Matrix expected = Evaluator.Evaluate(step.Expression.Output, step.Values());
        double worst = 0;
        return Disagreement("output", expected, step.Outputs, expected.Map(_ => 1e-4 * expected.MaxAbs()), ref worst) is string sentence
            ? new(false, $"{what} are not the reference evaluator's: {sentence}")
            : new(true, $"{what} are the reference evaluator's {Within(worst)}");
    }

    /// <summary>What is wrong with the first element that is off by more than a limit, or is no number; null where none is.</summary>
    private static string? Disagreement(string name, Matrix expected, Matrix computed, Matrix limits, ref double worst)
    {
        double scale = Math.Max(expected.MaxAbs(), double.Epsilon);
        for (int j = 0; j < expected.Columns; j++)
        {
            for (int i = 0; i < expected.Rows; i++)
            {
                double error = Math.Abs(computed[i, j] - expected[i, j]);
                if (!(error <= limits[i, j]))
                {
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}, row {i + 1}, column {j + 1}, is {computed[i, j]:G7} instead of {expected[i, j]:G7}, and may be off by {limits[i, j]:G2}");
                }

                worst = Math.Max(worst, error / scale);
            }
        }

        return null;
    }

    private static string Count(int steps) => steps == 1 ? "1 step" : $"{steps} steps";

    private static string Within(double worst) => string.Create(CultureInfo.InvariantCulture, $"within {worst:0.0e0} of the largest");
}

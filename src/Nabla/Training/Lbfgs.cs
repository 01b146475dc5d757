namespace Nabla.Training;

/// <summary>What L-BFGS is told.</summary>
/// <param name="Memory">How many steps are remembered, at least 1.</param>
public sealed record LbfgsSettings(int Memory = 10)
{
    /// <summary>The name on the command line and in files.</summary>
    public const string Name = "lbfgs";

    /// <summary>The table of the settings, as update rules have one.</summary>
    public static RuleSetting MemorySetting { get; } = new("memory", "k", 10, SettingRange.Positive, "how many steps are remembered, a whole number");
}

/// <summary>
/// L-BFGS: descends along −Hg, where H is made from the last steps s and changes of the gradient y (D. Liu and J. Nocedal, "On the limited memory BFGS method for large
/// scale optimization", 1989), as far as a line search finds a point that meets the strong Wolfe conditions (J. Nocedal and S. Wright, "Numerical Optimization", algorithms
/// 3.5, 3.6 and 7.4). It knows nothing of networks: only a function with its gradient.
/// </summary>
internal sealed class Lbfgs
{
    /// <summary>The part of the slope by which the function must fall at least.</summary>
    private const double SufficientDecrease = 1e-4;

    /// <summary>The part of the slope that may be left.</summary>
    private const double Curvature = 0.9;

    /// <summary>A step that gains no more than this part of the value, or of 1, is the last.</summary>
    private const double LeastDecrease = 2e-15;

    private const int MostTrials = 25;

    private readonly int memory;
    private readonly Func<double[], double[], double> evaluate;
    private readonly List<(double[] S, double[] Y, double Rho)> steps = [];
    private readonly double[] trial;
    private readonly double[] trialGradient;
    private double[]? gradient;

    /// <summary>Begins at a point.</summary>
    /// <param name="point">The point; it is changed by every step.</param>
    /// <param name="settings">How much is remembered.</param>
    /// <param name="evaluate">Gives the function's value at a point, and writes its gradient.</param>
    public Lbfgs(double[] point, LbfgsSettings settings, Func<double[], double[], double> evaluate)
    {
        (Point, memory, this.evaluate) = (point, settings.Memory, evaluate);
        (trial, trialGradient) = (new double[point.Length], new double[point.Length]);
    }

    /// <summary>Where it is.</summary>
    public double[] Point { get; }

    /// <summary>The function's value there.</summary>
    public double Value { get; private set; }

    /// <summary>Whether no step gets further down: the gradient is next to 0, or rounding hides what is left.</summary>
    public bool HasConverged { get; private set; }

    /// <summary>One step down, where there is one. The last point that is evaluated is the one that it comes to.</summary>
    public void Step()
    {
        if (gradient is null)
        {
            // Whoever stops it in the evaluation shall not find a gradient of zeros the next time.
            double[] begin = new double[Point.Length];
            Value = evaluate(Point, begin);
            gradient = begin;
        }

        if (HasConverged || !double.IsFinite(Value))
        {
            return;
        }

        double[] direction = Direction();
        double slope = Dot(direction, gradient);
        if (!(slope < 0))
        {
            steps.Clear();
            direction = Array.ConvertAll(gradient, g => -g);
            slope = Dot(direction, gradient);
        }

        double first = steps.Count > 0 ? 1 : Math.Min(1, 1 / gradient.Sum(Math.Abs));
        if (slope == 0 || Search(direction, slope, first) is not Trial found)
        {
            HasConverged = true;
            evaluate(Point, gradient);
            return;
        }

        double[] s = new double[Point.Length];
        double[] y = new double[Point.Length];
        for (int i = 0; i < s.Length; i++)
        {
            s[i] = found.Length * direction[i];
            y[i] = found.Gradient[i] - gradient[i];
            trial[i] = Point[i] + s[i];
        }

        // Whoever evaluates shall have the numbers of this point; whoever stops it there, those of the point before.
        double[] next = new double[Point.Length];
        double value = evaluate(trial, next);
        trial.CopyTo(Point, 0);

        double product = Dot(s, y);
        if (product > 1e-14 * Dot(y, y))
        {
            steps.Add((s, y, 1 / product));
            if (steps.Count > memory)
            {
                steps.RemoveAt(0);
            }
        }

        double before = Value;
        (Value, gradient) = (value, next);
        HasConverged = before - Value <= LeastDecrease * Math.Max(1, Math.Abs(Value));
    }

    /// <summary>−Hg by the two loops over the remembered steps.</summary>
    private double[] Direction()
    {
        double[] q = [.. gradient!];
        double[] alphas = new double[steps.Count];
        for (int k = steps.Count - 1; k >= 0; k--)
        {
            alphas[k] = steps[k].Rho * Dot(steps[k].S, q);
            Add(q, -alphas[k], steps[k].Y);
        }

        if (steps.Count > 0)
        {
            (double[] s, double[] y, _) = steps[^1];
            double scale = Dot(s, y) / Dot(y, y);
            for (int i = 0; i < q.Length; i++)
            {
                q[i] *= scale;
            }
        }

        for (int k = 0; k < steps.Count; k++)
        {
            Add(q, alphas[k] - steps[k].Rho * Dot(steps[k].Y, q), steps[k].S);
        }

        return Array.ConvertAll(q, x => -x);
    }

    /// <summary>A point on the line that meets the strong Wolfe conditions, or at least lies lower; null where none is found.</summary>
    private Trial? Search(double[] direction, double slope, double first)
    {
        Trial before = new(0, Value, slope, []);
        double length = first;
        for (int i = 0; i < MostTrials; i++)
        {
            Trial here = At(direction, length);
            if (!double.IsFinite(here.Value))
            {
                length = 0.5 * (before.Length + length);
                continue;
            }

            if (here.Value > Value + SufficientDecrease * length * slope || (i > 0 && here.Value >= before.Value))
            {
                return Zoom(direction, slope, before, here);
            }

            if (Math.Abs(here.Slope) <= -Curvature * slope)
            {
                return here;
            }

            if (here.Slope >= 0)
            {
                return Zoom(direction, slope, here, before);
            }

            (before, length) = (here, 2 * length);
        }

        return before.Length > 0 ? before : null;
    }

    /// <summary>Narrows an interval in which such a point lies; the lower end is the better one.</summary>
    private Trial? Zoom(double[] direction, double slope, Trial low, Trial high)
    {
        for (int i = 0; i < MostTrials; i++)
        {
            Trial here = At(direction, Between(low, high));
            if (!(here.Value <= Value + SufficientDecrease * here.Length * slope) || here.Value >= low.Value)
            {
                high = here;
            }
            else
            {
                if (Math.Abs(here.Slope) <= -Curvature * slope)
                {
                    return here;
                }

                if (here.Slope * (high.Length - low.Length) >= 0)
                {
                    high = low;
                }

                low = here;
            }
        }

        return low.Length > 0 ? low : null;
    }

    /// <summary>Where a cubic through both ends has its least, kept away from the ends.</summary>
    private static double Between(Trial low, Trial high)
    {
        double width = high.Length - low.Length;
        double d1 = low.Slope + high.Slope - 3 * (low.Value - high.Value) / (low.Length - high.Length);
        double root = d1 * d1 - low.Slope * high.Slope;
        double part = root < 0 ? 0.5 : (high.Slope + Math.Sign(width) * Math.Sqrt(root) - d1) / (high.Slope - low.Slope + 2 * Math.Sign(width) * Math.Sqrt(root));
        return low.Length + width * (double.IsFinite(part) ? Math.Clamp(1 - part, 0.1, 0.9) : 0.5);
    }

    private Trial At(double[] direction, double length)
    {
        for (int i = 0; i < trial.Length; i++)
        {
            trial[i] = Point[i] + length * direction[i];
        }

        double value = evaluate(trial, trialGradient);
        return new(length, value, Dot(direction, trialGradient), [.. trialGradient]);
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private static void Add(double[] x, double factor, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] += factor * y[i];
        }
    }

    /// <summary>A point on the line of the search.</summary>
    private sealed record Trial(double Length, double Value, double Slope, double[] Gradient);
}

using Nabla.Calculus.Verification;
using Nabla.Kernels;
using Nabla.Training;

namespace Nabla.Benchmarking;

/// <summary>Measures the compiled step of a network, and then proves that what was measured trains as it should.</summary>
public sealed class StepBenchmark : IDisposable
{
    // A step repeated a million times on the same batch must neither diverge nor come to where all gradients are 0.
    private const double MeasuredLearningRate = 1e-5;
    private const double ComparedLearningRate = 0.01;

    // Large enough for every tile and tail of the kernels, small enough for some hundred steps of the slow evaluator in about a second.
    private const int WidestCopy = 40;
    private const int LargestBatchOfCopy = 16;
    private const int MostSteps = 100;

    private readonly StepSettings settings;
    private readonly BenchedStep step;

    /// <summary>Derives and compiles the step, and draws its numbers.</summary>
    /// <exception cref="ArgumentException">The loss does not fit the network.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public StepBenchmark(StepSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Loss.RequireOutput(settings.Network.Layers[^1].Activation);
        this.settings = settings;
        step = new(settings, MeasuredLearningRate);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => step.Dispose();

    /// <summary>The floating-point operations that one compared step of the real network may have.</summary>
    public static double MostOperationsCompared => 3e8;

    /// <summary>Measures the time of a step.</summary>
    /// <param name="length">How long to measure, warm-up included.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="stop">Ends it between two steps or some more.</param>
    /// <exception cref="NonFiniteLossException">The loss, a parameter or an output was no finite number after the run.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Measurement Measure(TimeSpan length, TimeProvider clock, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(clock);
        WarmTiming timing = WarmTiming.Of(step.Run, length, clock, stop);
        if (step.Cost is double cost && !double.IsFinite(cost))
        {
            // No step is made of such a loss.
            throw new NonFiniteLossException($"the loss is {cost} after {timing.Runs} steps, so their time says nothing");
        }

        if (step.Parameters.FindNonFinite() is var (parameter, value))
        {
            throw new NonFiniteLossException($"{parameter.Name} has an element {value} after {timing.Runs} steps, so their time says nothing");
        }

        return new(
            step.PathName, settings.Threads, timing.SecondsPerRun, settings.FloatingPointOperations, Peak.Of(settings.Path, settings.Threads), timing.Runs);
    }

    /// <summary>
    /// Compares with the reference evaluator: on a small copy of the network (as many layers, the same functions, loss and optimizer) as many steps as
    /// were measured, at most 100; and one step of the real network, with a smaller batch where the real one is not affordable.
    /// </summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="stop">Ends it between two comparisons.</param>
    /// <returns>The first comparison that disagrees, or all that agree in one text.</returns>
    public Verification Verify(Measurement measured, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(measured);
        List<Verification> agreeing = [];
        foreach (Func<Verification> comparison in Comparisons(measured))
        {
            stop.ThrowIfCancellationRequested();
            Verification verification = comparison();
            if (!verification.Agrees)
            {
                return verification;
            }

            agreeing.Add(verification);
        }

        return new(true, string.Join("; ", agreeing.Select(verification => verification.Text)));
    }

    /// <summary>Compares some steps of a plan, from numbers that a seed fixes, with the reference.</summary>
    internal static Verification Compare(string what, BenchedStep planned, ReferenceSteps reference, int steps)
    {
        Bindings begin = planned.Values();
        for (int i = 0; i < steps; i++)
        {
            planned.Run();
        }

        return StepComparison.OfParameters(what, begin, planned, reference, steps);
    }

    private IEnumerable<Func<Verification>> Comparisons(Measurement measured)
    {
        StepSettings copy = settings.CutDown(WidestCopy, LargestBatchOfCopy);
        bool isSmaller = copy.FloatingPointOperations < settings.FloatingPointOperations;
        int steps = (int)Math.Min(measured.Runs, MostSteps);
        string sizes = isSmaller ? $"the small copy {copy.Network}, batch {copy.BatchSize}," : $"{copy.Network}, batch {copy.BatchSize},";
        yield return () => Compare(copy, sizes, steps);

        // The copy is too small for threads and for blocks of large products, so the real network is compared too, with as many samples as are affordable.
        double samples = Math.Min(settings.BatchSize, Math.Floor(MostOperationsCompared * settings.BatchSize / settings.FloatingPointOperations));
        if (isSmaller && samples >= 1)
        {
            StepSettings real = settings with { BatchSize = (int)samples };
            yield return () => Compare(real, $"{real.Network}, batch {real.BatchSize},", 1);
        }
    }

    private static Verification Compare(StepSettings compared, string sizes, int steps)
    {
        using BenchedStep planned = new(compared, ComparedLearningRate);
        if (compared.InferenceOnly)
        {
            planned.Run();
            return StepComparison.OfOutputs($"the outputs of {sizes}", planned);
        }

        return Compare($"the weights of {sizes}", planned, StepComparison.Draw(planned, steps, compared.Seed), steps);
    }
}

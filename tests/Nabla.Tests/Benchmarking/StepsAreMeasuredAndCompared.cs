using Nabla.Benchmarking;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Benchmarking;

/// <summary>The benchmark's own results are judged: figures that belong to wrong numbers are worth nothing.</summary>
public class StepsAreMeasuredAndCompared
{
    private static readonly TimeSpan aMoment = TimeSpan.FromMilliseconds(20);

    private static readonly Optimizer[] wrongOptimizers =
    [
        Of("a factor", (w, gradient, rate) => w - 1.01 * (rate * gradient)),
        Of("a sign", (w, gradient, rate) => w + rate * gradient),
        Of("hardly an update", (w, gradient, rate) => w - 1e-3 * (rate * gradient)),
        Of("a decay", (w, gradient, rate) => w - rate * (gradient + 0.01 * w)),
    ];

    [Theory]
    [InlineData("3-4-1", 4, "sigmoid", "squared-error")]
    [InlineData("60-50-10", 20, "relu", "cross-entropy")]
    [InlineData("60-50-10", 20, "tanh", "mean-squared-error")]
    [InlineData("5-1", 1, "gelu", "binary-cross-entropy")]
    [InlineData("7-5-3", 17, "leaky-relu", "sum((y-a).^4)/m")]
    public void What_was_measured_agrees_with_the_reference(string sizes, int batchSize, string activation, string loss)
    {
        StepSettings settings = Settings(sizes, batchSize, activation, loss);
        using StepBenchmark benchmark = new(settings);
        Measurement measured = benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(measured.Seconds > 0);
        Assert.True(measured.PeakGigaflops > 0);
        Assert.Equal(measured.Gigaflops, settings.FloatingPointOperations / measured.Seconds * 1e-9);
        Verification verification = benchmark.Verify(measured, TestContext.Current.CancellationToken);
        Assert.True(verification.Agrees, verification.Text);
    }

    [Theory]
    [InlineData("momentum", 1)]
    [InlineData("adam", 1)]
    [InlineData("adam", 2)]
    public void Optimizers_with_states_and_several_threads_agree_too(string optimizer, int threads)
    {
        using StepBenchmark benchmark = new(Settings("300-200-10", 40, "relu", "cross-entropy") with { Optimizer = Optimizer.Named(optimizer), Threads = threads });
        Measurement measured = benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(threads, measured.Threads);
        Verification verification = benchmark.Verify(measured, TestContext.Current.CancellationToken);
        Assert.True(verification.Agrees, verification.Text);
    }

    [Fact]
    public void A_network_that_takes_long_to_compare_is_compared_with_fewer_samples()
    {
        using StepBenchmark benchmark = new(Settings("500-400-10", 400, "sigmoid", "squared-error") with { Threads = 2 });
        Measurement measured = benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Verification verification = benchmark.Verify(measured, TestContext.Current.CancellationToken);
        Assert.True(verification.Agrees, verification.Text);
        Assert.Contains("; the weights of 500-400-10, batch 364, after 1 step are ", verification.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_outputs_alone_are_measured_and_compared_too()
    {
        using StepBenchmark benchmark = new(Settings("50-45-10", 3, "tanh", "cross-entropy") with { InferenceOnly = true });
        Measurement measured = benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Verification verification = benchmark.Verify(measured, TestContext.Current.CancellationToken);
        Assert.True(verification.Agrees, verification.Text);
        Assert.StartsWith("the outputs of the small copy 40-40-10, batch 3, are the reference evaluator's within ", verification.Text, StringComparison.Ordinal);
        Assert.Contains("; the outputs of 50-45-10, batch 3, are ", verification.Text, StringComparison.Ordinal);
    }

    /// <summary>Every wrong update that is planned in the place of the right one is noticed, after one step already.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void A_wrong_update_is_caught(int steps)
    {
        StepSettings right = Settings("13-8-3", 9, "sigmoid", "squared-error");
        using BenchedStep drawn = new(right, 0.01);
        ReferenceSteps reference = StepComparison.Draw(drawn, steps, right.Seed);
        Assert.True(Compared(right).Agrees);
        Assert.All(wrongOptimizers, wrong =>
        {
            Verification verification = Compared(right with { Optimizer = wrong });
            Assert.False(verification.Agrees, wrong.Name);
            Assert.StartsWith($"weights after {steps} step", verification.Text, StringComparison.Ordinal);
            Assert.Contains(" are not the reference evaluator's: ", verification.Text, StringComparison.Ordinal);
        });

        Verification Compared(StepSettings settings)
        {
            using BenchedStep planned = new(settings, 0.01);
            return StepBenchmark.Compare("weights", planned, reference, steps);
        }
    }

    [Fact]
    public void A_single_corrupted_weight_is_caught_and_named()
    {
        StepSettings settings = Settings("13-8-3", 9, "sigmoid", "squared-error");
        using BenchedStep step = new(settings, 0.01);
        ReferenceSteps reference = StepComparison.Draw(step, 1, settings.Seed);
        Bindings begin = step.Values();
        step.Run();
        Symbol weights = step.Expression.Layers[1].Weights;
        Matrix values = step.Parameters[weights];
        values[2, 4] += 1e-4;
        step.Parameters[weights] = values;
        Verification verification = StepComparison.OfParameters("the weights", begin, step, reference, 1);
        Assert.False(verification.Agrees);
        Assert.StartsWith("the weights after 1 step are not the reference evaluator's: W², row 3, column 5, is ", verification.Text, StringComparison.Ordinal);
        values[2, 4] = double.NaN;
        step.Parameters[weights] = values;
        Assert.False(StepComparison.OfParameters("the weights", begin, step, reference, 1).Agrees);
    }

    [Fact]
    public void The_operations_are_those_of_the_products()
    {
        StepSettings settings = Settings("784-30-10", 10, "sigmoid", "squared-error");

        // WA and ΔAᵀ of both layers, WᵀΔ of the second: 2 for each multiply-add.
        Assert.Equal(2.0 * 10 * (2 * (784 * 30 + 30 * 10) + 30 * 10), settings.FloatingPointOperations);
        Assert.Equal(2.0 * 10 * (784 * 30 + 30 * 10), (settings with { InferenceOnly = true }).FloatingPointOperations);
    }

    [Fact]
    public void No_input_is_zero()
    {
        using BenchedStep step = new(Settings("300-4-2", 100, "sigmoid", "squared-error"), 0.01);
        Assert.All(step.Values().ValueOf(step.Expression.Input)!.Elements.ToArray(), x => Assert.InRange(x, 1e-9, 1));
    }

    /// <summary>Where an argument of relu is as near to 0 as rounding, both sides are right; such numbers are drawn anew.</summary>
    [Fact]
    public void Numbers_near_a_kink_are_not_compared()
    {
        StepSettings settings = Settings("40-40-40-10", 16, "relu", "squared-error");
        using BenchedStep step = new(settings, 0.01);
        Assert.True(StepComparison.Draw(step, 20, settings.Seed).NearestKink >= 1e-6);
    }

    [Fact]
    public void A_network_that_diverges_has_no_speed()
    {
        using StepBenchmark benchmark = new(Settings("2-3-1", 2, "identity", "sum((y-a).^2)*1e30"));
        NonFiniteLossException e = Assert.Throws<NonFiniteLossException>(() =>
            benchmark.Measure(aMoment, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains(" steps, so their time says nothing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_measurement_can_be_stopped()
    {
        using StepBenchmark benchmark = new(Settings("3-4-1", 4, "sigmoid", "squared-error"));
        Assert.Throws<OperationCanceledException>(() => benchmark.Measure(TimeSpan.FromHours(1), TimeProvider.System, new(canceled: true)));
    }

    private static Optimizer Of(string name, Func<Expr, Expr, Expr, Expr> update) =>
        new(name, terms => new(terms.Parameter, update(terms.Parameter, terms.Gradient, terms.LearningRate)));

    private static StepSettings Settings(string sizes, int batchSize, string activation, string loss)
    {
        Activation hidden = Activation.Named(activation);
        Loss of = Loss.NamedOrParsed(loss);
        return new() { Network = Network.Of(Network.ParseSizes(sizes), hidden, of.OutputActivation ?? hidden), BatchSize = batchSize, Loss = of };
    }
}

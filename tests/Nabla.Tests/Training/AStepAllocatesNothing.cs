using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>These tests look at the memory of the whole process, so nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;

/// <summary>Running a compiled step allocates no byte, on its own thread or on any other.</summary>
[Collection(nameof(Undisturbed))]
public class AStepAllocatesNothing
{
    public static TheoryData<string> Losses => [.. Loss.All.Keys];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Of_a_plan(string loss)
    {
        Model<float> model = ModelFor(Loss.Named(loss));
        Derivation derivation = model.Expression.Differentiate();
        Plan<float> plan = model.CompileStep(derivation, Optimizer.Sgd, batch: 10);
        using CancellationTokenSource stop = new();
        AssertAllocatesNothing(() => plan.RunUnless(stop.Token));
    }

    [Fact]
    public void Of_the_trainer_in_single_precision() => AssertTrainerAllocatesNothing<float>();

    [Fact]
    public void Of_the_trainer_in_double_precision() => AssertTrainerAllocatesNothing<double>();

    private static void AssertTrainerAllocatesNothing<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([784, 30, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        Dataset digits = Digits.Generate(0, 100, 10, TestContext.Current.CancellationToken);
        Trainer<T> trainer = new(model, digits, new() { BatchSize = 32 });
        CancellationToken stop = TestContext.Current.CancellationToken;
        int[] order = [.. Enumerable.Range(0, 100)];
        AssertAllocatesNothing(() => trainer.Step(order.AsSpan(10, 32), stop));

        // The last, smaller batch has a plan of its own from the beginning.
        AssertAllocatesNothing(() => trainer.Step(order.AsSpan(96, 4), stop));
    }

    private static Model<float> ModelFor(Loss loss)
    {
        Model<float> model = new(Network.Of([31, 17, 7], Activation.Named("gelu"), loss.OutputActivation ?? Activation.Identity), loss);
        model.Initialize(Initializer.Named("uniform"), seed: 1);
        return model;
    }

    private static void AssertAllocatesNothing(Action step)
    {
        for (int i = 0; i < 200; i++)
        {
            step();
        }

        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                step();
            }
        }));

        // The runner's own threads may allocate now and then: the quietest of some attempts is what the steps did.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 20 && least > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 20; i++)
            {
                step();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, least);
    }
}

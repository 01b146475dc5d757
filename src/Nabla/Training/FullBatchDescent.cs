using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>L-BFGS over all samples at once: the compiled plan gives what is minimized and its gradients, and makes no update.</summary>
/// <typeparam name="T">float or double; the steps themselves are in double precision.</typeparam>
internal sealed unsafe class FullBatchDescent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly TrainingStep<T> step;
    private readonly int[] all;
    private readonly Lbfgs method;
    private CancellationToken stopped;
    private ThreadTeam? team;

    /// <summary>Compiles the plan, and begins at the model's weights.</summary>
    /// <exception cref="ArgumentException">An option makes no sense with it.</exception>
    public FullBatchDescent(Model<T> model, TrainingStep<T> step, TrainingOptions options, Samples samples)
    {
        (this.model, this.step) = (model, step);
        LbfgsSettings settings = options.Lbfgs!;
        static void Require(bool condition, string sentence)
        {
            if (!condition)
            {
                throw new ArgumentException(sentence);
            }
        }

        Require(settings.Memory >= 1, $"L-BFGS remembers at least 1 step, but {settings.Memory} are given");
        Require(options.BatchSize >= samples.Count, $"L-BFGS takes all {samples.Count} samples at once, but the batch size is {options.BatchSize}");
        Require(options.Objective.Dropout == 0, "L-BFGS minimizes one function, but with dropout it is another one in each step");
        Require(options.Clipping is { Norm: null, Value: null }, "L-BFGS finds the length of its steps itself, so no gradient is clipped");
        Require(options.Schedule == LearningRateSchedule.Constant, "L-BFGS finds the length of its steps itself, so it has no schedule");
        all = [.. Enumerable.Range(0, samples.Count)];
        Plan = step.CompileGradients(all.Length);
        step.Prepare(Plan, all, 0);
        method = new(Gathered(model.Parameters.Parameters.Select(model.Parameters.SlotOf)), settings, Evaluate);
    }

    /// <summary>The plan of the loss and the gradients.</summary>
    public Plan<T> Plan { get; }

    /// <summary>Whether no step gets further down.</summary>
    public bool HasConverged => method.HasConverged;

    /// <summary>One step of the method; gives the loss of the samples at the point that it comes to, whose weights the model has then.</summary>
    /// <param name="threads">The threads, where the plan needs some.</param>
    /// <param name="cancellationToken">Stops it; the weights are then those before the step.</param>
    public double Run(ThreadTeam? threads, CancellationToken cancellationToken)
    {
        (team, stopped) = (Plan.Members > 1 ? threads : null, cancellationToken);
        try
        {
            method.Step();
        }
        catch (OperationCanceledException)
        {
            Write(method.Point);
            throw;
        }

        return double.CreateChecked(*Plan.SlotOf(step.Cost).Pointer);
    }

    private double Evaluate(double[] point, double[] gradient)
    {
        Write(point);
        Plan.RunUnless(stopped, team);
        Gathered(step.Gradients.Select(Plan.SlotOf)).CopyTo(gradient, 0);
        return double.CreateChecked(*Plan.SlotOf(step.Derivation.StableCost).Pointer);
    }

    private void Write(double[] point)
    {
        int next = 0;
        foreach (Symbol parameter in model.Parameters.Parameters)
        {
            model.Parameters.SlotOf(parameter).Fill(() => point[next++]);
        }
    }

    /// <summary>All elements column by column, in the order that <see cref="Write"/> has.</summary>
    private static double[] Gathered(IEnumerable<Slot<T>> slots) => [.. slots.SelectMany(slot => slot.Read().Elements.ToArray())];
}

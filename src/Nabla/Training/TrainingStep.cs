using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>
/// One step of a training in symbols, what is minimized, its gradients and the updates by them, and the plans of it for batches of several sizes, which share the parameters and the
/// states. Where only the loss is minimized, the expressions are the model's own; else they are others over the same memory.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly TrainingOptions options;
    private readonly Samples samples;
    private readonly TrainingExpression? expression;
    private readonly ParameterBuffer<T> parameters;
    private readonly IReadOnlyList<ParameterUpdate> updates;
    private readonly Symbol? stepNumber;

    /// <summary>Writes down what is minimized, and derives its gradients, for samples that are all in memory.</summary>
    /// <exception cref="ArgumentException">An option does not go with the network, the loss or the samples.</exception>
    public TrainingStep(Model<T> model, TrainingOptions options, Samples samples)
        : this(model, options, samples, samples.TargetsSumToOne)
    {
    }

    /// <summary>Writes down what is minimized, and derives its gradients.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="samples">What the numbers of a batch belong to.</param>
    /// <param name="sumToOne">Whether the targets of all samples to train with sum to one.</param>
    /// <exception cref="ArgumentException">An option does not go with the network, the loss or the samples.</exception>
    public TrainingStep(Model<T> model, TrainingOptions options, Samples samples, bool sumToOne)
    {
        (this.model, this.options, this.samples) = (model, options, samples);
        Objective objective = options.Objective;
        if (!objective.ClassWeights.IsDefaultOrEmpty && !samples.Targets.AreClasses)
        {
            throw new ArgumentException("class weights belong to classes, but the targets are numbers");
        }

        if (objective.IsPlain && !samples.AreWeighted)
        {
            (Network, parameters) = (model.Expression, model.Parameters);
            Derivation = Network.Differentiate(assumptions: sumToOne ? [Network.TargetsSumToOne] : []);
            Cost = Derivation.StableCost;
        }
        else
        {
            expression = objective.Express(model.Network, model.Loss, model.Reduction, samples.AreWeighted);
            (Network, parameters) = (expression.Network, model.Parameters.Under(expression.Network.Parameters));
            Derivation = expression.Differentiate(sumToOne);
            Cost = Network.Cost == expression.DataCost ? Derivation.StableCost : Derivation.Of(expression.DataCost, []).StableCost;
        }

        Gradients = options.Clipping.Of(Network.Parameters, [.. Network.Parameters.Select(Derivation.GradientOf)]);
        updates = [.. Network.Parameters.Zip(Gradients, (w, g) => options.Optimizer.Update(new(w, g, Network.LearningRate)))];
        States = Model<T>.StatesOf(updates);
        stepNumber = UpdateTerms.StepIn(Network.LearningRate.Pool);
    }

    /// <summary>The network that is trained, with what is minimized as its cost.</summary>
    public LayeredNetwork Network { get; }

    /// <summary>The gradients of what is minimized.</summary>
    public Derivation Derivation { get; }

    /// <summary>The loss that is reported: that of the samples, without penalties.</summary>
    public Expr Cost { get; }

    /// <summary>The gradients as the update rule has them, clipped where that is asked for.</summary>
    public IReadOnlyList<Expr> Gradients { get; }

    /// <summary>The states of the optimizer.</summary>
    public ParameterBuffer<T> States { get; }

    /// <summary>Compiles the step for a batch of some size.</summary>
    public Plan<T> Compile(int batch)
    {
        Plan<T> plan = Plan<T>.Compile(
            [Cost, Network.Output, Network.Input, Network.Target], updates, parameters, batch, model.Path, model.MembersFor(batch, options.Threads, products: 3), States, guard: Cost);
        plan.Set(Network.LearningRate, options.LearningRate);
        return plan;
    }

    /// <summary>Compiles what is minimized and its gradients, without updates.</summary>
    public Plan<T> CompileGradients(int batch) => Plan<T>.Compile(
        [Derivation.StableCost, Cost, Network.Output, Network.Input, Network.Target, .. Gradients], [], parameters, batch, model.Path,
        model.MembersFor(batch, options.Threads, products: 3));

    /// <summary>Puts the samples of a batch and everything that is of this one step into a plan. Allocates nothing.</summary>
    /// <param name="plan">The plan for the size of the batch.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="step">The number of the step from 0.</param>
    public void Prepare(Plan<T> plan, ReadOnlySpan<int> batch, long step) => Prepare(plan, samples, batch, step);

    /// <summary>The value of every symbol of what is minimized, for some samples and the masks of the first step.</summary>
    /// <param name="of">The samples, which need not be those that are trained with.</param>
    /// <param name="count">How many of them, from the first.</param>
    public IReadOnlyList<(Symbol Symbol, Matrix Value)> Values(Samples of, int count)
    {
        int[] batch = [.. Enumerable.Range(0, count)];
        Plan<T> plan = CompileGradients(count);
        Prepare(plan, of, batch, step: 0);
        Symbol[] given = [Network.Input, Network.Target, .. expression?.Masks ?? [], .. expression?.SampleWeights is Symbol weights ? new[] { weights } : []];
        return [.. given.Select(symbol => (symbol, plan[symbol])), .. Network.Parameters.Select(parameter => (parameter, parameters[parameter]))];
    }

    private void Prepare(Plan<T> plan, Samples samples, ReadOnlySpan<int> batch, long step)
    {
        if (stepNumber is not null)
        {
            plan.Set(stepNumber, step + 1);
        }

        Slot<T> input = plan.SlotOf(Network.Input);
        Slot<T> target = plan.SlotOf(Network.Target);
        samples.GatherInputs(batch, input.Pointer, input.LeadingDimension);
        samples.GatherTargets(batch, target.Pointer, target.LeadingDimension);
        if (expression is null)
        {
            return;
        }

        if (expression.SampleWeights is Symbol weights)
        {
            Weigh(plan.SlotOf(weights), samples, batch);
        }

        for (int l = 0; l < expression.Masks.Length; l++)
        {
            Draw(plan.SlotOf(expression.Masks[l]), SeededRandom.KeyOf(options.Seed, (ulong)step, (ulong)l));
        }
    }

    private void Weigh(Slot<T> row, Samples samples, ReadOnlySpan<int> batch)
    {
        for (int j = 0; j < batch.Length; j++)
        {
            double ofClass = options.Objective.ClassWeights.IsDefaultOrEmpty ? 1 : options.Objective.ClassWeights[samples.Targets.LabelOf(batch[j])];
            row.Pointer[(nint)j * row.LeadingDimension] = T.CreateTruncating(samples.WeightOf(batch[j]) * ofClass);
        }
    }

    /// <summary>
    /// Draws a mask: 0 with the probability p, else 1/(1 − p). Each element is drawn by its place, so that neither threads nor a resumed training change it;
    /// 64 bits are enough for two elements.
    /// </summary>
    private void Draw(Slot<T> mask, ulong key)
    {
        double p = options.Objective.Dropout;
        T kept = T.CreateTruncating(1 / (1 - p));
        uint limit = (uint)Math.Round(p * uint.MaxValue);
        int pairs = (mask.Rows + 1) / 2;
        for (int j = 0; j < mask.Columns; j++)
        {
            T* column = mask.Pointer + (nint)j * mask.LeadingDimension;
            for (int k = 0; k < pairs; k++)
            {
                ulong bits = SeededRandom.BitsAt(key, (ulong)j * (ulong)pairs + (ulong)k);
                column[2 * k] = (uint)bits < limit ? T.Zero : kept;
                if (2 * k + 1 < mask.Rows)
                {
                    column[2 * k + 1] = (uint)(bits >> 32) < limit ? T.Zero : kept;
                }
            }
        }
    }
}

using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;

namespace Nabla.Training;

/// <summary>A network with its numbers: the weights and biases, and the expressions that they stand in.</summary>
/// <remarks>
/// Any number of threads may predict, evaluate and measure the loss at once. Training, drawing or setting parameters may run beside none of these.
/// </remarks>
/// <typeparam name="T">float, or double for comparisons.</typeparam>
public sealed class Model<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int InferenceBatch = 256;

    private readonly KernelPath? path;
    private readonly Lock gate = new();
    private readonly Dictionary<(int Batch, bool WithLoss), Stack<Plan<T>>> idle = [];
    private Expr? cost;

    /// <summary>A network and its loss, with all parameters zero.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="reduction">Mean or sum over the batch.</param>
    /// <param name="path">The instruction set; the best there is where it is null.</param>
    public Model(Network network, Loss loss, Reduction reduction = Reduction.Mean, KernelPath? path = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        (Network, Loss, Reduction, this.path) = (network, loss, reduction, path);
        Expression = network.Express(loss, reduction);
        Parameters = new(Expression.Parameters);
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The loss.</summary>
    public Loss Loss { get; }

    /// <summary>Mean or sum over the batch.</summary>
    public Reduction Reduction { get; }

    /// <summary>The network and its loss in symbols, for a batch.</summary>
    public LayeredNetwork Expression { get; }

    /// <summary>The weights and biases.</summary>
    public ParameterBuffer<T> Parameters { get; }

    /// <summary>The instruction set that was asked for; null for the best there is.</summary>
    internal KernelPath? Path => path;

    /// <summary>Draws all weights, then all biases of each layer, from a seed.</summary>
    public void Initialize(Initializer initializer, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        SeededRandom random = new(seed, stream: 1);
        foreach (SymbolicLayer layer in Expression.Layers)
        {
            (int outputs, int inputs) = (Parameters.SlotOf(layer.Weights).Rows, Parameters.SlotOf(layer.Weights).Columns);
            Parameters.SlotOf(layer.Weights).Fill(() => initializer.Weight(random, inputs, outputs));
            if (layer.Biases is Symbol biases)
            {
                Parameters.SlotOf(biases).Fill(() => initializer.Bias(random, inputs, outputs));
            }
        }
    }

    /// <summary>The outputs for samples, one column each.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="receive">Gets each sample's number and its outputs, in order.</param>
    /// <param name="count">How many samples, from the first; all where there are fewer.</param>
    public void Predict(Samples samples, Action<int, ReadOnlySpan<T>> receive, int count = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(samples);
        RequireFit(samples);
        Predict(samples.Features, receive, count);
    }

    /// <summary>The outputs for inputs of which nothing is known, one column each.</summary>
    /// <param name="features">The inputs.</param>
    /// <param name="receive">Gets each sample's number and its outputs, in order.</param>
    /// <param name="count">How many samples, from the first; all where there are fewer.</param>
    /// <exception cref="ArgumentException">The network has another number of inputs.</exception>
    public void Predict(Features features, Action<int, ReadOnlySpan<T>> receive, int count = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(receive);
        Infer(features, targets: null, count, (plan, batch) => Receive(plan, batch, receive));
    }

    /// <summary>What the model is worth on samples with labels: how often each class was taken for each other.</summary>
    public ConfusionMatrix Evaluate(Samples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        IReadOnlyList<int> labels = samples.Labels
            ?? throw new ArgumentException("the samples have numbers as targets, not classes");
        ConfusionMatrix confusion = new(samples.Outputs);
        Predict(samples, (sample, output) => confusion.Add(labels[sample], output));
        return confusion;
    }

    /// <summary>The mean loss and, where there are classes, the accuracy on a part of a data set; nulls where there is no such part, or it is not asked for.</summary>
    internal (double? Loss, double? Accuracy) Judge(TrainingData data, Data.Part part, bool withLoss, CancellationToken cancellationToken)
    {
        int count = data.CountOf(part);
        if (count == 0 || (!withLoss && !data.IsClassification))
        {
            return default;
        }

        double total = 0;
        ConfusionMatrix? confusion = data.IsClassification ? new(data.Outputs) : null;
        foreach (Samples samples in data.Read(part, cancellationToken))
        {
            RequireFit(samples);
            Infer(samples.Features, withLoss ? samples : null, int.MaxValue, (plan, batch) =>
            {
                total += withLoss ? CostOf(plan, batch) : 0;
                if (confusion is not null)
                {
                    Receive(plan, batch, (sample, output) => confusion.Add(samples.Targets.LabelOf(sample), output));
                }
            });
        }

        return (withLoss ? total / count : null, confusion?.Accuracy);
    }

    /// <summary>The mean loss over samples.</summary>
    public double MeanLoss(Samples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        RequireFit(samples);
        double total = 0;
        Infer(samples.Features, samples, int.MaxValue, (plan, batch) => total += CostOf(plan, batch));
        return total / samples.Count;
    }

    /// <summary>The mean loss over a part of a data set, which may be streamed.</summary>
    /// <exception cref="ArgumentException">There is no such part, or it does not fit the network.</exception>
    public double MeanLoss(TrainingData data, Data.Part part, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Judge(data, part, withLoss: true, cancellationToken).Loss ?? throw new ArgumentException($"{data.Name} has no {part} part to measure on");
    }

    /// <summary>The sum of the losses of a batch.</summary>
    private double CostOf(Plan<T> plan, int[] batch) => plan[cost!][0, 0] * (Reduction == Reduction.Mean ? batch.Length : 1);

    /// <summary>Hands on the outputs of a batch, sample by sample.</summary>
    private unsafe void Receive(Plan<T> plan, int[] batch, Action<int, ReadOnlySpan<T>> receive)
    {
        Slot<T> output = plan.SlotOf(Expression.Output);
        for (int j = 0; j < batch.Length; j++)
        {
            receive(batch[j], new(output.Pointer + (long)j * output.LeadingDimension, output.Rows));
        }
    }

    /// <summary>The row of the largest element; the first of several.</summary>
    internal static int ArgMax(ReadOnlySpan<T> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    /// <summary>The update of every parameter, with the states that the optimizer keeps for it.</summary>
    internal IReadOnlyList<ParameterUpdate> UpdatesBy(Optimizer optimizer, Derivation derivation) =>
        [.. Expression.Parameters.Select(w => optimizer.Update(new(w, derivation.GradientOf(w), Expression.LearningRate)))];

    /// <summary>Room for the states of updates, all zero.</summary>
    internal static ParameterBuffer<T> StatesOf(IEnumerable<ParameterUpdate> updates) =>
        new(updates.SelectMany(update => update.States).Select(state => state.Parameter));

    /// <summary>Compiles one step of training for a batch size: the loss, every gradient and every update.</summary>
    /// <param name="derivation">The gradients.</param>
    /// <param name="updates">The updates.</param>
    /// <param name="states">The states that they change; the plans of several batch sizes share them.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="threads">The most threads; the plan takes fewer where they would wait more than they help.</param>
    internal Plan<T> CompileStep(
        Derivation derivation, IReadOnlyList<ParameterUpdate> updates, ParameterBuffer<T> states, int batch, int threads = 1) => Plan<T>.Compile(
        [derivation.StableCost, Expression.Output, Expression.Input, Expression.Target], updates, Parameters, batch, path, MembersFor(batch, threads, products: 3), states, guard: derivation.StableCost);

    /// <summary>Compiles the outputs of a batch.</summary>
    /// <param name="batch">The number of samples.</param>
    /// <param name="threads">The most threads.</param>
    public Plan<T> CompileInference(int batch, int threads = 1) =>
        Plan<T>.Compile([Expression.Output, Expression.Input], [], Parameters, batch, path, MembersFor(batch, threads, products: 1));

    /// <summary>Compiles one step of training, with the optimizer's states in a buffer of its own: the loss, every gradient and every update.</summary>
    /// <param name="derivation">The gradients.</param>
    /// <param name="optimizer">The update rule.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="threads">The most threads; the plan takes fewer where they would wait more than they help.</param>
    public Plan<T> CompileStep(Derivation derivation, Optimizer optimizer, int batch, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        ArgumentNullException.ThrowIfNull(optimizer);
        IReadOnlyList<ParameterUpdate> updates = UpdatesBy(optimizer, derivation);
        return CompileStep(derivation, updates, StatesOf(updates), batch, threads);
    }

    /// <exception cref="ArgumentException">The samples have other numbers of inputs or outputs than the network.</exception>
    internal void RequireFit(Samples samples) => RequireFit(samples.Inputs, samples.Outputs);

    /// <exception cref="ArgumentException">The network has other numbers of inputs or outputs.</exception>
    internal void RequireFit(int inputs, int outputs)
    {
        if (inputs != Network.Inputs || outputs != Network.Outputs)
        {
            throw new ArgumentException(
                $"the network {Network} takes {Network.Inputs} inputs and gives {Network.Outputs} outputs, "
                + $"but the data has {inputs} inputs and {outputs} outputs");
        }
    }

    /// <summary>
    /// How many threads a step pays for. They wait for each other a few times a step, some tenths of a microsecond each where all are running, so
    /// each needs some tens of microseconds of work.
    /// </summary>
    internal int MembersFor(int batch, int threads, int products)
    {
        const long MultiplyAddsEach = 1_000_000;
        TrainingOptions.RequireThreads(threads);
        long work = (long)products * batch * Network.Sizes.Zip(Network.Sizes.Skip(1), (inputs, outputs) => (long)inputs * outputs).Sum();
        return (int)Math.Clamp(work / MultiplyAddsEach, 1, threads);
    }

    /// <summary>Runs batches of samples through plans that are this call's alone meanwhile.</summary>
    private unsafe void Infer(Features features, Samples? targets, int count, Action<Plan<T>, int[]> receive)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (features.Size != Network.Inputs)
        {
            throw new ArgumentException($"the network {Network} takes {Network.Inputs} inputs, but the data has {features.Size}");
        }

        bool withLoss = targets is not null;
        foreach (int[] batch in Enumerable.Range(0, Math.Min(count, features.Count)).Chunk(InferenceBatch))
        {
            Plan<T> plan = Rent(batch.Length, withLoss);
            try
            {
                Slot<T> input = plan.SlotOf(Expression.Input);
                features.Gather(batch, input.Pointer, input.LeadingDimension);
                if (targets is not null)
                {
                    Slot<T> target = plan.SlotOf(Expression.Target);
                    targets.GatherTargets(batch, target.Pointer, target.LeadingDimension);
                }

                plan.Run();
                receive(plan, batch);
            }
            finally
            {
                GiveBack(plan, batch.Length, withLoss);
            }
        }
    }

    /// <summary>
    /// A plan that nobody else uses until it is given back. There are as many of a size as were ever in use at once. Compiling writes into
    /// the pool of the expressions, so only one thread does it.
    /// </summary>
    private Plan<T> Rent(int batch, bool withLoss)
    {
        lock (gate)
        {
            if (idle.TryGetValue((batch, withLoss), out Stack<Plan<T>>? plans) && plans.TryPop(out Plan<T>? plan))
            {
                return plan;
            }

            IReadOnlyList<Expr> results = withLoss
                ? [cost ??= Derivation.Of(Expression.Cost, []).StableCost, Expression.Output, Expression.Input, Expression.Target]
                : [Expression.Output];
            return Plan<T>.Compile(results, [], Parameters, batch, path);
        }
    }

    private void GiveBack(Plan<T> plan, int batch, bool withLoss)
    {
        lock (gate)
        {
            if (!idle.TryGetValue((batch, withLoss), out Stack<Plan<T>>? plans))
            {
                idle[(batch, withLoss)] = plans = new();
            }

            plans.Push(plan);
        }
    }
}

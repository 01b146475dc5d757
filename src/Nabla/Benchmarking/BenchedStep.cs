using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Benchmarking;

/// <summary>A compiled step with random numbers in it: what is measured, and what is compared with the reference.</summary>
internal sealed unsafe class BenchedStep : IDisposable
{
    private readonly StepSettings settings;
    private readonly Model<float> model;
    private readonly Plan<float> plan;
    private readonly ParameterBuffer<float>? states;
    private readonly ThreadTeam? team;
    private readonly Expr? cost;
    private long steps;

    /// <summary>Derives and compiles the step.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public BenchedStep(StepSettings settings, double learningRate)
    {
        this.settings = settings;
        model = new(settings.Network, settings.Loss, Reduction.Mean, settings.Path);
        if (settings.InferenceOnly)
        {
            plan = model.CompileInference(settings.BatchSize, settings.Threads);
        }
        else
        {
            Derivation derivation = Expression.Differentiate(assumptions: TargetsAreClasses ? [Expression.TargetsSumToOne] : []);
            IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(settings.Optimizer, derivation);
            Updates = [.. updates, .. updates.SelectMany(update => update.States)];
            states = Model<float>.StatesOf(updates);
            StepNumber = UpdateTerms.StepIn(Expression.LearningRate.Pool);
            plan = model.CompileStep(derivation, updates, states, settings.BatchSize, settings.Threads);
            plan.Set(Expression.LearningRate, learningRate);
            LearningRate = Matrix.Scalar(learningRate);
            cost = derivation.StableCost;
        }

        team = plan.Members > 1 ? new(plan.Members) : null;
        Reset(settings.Seed);
    }

    /// <summary>The instruction set that runs it.</summary>
    public string PathName => plan.PathName;

    /// <summary>The network and its loss in symbols.</summary>
    public LayeredNetwork Expression => model.Expression;

    /// <summary>What the step makes of every parameter; nothing where it only computes the outputs.</summary>
    public IReadOnlyList<ParameterUpdate> Updates { get; } = [];

    /// <summary>The symbol of the step's number, where the optimizer uses it.</summary>
    public Symbol? StepNumber { get; }

    /// <summary>The outputs that the last run computed.</summary>
    public Matrix Outputs => plan[Expression.Output];

    /// <summary>The loss before the last step; null where only the outputs are computed.</summary>
    public double? Cost => cost is null ? null : plan[cost][0, 0];

    /// <summary>The weights and biases as they are now.</summary>
    public ParameterBuffer<float> Parameters => model.Parameters;

    private Matrix? LearningRate { get; }

    // Classes, where the loss is made for the probabilities of classes; any numbers else.
    private bool TargetsAreClasses => settings.Loss.OutputActivation is not null;

    /// <summary>One step.</summary>
    public void Run()
    {
        steps++;
        if (StepNumber is not null)
        {
            plan.Set(StepNumber, steps);
        }

        plan.RunUnless(CancellationToken.None, team);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => team?.Dispose();

    /// <summary>Draws weights, inputs and targets anew. No input is 0 unless that is asked for: skipping zeros is no speed of the products.</summary>
    public void Reset(ulong seed)
    {
        steps = 0;
        foreach (Symbol state in states?.Parameters ?? [])
        {
            states!.SlotOf(state).Fill(() => 0);
        }

        bool rectifies = settings.Network.Layers[0].Activation.IsRectifier;
        model.Initialize(Initializer.Named(rectifies ? "he" : "glorot"), seed);
        SeededRandom random = new(seed, stream: 2);
        plan.SlotOf(Expression.Input).Fill(() => settings.Zeros > 0 && random.NextDouble() < settings.Zeros ? 0 : 1 - random.NextDouble());
        if (!settings.InferenceOnly)
        {
            plan[Expression.Target] = Targets(random);
        }
    }

    /// <summary>All numbers that the step begins with, for the reference.</summary>
    public Bindings Values()
    {
        Bindings values = new();
        values.Set(Expression.Batch, settings.BatchSize);
        values.Set(Expression.Input, plan[Expression.Input]);
        foreach (Symbol parameter in Expression.Parameters)
        {
            values.Set(parameter, Parameters[parameter]);
        }

        foreach (Symbol state in states?.Parameters ?? [])
        {
            values.Set(state, states![state]);
        }

        if (LearningRate is not null)
        {
            values.Set(Expression.LearningRate, LearningRate);
            values.Set(Expression.Target, plan[Expression.Target]);
        }

        return values;
    }

    private Matrix Targets(SeededRandom random)
    {
        Matrix targets = new(settings.Network.Outputs, settings.BatchSize);
        for (int j = 0; j < targets.Columns; j++)
        {
            if (TargetsAreClasses)
            {
                targets[random.NextInt(targets.Rows), j] = 1;
                continue;
            }

            for (int i = 0; i < targets.Rows; i++)
            {
                targets[i, j] = (float)random.NextDouble();
            }
        }

        return targets;
    }
}

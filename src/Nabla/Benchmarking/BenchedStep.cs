using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Benchmarking;

/// <summary>A compiled step with random numbers in it: what is measured, and what is compared with the reference.</summary>
internal sealed unsafe class BenchedStep
{
    private readonly StepSettings settings;
    private readonly Model<float> model;
    private readonly Plan<float> plan;

    /// <summary>Derives and compiles the step.</summary>
    /// <exception cref="ArgumentException">More threads are asked for than plans can use.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public BenchedStep(StepSettings settings, double learningRate)
    {
        if (settings.Threads > 1)
        {
            throw new ArgumentException($"a step runs on 1 thread in this version, but {settings.Threads} are asked for");
        }

        this.settings = settings;
        model = new(settings.Network, settings.Loss, Reduction.Mean, settings.Path);
        if (settings.InferenceOnly)
        {
            plan = Plan<float>.Compile([Expression.Output], [], model.Parameters, settings.BatchSize, settings.Path);
        }
        else
        {
            Derivation derivation = Expression.Differentiate(assumptions: TargetsAreClasses ? [Expression.TargetsSumToOne] : []);
            Updates = [.. Expression.Parameters.Select(w => (w, settings.Optimizer.Update(w, derivation.GradientOf(w), Expression.LearningRate)))];
            plan = model.CompileStep(derivation, settings.Optimizer, settings.BatchSize);
            plan[Expression.LearningRate] = LearningRate = Matrix.Scalar(learningRate);
        }

        Reset(settings.Seed);
    }

    /// <summary>The instruction set that runs it.</summary>
    public string PathName => plan.PathName;

    /// <summary>The network and its loss in symbols.</summary>
    public LayeredNetwork Expression => model.Expression;

    /// <summary>What the step makes of every parameter; nothing where it only computes the outputs.</summary>
    public IReadOnlyList<(Symbol Parameter, Expr Value)> Updates { get; } = [];

    /// <summary>The outputs that the last run computed.</summary>
    public Matrix Outputs => plan[Expression.Output];

    /// <summary>The weights and biases as they are now.</summary>
    public ParameterBuffer<float> Parameters => model.Parameters;

    private Matrix? LearningRate { get; }

    // Classes, where the loss is made for the probabilities of classes; any numbers else.
    private bool TargetsAreClasses => settings.Loss.OutputActivation is not null;

    /// <summary>One step.</summary>
    public void Run() => plan.Run();

    /// <summary>Draws weights, inputs and targets anew. No input is 0: skipping zeros would be no speed of the products.</summary>
    public void Reset(ulong seed)
    {
        bool rectifies = settings.Network.Layers[0].Activation.IsRectifier;
        model.Initialize(Initializer.Named(rectifies ? "he" : "glorot"), seed);
        SeededRandom random = new(seed, stream: 2);
        plan.SlotOf(Expression.Input).Fill(() => 1 - random.NextDouble());
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

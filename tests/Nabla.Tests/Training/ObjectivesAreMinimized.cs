using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Penalties, smoothed labels, weighted samples, dropout and clipping: their values by plain loops, their gradients by finite differences, their plans by the evaluator.</summary>
public class ObjectivesAreMinimized
{
    private const int Inputs = 4;
    private const int Count = 7;

    public static TheoryData<string, string> Settings => new()
    {
        { "cross-entropy", "l1=0.01 l2=0.3" },
        { "cross-entropy", "smoothing=0.1" },
        { "cross-entropy", "weights" },
        { "cross-entropy", "dropout=0.3" },
        { "cross-entropy", "l1=0.01 l2=0.3 smoothing=0.2 weights dropout=0.5" },
        { "cross-entropy", "norm=0.05" },
        { "cross-entropy", "value=0.01 norm=0.05 l2=0.1 dropout=0.25" },
        { "binary-cross-entropy", "l2=0.3 dropout=0.3 weights" },
        { "squared-error", "weights l1=0.01" },
        { "mean-squared-error", "weights dropout=0.2" },
        { "mean-absolute-error", "weights l2=0.2" },
        { "huber", "weights value=0.02" },
        { "sum((y-a).^4)/m", "weights l2=0.2 norm=100" },
        { "sum(softplus(2*(a-y))-(a-y))/m", "weights dropout=0.4" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_value_is_that_of_plain_loops_and_the_gradient_that_of_differences(string loss, string settings)
    {
        (Network network, Loss chosen, TrainingOptions options, Samples samples) = Case(loss, settings);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            TrainingExpression expression = options.Objective.Express(network, chosen, reduction, !samples.Weights.IsEmpty);
            Bindings values = Values(expression, samples, seed: 3);
            Derivation derivation = expression.Differentiate(Trainer<double>.TargetsSumToOne(samples));
            Assert.Equal(["Δ³", "Δ²", "Δ¹"], derivation.NamedAdjoints.Select(delta => $"{delta.Name}"));
            double expected = ByLoops(network, chosen, reduction, options.Objective, expression, values);
            Matrices.AssertClose(Matrix.Scalar(expected), Evaluator.Evaluate(expression.Network.Cost, values), 1e-12, $"J of {loss} with {settings}");
            Matrices.AssertClose(Matrix.Scalar(expected), Evaluator.Evaluate(derivation.StableCost, values), 1e-12, $"J of {loss} with {settings}, stable");
            foreach (Symbol parameter in expression.Network.Parameters)
            {
                Matrices.AssertClose(
                    FiniteDifferences.Gradient(expression.Network.Cost, parameter, values), Evaluator.Evaluate(derivation.GradientOf(parameter), values), 2e-6,
                    $"∂J/∂{parameter.Name} of {loss} with {settings}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_plan_makes_the_steps_of_the_evaluator(string loss, string settings)
    {
        (Network network, Loss chosen, TrainingOptions options, Samples samples) = Case(loss, settings);
        Model<double> model = new(network, chosen);
        model.Initialize(Initializer.Named("normal"), seed: 2);
        TrainingStep<double> step = new(model, options, samples);
        Plan<double> plan = step.Compile(Count);
        TrainingExpression expression = options.Objective.Express(network, chosen, Reduction.Mean, !samples.Weights.IsEmpty);
        Derivation derivation = expression.Differentiate(Trainer<double>.TargetsSumToOne(samples));
        Bindings values = Values(expression, samples, seed: 3);
        foreach ((Symbol own, Symbol other) in expression.Network.Parameters.Zip(model.Expression.Parameters))
        {
            values.Set(own, model.Parameters[other]);
        }

        int[] batch = [.. Enumerable.Range(0, Count)];
        for (int n = 0; n < 4; n++)
        {
            step.Prepare(plan, batch, n);
            foreach ((Symbol own, Expr other) in expression.Masks.Zip(MasksOf(step)))
            {
                values.Set(own, plan[other]);
            }

            plan.Run();
            Matrix[] gradients = [.. Evaluator.EvaluateAll([expression.DataCost, .. expression.Network.Parameters.Select(derivation.GradientOf)], values)];
            Matrices.AssertClose(gradients[0], plan[step.Cost], 1e-12, $"C of step {n} of {loss} with {settings}");
            Clip(gradients[1..], options.Clipping);
            foreach ((int i, Symbol parameter) in expression.Network.Parameters.Index())
            {
                Matrix next = values.ValueOf(parameter)!.Zip(gradients[i + 1], (w, g) => w - options.LearningRate * g);
                Matrices.AssertClose(next, model.Parameters[model.Expression.Parameters[i]], 1e-12, $"{parameter.Name} after step {n} of {loss} with {settings}");
                values.Set(parameter, next);
            }
        }
    }

    [Fact]
    public void Everything_together_is_the_same_for_any_number_of_threads_and_allocates_nothing()
    {
        Dataset digits = Digits.Generate(1, 300, 10, TestContext.Current.CancellationToken);
        TrainingOptions options = new()
        {
            Optimizer = Optimizer.Adam,
            LearningRate = 0.01,
            BatchSize = 64,
            Epochs = 2,
            Objective = new() { L1 = 1e-4, L2 = 1e-3, LabelSmoothing = 0.1, Dropout = 0.2, ClassWeights = [1, 2, 1, 1, 0.5, 1, 1, 1, 3, 1] },
            Clipping = new(Norm: 1, Value: 0.5),
            Schedule = LearningRateSchedule.Cosine,
        };
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Model<float> model = new(Network.Of([784, 130, 65, 10], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
            model.Initialize(Initializer.Named("he"), seed: 1);
            Trainer<float> trainer = new(model, digits, options with { Threads = threads });
            Assert.All(trainer.Run(cancellationToken: TestContext.Current.CancellationToken), report => Assert.True(double.IsFinite(report.Loss)));
            float[] values = [.. model.Parameters.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()).Select(x => (float)x)];
            first ??= values;
            Assert.Equal(first, values);
            if (threads == 1)
            {
                int[] batch = [.. Enumerable.Range(0, 64)];
                trainer.Step(batch, CancellationToken.None);
                Assert.Equal(0, Allocations.Least(() => trainer.Step(batch, CancellationToken.None)));
            }
        }
    }

    [Fact]
    public void Masks_are_drawn_by_their_place_and_leave_out_the_right_part()
    {
        (Network network, Loss loss, TrainingOptions options, Samples samples) = Case("squared-error", "dropout=0.3", widths: [60, 41]);
        TrainingStep<float> step = new(new Model<float>(network, loss), options, samples);
        Plan<float> plan = step.Compile(Count);
        List<double[]> drawn = [];
        foreach (long n in new long[] { 0, 1, 2, 1 })
        {
            step.Prepare(plan, [0, 1, 2, 3, 4, 5, 6], n);
            drawn.Add([.. MasksOf(step).SelectMany(mask => plan[mask].Elements.ToArray())]);
        }

        Assert.Equal(drawn[1], drawn[3]);
        Assert.NotEqual(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[1][..300], drawn[1][(60 * Count)..(60 * Count + 287)].Concat(drawn[1][..13]));
        double[] all = [.. drawn.Take(3).SelectMany(values => values)];
        Assert.All(all, value => Assert.True(value == 0 || value == (float)(1 / 0.7), $"{value}"));
        Assert.InRange(all.Count(value => value == 0) / (double)all.Length, 0.27, 0.33);

        // Another seed, other masks; and none at all where the network is used.
        TrainingStep<float> other = new(new Model<float>(network, loss), options with { Seed = 2 }, samples);
        Plan<float> second = other.Compile(Count);
        other.Prepare(second, [0, 1, 2, 3, 4, 5, 6], 0);
        Assert.NotEqual(drawn[0], MasksOf(other).SelectMany(mask => second[mask].Elements.ToArray()));
        Model<float> model = new(network, loss);
        model.Initialize(Initializer.Named("normal"), 1);
        Assert.DoesNotContain(Expr.Reachable(model.Expression.Output).OfType<Symbol>(), symbol => symbol.Name.Letter == "M");
    }

    [Theory]
    [InlineData("squared-error", "smoothing=0.1", "label smoothing goes with cross-entropy, but the loss is squared-error")]
    [InlineData("cross-entropy", "smoothing=1", "the label smoothing must be from 0 to below 1, but it is 1")]
    [InlineData("cross-entropy", "l1=-1", "the penalty L1 must be a number of at least 0, but it is -1")]
    [InlineData("cross-entropy", "l2=NaN", "the penalty L2 must be a number of at least 0, but it is NaN")]
    [InlineData("cross-entropy", "dropout=1", "the dropout must be from 0 to below 1, but it is 1")]
    [InlineData("cross-entropy", "norm=0", "the largest norm of gradients must be a positive number, but it is 0")]
    [InlineData("sqrt(norm2(y-a))", "weights", "samples can have weights where the loss is a sum over them, but sqrt(norm2(y-a)) is not written as one")]
    public void What_makes_no_sense_is_refused(string loss, string settings, string sentence)
    {
        (Network network, Loss chosen, TrainingOptions options, Samples samples) = Case(loss, settings);
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => new TrainingStep<float>(new Model<float>(network, chosen), options, samples)).Message);
    }

    [Fact]
    public void Class_weights_are_for_classes_and_one_for_each()
    {
        Model<float> model = new(Network.Of([2, 3], Activation.Softmax), Loss.CrossEntropy);
        Samples numbers = new(new NumberFeatures([1, 2], 2), new NumberTargets([1, 0, 0], 3));
        Samples classes = new(new NumberFeatures([1, 2], 2), new ClassTargets([1], 3));
        TrainingOptions options = new() { Objective = new() { ClassWeights = [1, 2] } };
        Assert.Equal("class weights belong to classes, but the targets are numbers", Assert.Throws<ArgumentException>(() => new TrainingStep<float>(model, options, numbers)).Message);
        Assert.Equal(
            "2 class weights are given, but the network 2-3 has 3 outputs", Assert.Throws<ArgumentException>(() => new TrainingStep<float>(model, options, classes)).Message);
        Assert.Equal("the weight of sample 0 is -1, but must be a number of at least 0", Assert.Throws<ArgumentException>(() => new Samples(classes.Features, classes.Targets, [-1])).Message);
    }

    private static (Network Network, Loss Loss, TrainingOptions Options, Samples Samples) Case(string loss, string settings, int[]? widths = null)
    {
        Dictionary<string, double> of = settings.Split(' ').ToDictionary(
            text => text.Split('=')[0], text => text.Contains('=', StringComparison.Ordinal) ? double.Parse(text.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture) : 1);
        double Number(string name) => of.GetValueOrDefault(name);
        Loss chosen = Loss.NamedOrParsed(loss);
        int[] hidden = widths ?? [6, 5];
        Network network = Network.Of([Inputs, .. hidden, 3], Activation.Named("tanh"), chosen.OutputActivation ?? Activation.Identity);
        bool classes = chosen == Loss.CrossEntropy;
        SeededRandom random = new(5);
        Samples samples = new(
            new NumberFeatures([.. Enumerable.Range(0, Inputs * Count).Select(_ => random.NextNormal())], Inputs),
            classes ? new ClassTargets([0, 1, 2, 2, 1, 0, 1], 3) : new NumberTargets([.. Enumerable.Range(0, 3 * Count).Select(_ => random.NextDouble())], 3),
            of.ContainsKey("weights") ? [1, 0.5, 2, 0, 3, 0.25, 1] : default);
        TrainingOptions options = new()
        {
            Objective = new()
            {
                L1 = Number("l1"),
                L2 = Number("l2"),
                LabelSmoothing = Number("smoothing"),
                Dropout = Number("dropout"),
                ClassWeights = classes && of.ContainsKey("weights") ? [1, 0.5, 4] : [],
            },
            Clipping = new(of.TryGetValue("norm", out double norm) ? norm : null, of.TryGetValue("value", out double value) ? value : null),
            LearningRate = 0.5,
        };
        return (network, chosen, options, samples);
    }

    /// <summary>The masks of a step, found in its expressions.</summary>
    private static IEnumerable<Symbol> MasksOf<T>(TrainingStep<T> step)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        Expr.Reachable(step.Network.Cost).OfType<Symbol>().Where(symbol => symbol.Name.Letter == "M");

    private static unsafe Bindings Values(TrainingExpression expression, Samples samples, ulong seed)
    {
        SeededRandom random = new(seed);
        (Matrix inputs, Matrix targets) = (new(samples.Inputs, Count), new(samples.Outputs, Count));
        int[] all = [.. Enumerable.Range(0, Count)];
        fixed (double* x = inputs.Elements, y = targets.Elements)
        {
            samples.GatherInputs(all, x, samples.Inputs);
            samples.GatherTargets(all, y, samples.Outputs);
        }

        Bindings values = new Bindings().Set(expression.Network.Batch, Count).Set(expression.Network.Input, inputs).Set(expression.Network.Target, targets);
        foreach (Symbol parameter in expression.Network.Parameters)
        {
            // Away from 0, where |w| has a kink that no difference must cross; the seed keeps y − a away from it, too.
            Matrix drawn = Matrix.From(parameter.Shape.Rows.Value!.Value, parameter.Shape.Columns.Value!.Value, (_, _) => random.NextNormal());
            values.Set(parameter, drawn.Map(w => w + (w < 0 ? -0.1 : 0.1)));
        }

        foreach (Symbol mask in expression.Masks)
        {
            values.Set(mask, Matrix.From(mask.Shape.Rows.Value!.Value, Count, (_, _) => random.NextDouble() < 0.4 ? 0 : 1 / 0.6));
        }

        if (expression.SampleWeights is Symbol row)
        {
            double[] ofClasses = [1, 0.5, 4];
            values.Set(row, Matrix.From(1, Count, (_, j) => samples.Weights[j] * (samples.Labels is { } labels ? ofClasses[labels[j]] : 1)));
        }

        return values;
    }

    private static double ByLoops(Network network, Loss loss, Reduction reduction, Objective objective, TrainingExpression expression, Bindings values)
    {
        double total = 0;
        double penalty = 0;
        (Matrix inputs, Matrix targets) = (values.ValueOf(expression.Network.Input)!, values.ValueOf(expression.Network.Target)!);
        for (int j = 0; j < Count; j++)
        {
            double[] a = [.. Enumerable.Range(0, inputs.Rows).Select(i => inputs[i, j])];
            for (int l = 0; l < network.Layers.Length; l++)
            {
                (Matrix w, Matrix b) = (values.ValueOf(expression.Network.Layers[l].Weights)!, values.ValueOf(expression.Network.Layers[l].Biases!)!);
                double[] z = [.. Enumerable.Range(0, w.Rows).Select(i => b[i, 0] + a.Select((x, k) => w[i, k] * x).Sum())];
                bool last = l == network.Layers.Length - 1;
                double sum = z.Sum(Math.Exp);
                a = [.. z.Select((x, i) => last
                    ? loss.OutputActivation is null ? x : loss.OutputActivation.IsSoftmax ? Math.Exp(x) / sum : 1 / (1 + Math.Exp(-x))
                    : Math.Tanh(x) * (objective.Dropout > 0 ? values.ValueOf(expression.Masks[l])![i, j] : 1))];
            }

            double[] y = [.. Enumerable.Range(0, targets.Rows).Select(i => (1 - objective.LabelSmoothing) * targets[i, j] + objective.LabelSmoothing / targets.Rows)];
            double own = loss.Name switch
            {
                "cross-entropy" => -y.Select((t, i) => t * Math.Log(a[i])).Sum(),
                "binary-cross-entropy" => -y.Select((t, i) => t * Math.Log(a[i]) + (1 - t) * Math.Log(1 - a[i])).Sum(),
                "squared-error" => y.Select((t, i) => 0.5 * (t - a[i]) * (t - a[i])).Sum(),
                "mean-squared-error" => y.Select((t, i) => (t - a[i]) * (t - a[i])).Average(),
                "mean-absolute-error" => y.Select((t, i) => Math.Abs(t - a[i])).Average(),
                "huber" => y.Select((t, i) => Math.Abs(t - a[i]) <= 1 ? 0.5 * (t - a[i]) * (t - a[i]) : Math.Abs(t - a[i]) - 0.5).Sum(),
                "sum((y-a).^4)/m" => y.Select((t, i) => Math.Pow(t - a[i], 4)).Sum(),
                _ => y.Select((t, i) => Math.Log(1 + Math.Exp(2 * (a[i] - t))) - (a[i] - t)).Sum(),
            };
            total += own * (expression.SampleWeights is Symbol row ? values.ValueOf(row)![0, j] : 1);
        }

        foreach (SymbolicLayer layer in expression.Network.Layers)
        {
            penalty += values.ValueOf(layer.Weights)!.Elements.ToArray().Sum(w => objective.L1 * Math.Abs(w) + 0.5 * objective.L2 * w * w);
        }

        return (reduction == Reduction.Mean || loss.Text is not null ? total / Count : total) + penalty;
    }

    /// <summary>As PyTorch's clip_grad_value_ and then clip_grad_norm_ do it.</summary>
    private static void Clip(Matrix[] gradients, GradientClipping clipping)
    {
        foreach (Matrix g in gradients)
        {
            for (int i = 0; i < g.Elements.Length; i++)
            {
                g.Elements[i] = clipping.Value is double most ? Math.Clamp(g.Elements[i], -most, most) : g.Elements[i];
            }
        }

        double norm = Math.Sqrt(gradients.Sum(g => g.Elements.ToArray().Sum(x => x * x)));
        double scale = clipping.Norm is double limit ? Math.Min(1, limit / (norm + 1e-6)) : 1;
        foreach (Matrix g in gradients)
        {
            for (int i = 0; i < g.Elements.Length; i++)
            {
                g.Elements[i] *= scale;
            }
        }
    }
}

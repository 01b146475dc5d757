using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Kernels;
using Nabla.Tests.Networks;
using Nabla.Training;

namespace Nabla.Tests.Planning;

/// <summary>W ← W − η ∂C/∂W in place: after every read of the old value, and with nothing lost.</summary>
public class AStepUpdatesInPlace
{
    public static TheoryData<KernelPath> Supported => Paths.Supported;

    [Theory]
    [MemberData(nameof(Supported))]
    public void The_new_parameters_are_the_old_minus_the_learning_rate_times_the_gradient(KernelPath path)
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            AssertStep<double>(NetworkCase.Of(seed), path, 1e-13);
            AssertStep<float>(NetworkCase.Of(seed), path, 1e-6);
        }
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void Plans_of_two_batch_sizes_share_the_parameters_and_each_divides_by_its_own_size(Reduction reduction)
    {
        Network network = Network.Of([3, 5, 2], Activation.Named("tanh"));
        Model<double> model = new(network, Loss.SquaredError, reduction);
        model.Initialize(Initializer.Named("normal"), seed: 5);
        Derivation derivation = model.Expression.Differentiate();
        Bindings values = new();
        foreach (Symbol parameter in model.Expression.Parameters)
        {
            values.Set(parameter, model.Parameters[parameter]);
        }

        values.Set(model.Expression.LearningRate, Matrix.Scalar(0.25));
        SeededRandom random = new(1);
        foreach (int batch in new[] { 5, 2, 5, 1 })
        {
            values.Set(model.Expression.Batch, batch);
            values.Set(model.Expression.Input, Matrix.From(3, batch, (_, _) => random.NextNormal()));
            values.Set(model.Expression.Target, Matrix.From(2, batch, (_, _) => random.NextNormal()));
            Plan<double> plan = model.CompileStep(derivation, Optimizer.Sgd, batch);
            plan[model.Expression.LearningRate] = values.ValueOf(model.Expression.LearningRate)!;
            plan[model.Expression.Input] = values.ValueOf(model.Expression.Input)!;
            plan[model.Expression.Target] = values.ValueOf(model.Expression.Target)!;
            plan.Run();
            IReadOnlyList<Symbol> parameters = model.Expression.Parameters;
            IReadOnlyList<Matrix> next = Evaluator.EvaluateAll([.. parameters.Select(p => Descended(model.Expression, derivation, p))], values);
            foreach ((Symbol parameter, Matrix expected) in parameters.Zip(next))
            {
                Matrices.AssertClose(expected, model.Parameters[parameter], 1e-13, $"{parameter.Name} after a batch of {batch}");
                values.Set(parameter, expected);
            }
        }
    }

    [Fact]
    public void The_gradient_of_a_product_that_nothing_else_needs_never_reaches_memory()
    {
        Model<float> model = new(Network.Of([33, 17, 5], Activation.Sigmoid), Loss.SquaredError);
        Plan<float> step = model.CompileStep(model.Expression.Differentiate(), Optimizer.Sgd, batch: 4);
        string[] updates = [.. step.Listing.Where(line => line.IsUpdate).Select(line => $"{line}")];
        Assert.Equal(["multiply and add 5×17", "multiply and add skipping zeros 17×33", "sum rows, ·+ 17×1", "sum rows, ·+ 5×1"], updates.Order(StringComparer.Ordinal));
        Assert.Single(step.Listing, line => (line.Rows, line.Columns) == (17, 33));
    }

    /// <summary>½‖W²‖² added: the gradient of W² is a product plus W² itself.</summary>
    [Fact]
    public void A_penalty_on_the_weights_is_trained() => AssertHandmade((network, pool) =>
        network.Cost.Definition + 0.5 * Expr.SquaredNorm(network.Layers[1].Weights));

    /// <summary>Only ½‖W‖²: the gradient is the parameter.</summary>
    [Fact]
    public void A_gradient_that_is_the_parameter_itself_is_subtracted() => AssertHandmade((network, pool) =>
        0.5 * Expr.SquaredNorm(network.Layers[0].Weights) + Expr.SquaredNorm(network.Layers[1].Weights));

    /// <summary>⟨W¹, W²⟩: each gradient is the other parameter, so whichever is updated first is read after.</summary>
    [Fact]
    public void Gradients_that_are_each_other_s_parameters_are_the_old_ones() => AssertHandmade((network, pool) =>
        Expr.Inner(network.Layers[0].Weights, network.Layers[1].Weights));

    /// <summary>⟨W¹W², W²W¹⟩ and so on: products of parameters as gradients must be made before the updates.</summary>
    [Fact]
    public void Products_of_parameters_are_made_of_the_old_values() => AssertHandmade((network, pool) =>
    {
        (Expr v, Expr w) = (network.Layers[0].Weights, network.Layers[1].Weights);
        return Expr.Inner(v * w, w.Transpose() * v) + Expr.Sum(v * w.Transpose()) + Expr.SquaredNorm(v + w.Transpose());
    });

    /// <summary>W¹ used in both layers' places: two uses of one symbol, whose gradient reads it.</summary>
    [Fact]
    public void A_matrix_that_is_used_twice_gets_both_gradients() => AssertHandmade((network, pool) =>
    {
        Expr w = network.Layers[0].Weights;
        Expr again = Expr.Apply(Calculus.Expressions.Functions.Function.Tanh, w * (w * network.Input));
        return 0.5 * Expr.SquaredNorm(network.Target - again);
    });

    /// <summary>W itself, a name for W and a name for that name, all wanted together with an update of W.</summary>
    [Fact]
    public void A_result_that_is_a_parameter_under_any_name_is_the_one_before_the_update()
    {
        ExprPool pool = new();
        Symbol w = pool.Symbol(new("W"), new(Dim.Of("n", 2), Dim.Of("k", 3)), SymbolKind.Parameter);
        Symbol rate = pool.Symbol(new("η"), Shape.Scalar);
        Named v = w.As(new("V"));
        Named u = v.As(new("U"));
        Named unasked = w.As(new("T"));
        ParameterBuffer<double> parameters = new([w]);
        parameters[w] = Matrix.From(2, 3, (i, j) => i + 10 * j);
        Plan<double> plan = Plan<double>.Compile([w, u, Expr.Sum(unasked)], [new(w, w - rate * v)], parameters, batch: 1);
        plan[rate] = Matrix.Scalar(0.5);
        for (double factor = 1; factor > 0.1; factor /= 2)
        {
            plan.Run();
            Matrix before = Matrix.From(2, 3, (i, j) => factor * (i + 10 * j));
            foreach (Expr result in new Expr[] { w, u })
            {
                Assert.Equal(before.Elements.ToArray(), plan[result].Elements.ToArray());
            }

            Assert.Equal(before.Map(x => x / 2).Elements.ToArray(), parameters[w].Elements.ToArray());
        }
    }

    [Fact]
    public void A_step_that_is_stopped_on_its_way_changes_no_parameter()
    {
        Model<double> model = new(Network.Of([3, 4, 4, 2], Watched.Activation), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        Plan<double> plan = model.CompileStep(model.Expression.Differentiate(), Optimizer.Sgd, batch: 2);
        plan[model.Expression.Input] = Matrix.From(3, 2, (i, j) => i - j);
        plan[model.Expression.LearningRate] = Matrix.Scalar(0.01);
        string before = Values();
        int computed = 0;
        Watched.During(plan.Run, () => computed++);
        string after = Values();
        Assert.NotEqual(before, after);
        for (int last = 1; last <= computed; last++)
        {
            using CancellationTokenSource stop = new();
            int left = last;
            Watched.During(
                () => Assert.Throws<OperationCanceledException>(() => plan.RunUnless(stop.Token)),
                () =>
                {
                    if (--left == 0)
                    {
                        stop.Cancel();
                    }
                });
            Assert.Equal(after, Values());
        }

        string Values() => string.Join(' ', model.Expression.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()));
    }

    [Fact]
    public void A_plan_that_reads_a_parameter_after_its_update_is_refused()
    {
        Slot<float> parameter = new(2, 3, 16) { IsParameter = true };
        Draft<float> update = Copy(new(2, 3, 16), parameter);
        Draft<float> read = Copy(parameter, new(2, 3, 16));

        Plan<float>.Verify([read, update]);
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => Plan<float>.Verify([update, read]));
        Assert.Contains("reads a parameter after it was updated", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_would_be_updated_twice_is_refused()
    {
        Slot<float> parameter = new(2, 3, 16) { IsParameter = true };
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => Plan<float>.Verify([Copy(new(2, 3, 16), parameter), Copy(new(2, 3, 16), parameter)]));
        Assert.Contains("a second time", refused.Message, StringComparison.Ordinal);
    }

    private static Draft<float> Copy(Slot<float> from, Slot<float> to)
    {
        Draft<float> draft = new(new(2, 3, 16), null);
        draft.Outputs.Add((draft.Add(new(ChainCode.Copy, Source<float>.Of(from, Access.Matrix))).Value, to));
        return draft;
    }

    private static void AssertStep<T>(NetworkCase networkCase, KernelPath path, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayeredNetwork network = networkCase.Expression;
        ParameterBuffer<T> parameters = networkCase.Parameters<T>();
        ParameterUpdate[] updates = [.. network.Parameters.Select(p => new ParameterUpdate(p, Descended(network, networkCase.Derivation, p)))];
        Plan<T> plan = networkCase.Compile(parameters, [networkCase.Derivation.StableCost], updates, path);
        plan[network.LearningRate] = networkCase.Values.ValueOf(network.LearningRate)!;
        plan.Run();
        IReadOnlyList<Matrix> expected = Evaluator.EvaluateAll([.. updates.Select(update => update.Value)], networkCase.Values);
        foreach ((ParameterUpdate update, Matrix value) in updates.Zip(expected))
        {
            Matrices.AssertClose(value, parameters[update.Parameter], tolerance, $"{update.Parameter.Name} of {networkCase}");
        }
    }

    /// <summary>A cost of one's own over two square weight matrices, three steps, against the reference.</summary>
    private static void AssertHandmade(Func<LayeredNetwork, ExprPool, Expr> cost)
    {
        // Square matrices whose dimensions have one name, so that they can be added and multiplied in any order.
        ExprPool pool = new();
        Dim n = Dim.Of("n", 19);
        Dim m = Dim.Of("m");
        Symbol x = pool.Symbol(new("A", 0), new(n, m), SymbolKind.Input);
        Symbol y = pool.Symbol(new("Y"), new(n, m), SymbolKind.Target);
        Symbol v = pool.Symbol(new("W", 1), new(n, n), SymbolKind.Parameter);
        Symbol w = pool.Symbol(new("W", 2), new(n, n), SymbolKind.Parameter);
        Named z1 = (v * x).As(new("Z", 1));
        Named a1 = Expr.Apply(Calculus.Expressions.Functions.Function.Tanh, z1).As(new("A", 1));
        Named z2 = (w * a1).As(new("Z", 2));
        Named a2 = z2.As(new("A", 2));
        LayeredNetwork network = new(
            x, y, [new(v, null, x, z1, a1), new(w, null, a1, z2, a2)], Loss.SquaredError.Of(y, a2).As(new("C")), pool.Symbol(new("η"), Shape.Scalar), m);
        network = network with { Cost = cost(network, pool).As(new("C", "1")) };
        Derivation derivation = network.Differentiate();
        SeededRandom random = new(3);
        Bindings values = new Bindings().Set(m, 4).Set(network.LearningRate, Matrix.Scalar(0.01));
        foreach (Symbol symbol in new[] { x, y, v, w })
        {
            values.Set(symbol, Matrix.From(19, values.SizeOf(symbol.Shape.Columns), (_, _) => random.NextNormal() / 4));
        }

        foreach (bool reversed in new[] { false, true })
        {
            Symbol[] order = reversed ? [w, v] : [v, w];
            ParameterBuffer<double> parameters = new([v, w]);
            Bindings now = values.Copy();
            parameters[v] = now.ValueOf(v)!;
            parameters[w] = now.ValueOf(w)!;
            Plan<double> plan = Plan<double>.Compile(
                [network.Cost, x, y], [.. order.Select(p => new ParameterUpdate(p, Descended(network, derivation, p)))], parameters, batch: 4);
            plan[x] = now.ValueOf(x)!;
            plan[y] = now.ValueOf(y)!;
            plan[network.LearningRate] = now.ValueOf(network.LearningRate)!;
            for (int step = 1; step <= 3; step++)
            {
                plan.Run();
                IReadOnlyList<Matrix> next = Evaluator.EvaluateAll([Descended(network, derivation, v), Descended(network, derivation, w), network.Cost], now);
                Matrices.AssertClose(next[0], parameters[v], 1e-12, $"W¹ after step {step}");
                Matrices.AssertClose(next[1], parameters[w], 1e-12, $"W² after step {step}");
                Matrices.AssertClose(next[2], plan[network.Cost], 1e-12, $"C of step {step}");
                now.Set(v, next[0]).Set(w, next[1]);
            }
        }
    }

    private static Expr Descended(LayeredNetwork network, Derivation derivation, Symbol parameter) =>
        Optimizer.Sgd.Update(new(parameter, derivation.GradientOf(parameter), network.LearningRate)).Value;
}

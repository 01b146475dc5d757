using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Planning;

/// <summary>Widths and batches of 1, where a row, a column and a number have the sizes of a matrix; updates that share what they are made of; stops at any time.</summary>
public class CoincidencesChangeNothing
{
    public static TheoryData<string> Losses =>
    [
        "sqrt(sum((y-a).^2))",
        "log(sum(exp(y-a)))",
        "exp(sum((y-a).^2)/m)",
        "sum((y-a).^2)^2/m",
        "sum(tanh(exp(a*ones(m,1))*ones(1,m)-y))",
        "sum(tanh(ones(1,n)*a/n)*ones(m,1))/m",
        "sum(tanh(ones(n,1)*exp(ones(1,n)*a/n)).*(y-a).^2)/m",
        "norm2(y-a)/m + sum(a./(1*ones(n,m)+a.*a))",
    ];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Losses_that_make_rows_columns_and_numbers_are_trained_with_at_every_size(string text)
    {
        foreach (string sizes in new[] { "3-2", "2-1", "3-4-1", "1-1", "1-1-1" })
        {
            foreach (int batch in new[] { 1, 2, 5 })
            {
                foreach (Optimizer optimizer in Optimizer.All.Values)
                {
                    AssertStep(text, sizes, batch, optimizer);
                }
            }
        }
    }

    [Fact]
    public void What_two_updates_are_made_of_is_made_before_both()
    {
        foreach (bool reversed in new[] { false, true })
        {
            ExprPool pool = new();
            (Dim n, Dim m) = (Dim.Of("n", 2), Dim.Of("m"));
            Symbol w = pool.Symbol(new("W"), new(n, n), SymbolKind.Parameter);
            Symbol v = pool.Symbol(new("v"), new(n, Dim.One), SymbolKind.Parameter);
            Symbol x = pool.Symbol(new("X"), new(n, m), SymbolKind.Input);
            Symbol y = pool.Symbol(new("Y"), new(n, m), SymbolKind.Target);
            Expr shared = y * x.Transpose() + w;
            ParameterUpdate[] updates = [new(w, w - 0.5 * shared), new(v, v + Expr.SquaredNorm(shared) * pool.Ones(n, Dim.One))];
            ParameterBuffer<double> parameters = new([w, v]);
            Plan<double> plan = Plan<double>.Compile([x, y], reversed ? [updates[1], updates[0]] : updates, parameters, batch: 3);
            plan[x] = Matrix.From(2, 3, (i, j) => i + j);
            plan[y] = Matrix.From(2, 3, (i, j) => i - j);
            plan.Run();
            Bindings values = new Bindings().Set(m, 3).Set(x, plan[x]).Set(y, plan[y]).Set(w, new Matrix(2, 2)).Set(v, new Matrix(2, 1));
            Matrices.AssertClose(Evaluator.Evaluate(updates[0].Value, values), parameters[w], 1e-14, "W");
            Matrices.AssertClose(Evaluator.Evaluate(updates[1].Value, values), parameters[v], 1e-14, "v");
        }
    }

    [Fact]
    public void An_update_or_a_state_of_other_sizes_is_refused()
    {
        ExprPool pool = new();
        Symbol w = pool.Symbol(new("W"), new(Dim.Of("n", 4), Dim.Of("k", 3)), SymbolKind.Parameter);
        Symbol state = pool.Symbol(new("s"), new(Dim.Of("p", 2), Dim.One), SymbolKind.Parameter);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Plan<double>.Compile(
            [], [new(w, 0.5 * w) { States = [new(state, 0.5 * state)] }], new([w]), 1, states: new([state])));
        Assert.Equal("the update of W, which is 4×3, has s (2×1), which is 2×1", refused.Message);
    }

    [Fact]
    public void A_power_of_the_step_may_be_asked_for_itself()
    {
        ExprPool pool = new();
        Symbol t = pool.Symbol(new("t"), Shape.Scalar);
        Expr power = Expr.ElementPower(pool.Constant(0.5), t);
        Named named = power.As(new("p"));
        Plan<double> plan = Plan<double>.Compile([power, named, 2 * named], [], new([]), batch: 1);
        plan.Set(t, 3);
        plan.Run();
        Assert.Equal(0.125, plan[power][0, 0]);
        Assert.Equal(0.125, plan[named][0, 0]);
        Assert.Equal(0.25, plan[2 * named][0, 0]);
    }

    [Fact]
    public void An_optimizer_need_not_use_the_learning_rate()
    {
        Optimizer fixedRate = new("fixed", terms => new(terms.Parameter, terms.Parameter - 0.1 * terms.Gradient));
        Model<double> model = new(Network.Of([2, 3, 1], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), 1);
        Trainer<double> trainer = new(model, new Dataset("two", new(new NumberFeatures([1, 2, 3, 4], 2), new NumberTargets([0, 1], 1))), new() { Optimizer = fixedRate, Epochs = 30 });
        double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(report => report.Loss)];
        Assert.True(losses[^1] < losses[0]);
    }

    [Fact]
    public void Training_may_be_looked_at_twice_at_once()
    {
        Model<float> model = new(Network.Of([784, 128, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), 1);
        CancellationToken stop = TestContext.Current.CancellationToken;
        Trainer<float> trainer = new(model, Digits.Generate(1, 128, 10, stop), new() { BatchSize = 64, Epochs = 2, Threads = 2 });
        using IEnumerator<EpochReport> first = trainer.Run(cancellationToken: stop).GetEnumerator();
        Assert.True(first.MoveNext());
        Assert.Equal(2, Assert.Single(trainer.Run(cancellationToken: stop)).Epoch);
        Assert.False(first.MoveNext());
    }

    /// <summary>A member that is late in leaving one barrier must not take the stop at the next for one at this.</summary>
    [Fact]
    public async Task Threads_that_are_stopped_at_any_time_all_stop()
    {
        Model<float> model = new(Network.Of([300, 300, 300, 300, 300], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), 1);
        Derivation derivation = model.Expression.Differentiate();
        IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(Optimizer.Sgd, derivation);
        Plan<float> plan = Plan<float>.Compile([model.Expression.Output, model.Expression.Input], updates, model.Parameters, 1, null, 2, Model<float>.StatesOf(updates));
        using ThreadTeam team = new(2);
        int stopped = 0;
        Task run = Task.Run(
            () =>
            {
                for (int i = 0; i < 300; i++)
                {
                    using CancellationTokenSource stop = new();
                    Thread canceller = new(() =>
                    {
                        Thread.SpinWait(i * 50);
                        stop.Cancel();
                    });
                    canceller.Start();
                    try
                    {
                        for (int step = 0; step < 1000; step++)
                        {
                            plan.RunUnless(stop.Token, team);
                        }
                    }
                    catch (OperationCanceledException)
                    {
                        stopped++;
                    }

                    canceller.Join();
                }
            },
            TestContext.Current.CancellationToken);
        await run.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.True(stopped > 200, $"{stopped} runs were stopped");
    }

    [Fact]
    public void A_matrix_that_is_read_last_of_all_still_has_its_memory()
    {
        for (int i = 0; i < 200; i++)
        {
            Matrix values = Filled();
            Assert.All(values.Elements.ToArray(), value => Assert.Equal(1, value));
        }

        static Matrix Filled()
        {
            ExprPool pool = new();
            Symbol w = pool.Symbol(new("W"), new(Dim.Of("n", 64), Dim.Of("k", 64)), SymbolKind.Parameter);
            ParameterBuffer<float> buffer = new([w]);
            buffer[w] = Matrix.From(64, 64, (_, _) => 1);
            Slot<float> slot = buffer.SlotOf(w);
            GC.Collect();
            byte[][] others = [.. Enumerable.Range(0, 20).Select(_ => GC.AllocateUninitializedArray<byte>(20_000, pinned: true))];
            Array.ForEach(others, other => other.AsSpan().Fill(7));
            return slot.Read();
        }
    }

    private static void AssertStep(string text, string sizes, int batch, Optimizer optimizer)
    {
        Model<double> model = new(Network.Of(Network.ParseSizes(sizes), Activation.Sigmoid), Loss.Parse(text));
        model.Initialize(Initializer.Named("normal"), seed: 3);
        LayeredNetwork network = model.Expression;
        Derivation derivation = network.Differentiate();
        IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(optimizer, derivation);
        SeededRandom random = new(7);
        Bindings values = new Bindings().Set(network.Batch, batch).Set(network.LearningRate, Matrix.Scalar(0.05))
            .Set(network.Input, Matrix.From(model.Network.Inputs, batch, (_, _) => random.NextNormal()))
            .Set(network.Target, Matrix.From(model.Network.Outputs, batch, (_, _) => random.NextDouble()));
        if (UpdateTerms.StepIn(network.LearningRate.Pool) is Symbol step)
        {
            values.Set(step, Matrix.Scalar(1));
        }

        foreach (Symbol parameter in network.Parameters)
        {
            values.Set(parameter, model.Parameters[parameter]);
        }

        foreach (Symbol state in updates.SelectMany(update => update.States).Select(state => state.Parameter))
        {
            values.Set(state, new Matrix(values.SizeOf(state.Shape.Rows), values.SizeOf(state.Shape.Columns)));
        }

        IReadOnlyList<Matrix> expected = Evaluator.EvaluateAll([derivation.StableCost, .. updates.Select(update => update.Value)], values);
        foreach (int members in new[] { 1, 3 })
        {
            foreach (Symbol parameter in network.Parameters)
            {
                model.Parameters[parameter] = values.ValueOf(parameter)!;
            }

            Plan<double> plan = Plan<double>.Compile(
                [derivation.StableCost, network.Input, network.Target], updates, model.Parameters, batch, null, members, Model<double>.StatesOf(updates));
            plan[network.Input] = values.ValueOf(network.Input)!;
            plan[network.Target] = values.ValueOf(network.Target)!;
            plan.Set(network.LearningRate, 0.05);
            if (UpdateTerms.StepIn(network.LearningRate.Pool) is Symbol t)
            {
                plan.Set(t, 1);
            }

            using ThreadTeam team = new(members);
            plan.RunUnless(CancellationToken.None, team);
            string where = $"{sizes}, batch {batch}, {optimizer.Name}, {members} members";
            Matrices.AssertClose(expected[0], plan[derivation.StableCost], 1e-12, $"C of {where}");
            for (int i = 0; i < updates.Count; i++)
            {
                Matrices.AssertClose(expected[i + 1], model.Parameters[updates[i].Parameter], 1e-12, $"{updates[i].Parameter.Name} of {where}");
            }
        }
    }
}

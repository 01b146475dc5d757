using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Planning;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>The weights after training are the same to the last bit for any number of threads, and for two runs.</summary>
public class ThreadsChangeNothing
{
    public static TheoryData<string, string, string> Settings => new()
    {
        { "sgd", "sigmoid", "squared-error" },
        { "momentum", "gelu", "huber" },
        { "adam", "relu", "cross-entropy" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void In_what_is_trained(string optimizer, string activation, string loss)
    {
        float[] expected = Trained(1);
        Assert.All(expected, value => Assert.True(float.IsFinite(value)));
        Assert.NotEqual(Values(Untrained()), expected);
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Assert.Equal(expected, Trained(threads));
        }

        Model<float> Untrained()
        {
            Loss chosen = Loss.Named(loss);
            Model<float> model = new(Network.Of([784, 130, 65, 10], Activation.Named(activation), chosen.OutputActivation ?? Activation.Sigmoid), chosen);
            model.Initialize(Initializer.Named("glorot"), seed: 1);
            return model;
        }

        float[] Trained(int threads)
        {
            Model<float> model = Untrained();
            Trainer<float> trainer = new(
                model, Digits.Generate(1, 300, 10, TestContext.Current.CancellationToken),
                new() { Optimizer = Optimizer.Named(optimizer), LearningRate = 0.01, BatchSize = 64, Epochs = 3, Threads = threads });
            foreach (EpochReport report in trainer.Run(cancellationToken: TestContext.Current.CancellationToken))
            {
                Assert.True(double.IsFinite(report.Loss));
            }

            return Values(model);
        }

        static float[] Values(Model<float> model) =>
            [.. model.Parameters.Parameters.SelectMany(p => model.Parameters[p].Elements.ToArray()).Select(x => (float)x)];
    }

    /// <summary>Whatever the cost model would choose, so that the smallest parts are divided too.</summary>
    [Fact]
    public void In_any_plan_however_small()
    {
        using ThreadTeam team = new(3);
        for (ulong seed = 0; seed < 60; seed++)
        {
            NetworkCase networkCase = NetworkCase.Of(seed);
            double[] alone = Step(networkCase, 1, null);
            Assert.Equal(alone, Step(networkCase, 2, team));
            Assert.Equal(alone, Step(networkCase, 3, team));
        }

        static double[] Step(NetworkCase networkCase, int members, ThreadTeam? team)
        {
            LayeredNetwork network = networkCase.Expression;
            ParameterBuffer<float> parameters = networkCase.Parameters<float>();
            ParameterUpdate[] updates = [.. network.Parameters.Select(p => Optimizer.Adam.Update(new(p, networkCase.Derivation.GradientOf(p), network.LearningRate)))];
            Expr cost = networkCase.Derivation.StableCost;
            Plan<float> plan = Plan<float>.Compile(
                [network.Input, network.Target, network.Output, cost], updates, parameters, networkCase.Batch, null, members, Model<float>.StatesOf(updates));
            plan[network.Input] = networkCase.Values.ValueOf(network.Input)!;
            plan[network.Target] = networkCase.Values.ValueOf(network.Target)!;
            plan[network.LearningRate] = Matrix.Scalar(0.01);
            List<double> values = [];
            for (int step = 1; step <= 3; step++)
            {
                plan.Set(UpdateTerms.StepIn(network.LearningRate.Pool)!, step);
                plan.RunUnless(CancellationToken.None, members > 1 ? team : null);
                values.AddRange(plan[network.Output].Elements);
                values.AddRange(plan[cost].Elements);
            }

            values.AddRange(network.Parameters.SelectMany(p => parameters[p].Elements.ToArray()));
            Assert.All(values, value => Assert.True(double.IsFinite(value)));
            return [.. values];
        }
    }

    [Fact]
    public void A_stop_is_obeyed_by_all_threads_or_by_none()
    {
        Model<float> model = new(Network.Of([64, 64, 64, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        Derivation derivation = model.Expression.Differentiate();
        IReadOnlyList<ParameterUpdate> updates = model.UpdatesBy(Optimizer.Sgd, derivation);
        Plan<float> plan = Plan<float>.Compile([model.Expression.Input], updates, model.Parameters, 64, null, 2, Model<float>.StatesOf(updates));
        plan[model.Expression.LearningRate] = Matrix.Scalar(0.1);
        Symbol bias = model.Expression.Layers[0].Biases!;
        using ThreadTeam team = new(2);
        using CancellationTokenSource stop = new();
        plan.RunUnless(stop.Token, team);
        double[] before = [.. model.Parameters[bias].Elements];
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => plan.RunUnless(stop.Token, team));
        Assert.Equal(before, model.Parameters[bias].Elements.ToArray());
        plan.RunUnless(CancellationToken.None, team);
        Assert.NotEqual(before, model.Parameters[bias].Elements.ToArray());
    }

    [Fact]
    public void A_plan_for_more_threads_than_there_are_is_refused()
    {
        Model<float> model = new(Network.Of([3, 2], Activation.Sigmoid), Loss.SquaredError);
        Plan<float> plan = Plan<float>.Compile([model.Expression.Output], [], model.Parameters, 4, null, 2);
        ArgumentException refused = Assert.Throws<ArgumentException>(plan.Run);
        Assert.Contains("the plan is for 2 threads, but a team of 1 was given", refused.Message, StringComparison.Ordinal);
    }
}

using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Planning;

/// <summary>A clock around each instruction of a plan.</summary>
public class InstructionsAreMeasured
{
    [Fact]
    public void By_the_clock_that_is_given_each_on_its_own()
    {
        (_, Plan<double> plan) = Step();
        Assert.Equal(plan.Listing.Select(_ => 2e-3), plan.Measure(new Ticking(TimeSpan.FromMilliseconds(2)), runs: 4));
        Assert.All(plan.Measure(TimeProvider.System, runs: 3), seconds => Assert.InRange(seconds, 0, 1));
    }

    [Fact]
    public void While_the_plan_does_what_it_does_in_as_many_runs()
    {
        (Model<double> measured, Plan<double> plan) = Step();
        (Model<double> run, Plan<double> same) = Step();
        plan.Measure(TimeProvider.System, runs: 4);
        for (int i = 0; i < 5; i++)
        {
            same.Run();
        }

        Assert.All(measured.Expression.Parameters.Zip(run.Expression.Parameters), pair =>
            Assert.Equal(0, measured.Parameters[pair.First].Zip(run.Parameters[pair.Second], (x, y) => x - y).MaxAbs()));
    }

    [Fact]
    public void But_not_updates_that_are_not_made()
    {
        (Model<double> model, Plan<double> plan) = Step();
        plan[model.Expression.Input] = plan[model.Expression.Input].Map(_ => double.NaN);
        IReadOnlyList<double> times = plan.Measure(TimeProvider.System, runs: 2);
        Assert.All(plan.Listing.Zip(times), line => Assert.Equal(line.First.IsUpdate, double.IsNaN(line.Second)));
    }

    [Fact]
    public void Nor_plans_of_several_threads_whose_instructions_have_no_time_of_their_own()
    {
        Model<float> model = new(Network.Of([512, 512, 512], Activation.Named("tanh")), Loss.SquaredError);
        Plan<float> plan = model.CompileStep(model.Expression.Differentiate(), Optimizer.Named("sgd"), 64, threads: 2);
        Assert.Equal(2, plan.Members);
        Assert.Contains("the plan is for 2", Assert.Throws<InvalidOperationException>(() => plan.Measure(TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    /// <summary>A norm without a copy, where the matrix itself would be one: of a gradient ten times a second, say.</summary>
    [Fact]
    public void The_norm_of_what_is_kept_is_that_of_its_elements()
    {
        Model<double> model = new(Network.Of([5, 4, 3], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 1);
        Derivation derivation = model.Expression.Differentiate();
        Expr gradient = derivation.GradientOf(model.Expression.Parameters[0]);
        Plan<double> plan = Plan<double>.Compile([gradient, model.Expression.Input, model.Expression.Target], [], model.Parameters, 2);
        plan[model.Expression.Input] = plan[model.Expression.Input].Map(_ => 0.3);
        plan.Run();
        double norm = Math.Sqrt(plan[gradient].Elements.ToArray().Sum(x => x * x));
        Assert.InRange(norm, 1e-6, 1);
        Assert.Equal(norm, plan.NormOf(gradient), 1e-12 * norm);
        Assert.Equal(0, Allocations.Least(() => plan.NormOf(gradient)));
        Assert.Throws<ArgumentException>(() => plan.NormOf(model.Expression.Parameters[0].Pool.Constant(2)));
    }

    [Fact]
    public void And_the_listing_says_which_names_no_buffer_keeps()
    {
        (_, Plan<double> plan) = Step();
        PlanEquation[] equations = [.. plan.Listing.SelectMany(line => line.Equations)];
        bool IsFused(string name) => Assert.Single(equations, equation => equation.Left is Named named && $"{named.Name}" == name).IsFused;

        // tanh′ is written in a, so Z is used up by the tanh after the product; A is read again by the backward products.
        Assert.True(IsFused("Z¹"));
        Assert.False(IsFused("A¹"));
        Assert.False(IsFused("Δ²"));
        Assert.All(equations, equation => Assert.True(equation.Left is not Symbol || !equation.IsFused));
    }

    private static (Model<double> Model, Plan<double> Plan) Step()
    {
        Model<double> model = new(Network.Of([3, 5, 2], Activation.Named("tanh")), Loss.SquaredError);
        model.Initialize(Initializer.Named("normal"), seed: 5);
        LayeredNetwork network = model.Expression;
        Plan<double> plan = model.CompileStep(network.Differentiate(), Optimizer.Named("sgd"), 4);
        plan[network.Input] = Matrix.From(3, 4, (i, j) => i - (0.5 * j));
        plan[network.Target] = Matrix.From(2, 4, (i, j) => (i + j) % 2);
        plan.Set(network.LearningRate, 0.1);
        return (model, plan);
    }

    /// <summary>A clock that goes on by the same at every look.</summary>
    private sealed class Ticking(TimeSpan between) : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now += between.Ticks;
    }
}

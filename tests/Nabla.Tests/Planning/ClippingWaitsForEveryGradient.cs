using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Planning;

/// <summary>Clipping by norm needs every gradient before the first update: the plan makes them all, then the norm, then the updates.</summary>
public class ClippingWaitsForEveryGradient
{
    [Fact]
    public void As_reviewed() => Golden.Matches("tests/Nabla.Tests/Planning/Golden/clipped-momentum-dropout.txt", string.Concat(PlanOf(Options).Listing.Select(line =>
        $"{line}, phase {line.Phase + 1}, {line.Split}\n" + string.Concat(line.Equations.Where(equation => equation.Left != equation.Right).Select(equation =>
            $"    {Calculus.Rendering.Notation.Text.Print(equation.Left, line.IsUpdate ? "←" : "=", equation.Right)}\n")))));

    [Fact]
    public void Every_product_for_a_gradient_comes_before_every_update()
    {
        IReadOnlyList<PlanLine> listing = PlanOf(Options).Listing;
        int first = listing.Index().First(line => line.Item.IsUpdate).Index;
        Assert.Equal(4, listing.Skip(first).Count(line => line.IsUpdate));
        Assert.DoesNotContain(listing.Skip(first).Where(line => line.IsUpdate), line => line.Operation.Contains("multiply", StringComparison.Ordinal));
        Assert.Equal(4, listing.Take(first).Count(line => line.Operation.StartsWith("sum squares", StringComparison.Ordinal)));
        Assert.True(listing.Take(first).Max(line => line.Phase) < listing.Skip(first).Where(line => line.IsUpdate).Min(line => line.Phase));
    }

    /// <summary>Without the norm the gradients go straight into the updates, as they do without any clipping.</summary>
    [Fact]
    public void Clipping_by_value_is_made_where_the_product_ends()
    {
        IReadOnlyList<PlanLine> listing = PlanOf(Options with { Clipping = new(Value: 0.1) }).Listing;
        Assert.Equal(2, listing.Count(line => line.IsUpdate && line.Operation.StartsWith("multiply", StringComparison.Ordinal) && line.Operation.Contains("min", StringComparison.Ordinal)));
    }

    private static TrainingOptions Options { get; } = new()
    {
        Optimizer = Optimizer.Momentum,
        Clipping = new(Norm: 1),
        Objective = new() { L2 = 0.01, Dropout = 0.2 },
    };

    private static Plan<float> PlanOf(TrainingOptions options)
    {
        Model<float> model = new(Network.Of([20, 16, 3], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
        Samples samples = new(new NumberFeatures([.. new double[200]], 20), new ClassTargets([.. new int[10]], 3));
        return new TrainingStep<float>(model, options, samples).Compile(10);
    }
}

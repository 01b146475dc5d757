using System.Collections.Immutable;
using Nabla.Checking;
using Nabla.Networks;
using Nabla.Studio.Experiments;
using Nabla.Studio.Mathematics;
using Nabla.Studio.Server;
using Nabla.Training;

namespace Nabla.Studio.Tests;

/// <summary>The proof of the present weights, without a browser.</summary>
public sealed class TheGradientCheck
{
    [Theory]
    [InlineData("moons")]
    [InlineData("digits")]
    [InlineData("book")]
    public async Task Agrees_for_the_weights_of_the_moment_and_leaves_them_alone(string data)
    {
        await using Experiment experiment = await BeginAsync(data);
        await experiment.StepAsync();
        GradientProof proof = GradientProof.Of(experiment, experiment.Latest);
        Assert.True(proof.Agrees, proof.Sentence);
        Assert.Equal("All gradients are right", proof.Sentence);
        Assert.Equal(1, proof.Step);
        Assert.Equal([$"∂C/∂W{"⁰¹²³"[experiment.Network.Layers.Length]}", "C"], new[] { proof.Rows[0].Name, proof.Rows[^1].Name });
        Assert.Equal(experiment.Model.Expression.Parameters.Count + 1, proof.Rows.Length);
        Assert.All(proof.Rows, row => Assert.Equal(row.Analytic, row.Numeric, 1e-5));
    }

    [Fact]
    public async Task Names_the_gradient_and_the_element_that_is_wrong()
    {
        await using Experiment experiment = await BeginAsync("moons");
        GradientCase right = ModelCase.Of(experiment.Model, experiment.Data.Train, 3);
        ImmutableArray<GivenTensor> wrong = right.Given.SetItem(1, right.Given[1] with { Values = right.Given[1].Values.Copy() });
        wrong[1].Values[4, 1] += 0.5;
        GradientProof proof = GradientProof.Of(right with { Given = wrong }, 0);
        Assert.False(proof.Agrees);
        Assert.Equal("Mismatch in ∂C/∂W¹", proof.Sentence);
        ProofRow row = Assert.Single(proof.Rows, row => row.Agrees == false);
        Assert.Equal("row 5, column 2", row.Place);
        Assert.Equal(0.5, row.Error, 1e-6);
        Assert.StartsWith("disagrees with", row.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_nothing_to_say_of_weights_that_are_not_finite()
    {
        await using Experiment experiment = await BeginAsync("moons");
        Snapshot bad = experiment.Latest with { Parameters = [experiment.Latest.Parameters[0].Map(_ => double.NaN), .. experiment.Latest.Parameters[1..]] };
        Assert.Contains("W¹ holds numbers that are not finite", Assert.Throws<ArgumentException>(() => GradientProof.Of(experiment, bad)).Message, StringComparison.Ordinal);
    }

    private static async Task<Experiment> BeginAsync(string data)
    {
        ExperimentSettings settings = ExperimentSettings.StartFor(data);
        using Uploads uploads = new(new StudioOptions());
        return Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
    }
}

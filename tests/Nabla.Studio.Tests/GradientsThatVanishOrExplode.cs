using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Tests;

public sealed class GradientsThatVanishOrExplode
{
    [Fact]
    public void Vanish_in_a_deep_sigmoid_network_because_of_the_slopes()
    {
        FlowReading reading = Read("sigmoid", layers: 6);
        Assert.Equal(FlowVerdict.Vanishing, reading.Verdict);
        Assert.Contains("The factor f′(Z", reading.Sentence, StringComparison.Ordinal);
        Assert.Contains("⊙ (1 − A", reading.Sentence, StringComparison.Ordinal);
        Assert.All(reading.Factors, one => Assert.InRange(one.MostSlope, 0, 0.25));
        Assert.DoesNotContain("saturated", reading.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Vanish_in_a_saturated_network_which_is_said()
    {
        FlowReading reading = Read("sigmoid", layers: 2, bias: 8);
        Assert.Equal(FlowVerdict.Vanishing, reading.Verdict);
        Assert.All(reading.Factors, one => Assert.Equal(1, one.FlatShare));
        Assert.Contains("100 % of it is below 0.05: the layer is saturated", reading.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Explode_under_large_weights_which_are_named()
    {
        FlowReading reading = Read("identity", layers: 5, scale: 6);
        Assert.Equal(FlowVerdict.Exploding, reading.Verdict);
        Assert.Contains("The weights cause it: ", reading.Sentence, StringComparison.Ordinal);
        Assert.Contains("is large (‖W", reading.Sentence, StringComparison.Ordinal);
        Assert.All(reading.Factors, one => Assert.Equal(1, one.MeanSlope));
    }

    [Fact]
    public void Vanish_where_no_rectifier_fires()
    {
        FlowReading reading = Read("relu", layers: 3, bias: -100);
        Assert.Equal(FlowVerdict.Vanishing, reading.Verdict);
        Assert.Contains("for no neuron of the layer fires", reading.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Vanish_where_every_neuron_is_saturated()
    {
        FlowReading reading = Read("tanh", layers: 2, bias: 1000);
        Assert.Equal(FlowVerdict.Vanishing, reading.Verdict);
        Assert.Contains("for every neuron of the layer is saturated", reading.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("fires", reading.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_healthy_in_a_small_network_of_tanh()
    {
        FlowReading reading = Read("tanh", layers: 2);
        Assert.Equal(FlowVerdict.Healthy, reading.Verdict);
        Assert.StartsWith("Healthy: ‖Δ¹‖ is ", reading.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Have_nothing_to_travel_through_in_one_layer() => Assert.Equal(FlowVerdict.None, Read("tanh", layers: 0).Verdict);

    [Fact]
    public void Split_into_two_factors_for_every_activation_whose_product_is_delta()
    {
        foreach (Activation activation in Activation.All.Values.Where(one => !one.IsSoftmax))
        {
            (Model<float> model, Derivation derivation) = Make(activation.Name, layers: 1);
            Dataset data = Data();
            GradientFlow flow = new(model, derivation, data.Train);
            FlowFactors one = Assert.Single(flow.Read().Factors);
            Named delta = derivation.AdjointNameOf(model.Expression.Layers[0].PreActivation)!;
            (Expr carried, Expr? slope) = GradientFlow.Split(delta, derivation.AdjointNameOf(model.Expression.Layers[1].PreActivation)!);
            Bindings bindings = new();
            bindings.Set(model.Expression.Batch, 8).Set(model.Expression.Input, Matrix.From(2, 8, (i, j) => data.Train.InputsOf(j)[i])).Set(model.Expression.Target, Matrix.From(2, 8, (i, j) => data.Train.TargetsOf(j)[i]));
            foreach (Symbol parameter in model.Expression.Parameters)
            {
                bindings.Set(parameter, model.Parameters[parameter]);
            }

            IReadOnlyList<Matrix> values = Evaluator.EvaluateAll(slope is null ? [delta, carried] : [delta, carried, slope], bindings);
            Matrix product = slope is null ? values[1] : values[1].Zip(values[2], (x, y) => x * y);
            Assert.True(values[0].Zip(product, (x, y) => x - y).MaxAbs() <= 1e-12, activation.Name);
            Assert.True(one.Slope > 0, activation.Name);
        }
    }

    private static Dataset Data() => Datasets.All.First(data => data.Name == "moons").LoadAsync(new() { Seed = 1 }, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    private static FlowReading Read(string activation, int layers, double scale = 1, double bias = 0)
    {
        (Model<float> model, Derivation derivation) = Make(activation, layers);
        foreach (SymbolicLayer layer in model.Expression.Layers.Take(layers))
        {
            model.Parameters[layer.Weights] = model.Parameters[layer.Weights].Map(x => scale * x);
            model.Parameters[layer.Biases!] = model.Parameters[layer.Biases!].Map(_ => bias);
        }

        return new GradientFlow(model, derivation, Data().Train).Read();
    }

    private static (Model<float> Model, Derivation Derivation) Make(string activation, int layers)
    {
        Network network = Network.Of([2, .. Enumerable.Repeat(10, layers), 2], Activation.Named(activation), Activation.Softmax);
        Model<float> model = new(network, Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), 3);
        return (model, model.Expression.Differentiate(assumptions: [model.Expression.TargetsSumToOne]));
    }
}

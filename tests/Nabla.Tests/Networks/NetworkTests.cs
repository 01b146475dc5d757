using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Networks;

/// <summary>What a network may be, and what is said where it may not.</summary>
public class NetworkTests
{
    public static TheoryData<string> Texts => ["", "-", "784-", "-10", "784--10", "784-0-10", "784 - 10", "784-+30", "784-3e1", "784-1000001", "784-99999999999", "a", "784x10", "٣-٢"];

    [Fact]
    public void Sizes_are_read_as_they_are_written()
    {
        Assert.Equal([784, 30, 10], Network.ParseSizes("784-30-10"));
        Assert.Equal([1, 1_000_000], Network.ParseSizes("1-1000000"));
        Assert.Equal([30], Network.ParseSizes("30"));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Sizes_that_are_none_are_refused_and_the_part_is_named(string text)
    {
        string sentence = Assert.Throws<ArgumentException>(() => Network.ParseSizes(text)).Message;
        Assert.StartsWith($"'{text}' is not a network: '", sentence, StringComparison.Ordinal);
        Assert.EndsWith("should be a whole number from 1 to 1000000, as in 784-30-10", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Softmax_stands_last_or_not_at_all()
    {
        string sentence = Assert.Throws<ArgumentException>(() => Network.Of([3, 4, 5, 2], Activation.Softmax)).Message;
        Assert.Equal("layer 1: softmax belongs to the last layer, which is layer 3", sentence);
        Assert.True(Network.Of([3, 4, 2], Activation.Sigmoid, Activation.Softmax).Layers[^1].Activation.IsSoftmax);
        Assert.True(Network.Of([3, 2], Activation.Softmax).Layers[0].Activation.IsSoftmax);
    }

    [Fact]
    public void Too_few_sizes_and_sizes_below_one_are_refused()
    {
        Assert.Contains("at least two sizes", Message(() => Network.Of([3], Activation.Sigmoid)), StringComparison.Ordinal);
        Assert.Contains("at least one layer", Message(() => new Network(3)), StringComparison.Ordinal);
        Assert.Contains("at least 1 input, but 0 are given", Message(() => Network.Of([0, 2], Activation.Sigmoid)), StringComparison.Ordinal);
        Assert.Contains("layer 2 needs at least 1 output, but -1 are given", Message(() => Network.Of([3, 2, -1], Activation.Sigmoid)), StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_counted()
    {
        Assert.Equal(784 * 30 + 30 + 30 * 10 + 10, Network.Of([784, 30, 10], Activation.Sigmoid).ParameterCount);
        Assert.Equal(3 * 4 + 4 * 1, Network.Of([3, 4, 1], Activation.Sigmoid, biases: false).ParameterCount);
    }

    [Fact]
    public void A_network_that_fits_no_memory_is_refused_before_memory_is_taken()
    {
        foreach (int[] sizes in new int[][] { [1_000_000, 1_000_000, 10], [1_000_000, 3_000, 10], [268_435_456, 2], [40_000, 40_000, 40_000] })
        {
            string sentence = Message(() => new Model<float>(Network.Of(sizes, Activation.Sigmoid), Loss.SquaredError));
            Assert.Contains("numbers in memory, but at most 2147483591 are possible", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unknown_names_are_answered_with_the_nearest_and_all_there_are()
    {
        Assert.Equal(
            "unknown activation 'sigmod'; did you mean 'sigmoid'? Known: " + string.Join(", ", Activation.All.Keys), Message(() => Activation.Named("sigmod")));
        Assert.Equal(
            "unknown loss 'cross-entropie'; did you mean 'cross-entropy'? Known: binary-cross-entropy, cross-entropy, huber, mean-absolute-error, mean-squared-error, squared-error",
            Message(() => Loss.Named("cross-entropie")));
        Assert.Equal("unknown initializer 'xavier'; Known: glorot, he, lecun, normal, uniform", Message(() => Initializer.Named("xavier")));
    }

    [Fact]
    public void The_activations_of_the_contract_are_there() => Assert.Equal(
        ["elu", "gelu", "identity", "leaky-relu", "relu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"], Activation.All.Keys);

    [Fact]
    public void The_losses_of_the_contract_are_there_with_the_activation_that_they_expect()
    {
        Assert.Equal(["binary-cross-entropy", "cross-entropy", "huber", "mean-absolute-error", "mean-squared-error", "squared-error"], Loss.All.Keys);
        Assert.Equal(
            ["sigmoid", "softmax", null, null, null, null], Loss.All.Values.Select(loss => loss.OutputActivation?.Name));
    }

    [Fact]
    public void A_batch_is_written_with_capitals_and_a_sample_without()
    {
        LayeredNetwork batch = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError);
        LayeredNetwork sample = Network.Of([3, 4, 2], Activation.Sigmoid).Express(Loss.SquaredError, batch: false);
        Assert.Equal("A²", $"{batch.Output.Name}");
        Assert.Equal("a²", $"{sample.Output.Name}");
        Assert.True(sample.Batch.IsOne);
        Assert.Equal(new Shape(Dim.Of("n₂", 2), Dim.Of("m")), batch.Output.Shape);
        Assert.Equal(["W¹", "b¹", "W²", "b²"], batch.Parameters.Select(parameter => $"{parameter.Name}"));
    }

    private static string Message(Func<object> refused) => Assert.Throws<ArgumentException>(refused).Message;
}

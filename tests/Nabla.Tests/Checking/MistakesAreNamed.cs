using System.Collections.Immutable;
using Nabla.Checking;

namespace Nabla.Tests.Checking;

/// <summary>Classic mistakes, planted in a hand-made backpropagation for different networks, are named with their code and their layer.</summary>
public class MistakesAreNamed
{
    private const string Prime = "missing-activation-derivative";

    private static readonly Dictionary<string, HandMadeBackpropagation> networks = new()
    {
        ["3-4-2 sigmoid, squared-error"] = new("3-4-2", "sigmoid", "sigmoid", "squared-error", 5, true, 1),
        ["4-4-4-3 tanh, softmax, cross-entropy"] = new("4-4-4-3", "tanh", "softmax", "cross-entropy", 6, true, 2),
        ["5-5-1 leaky-relu, huber, no biases"] = new("5-5-1", "leaky-relu", "identity", "huber", 4, false, 3),
        ["4-3-3-2 tanh, sigmoid, binary-cross-entropy"] = new("4-3-3-2", "tanh", "sigmoid", "binary-cross-entropy", 7, true, 4),
        ["3-4-4-3 sigmoid, identity, mean-squared-error"] = new("3-4-4-3", "sigmoid", "identity", "mean-squared-error", 5, true, 6),
    };

    /// <summary>The mistake, where it is made, the code that names it, the tensor that is wrong first, and the networks (by number) where it can be made.</summary>
    private static readonly (Slip Slip, int At, double Number, string Code, string Tensor, string On)[] table =
    [
        (Slip.MissingPrime, 1, 0, Prime, "layers.0.weights", "0123"),
        (Slip.MissingPrime, 2, 0, Prime, "layers.1.weights", "013"),
        (Slip.PrimeOfActivation, 1, 0, Prime, "layers.0.weights", "013"),
        (Slip.PrimeOfActivation, 2, 0, Prime, "layers.1.weights", "013"),
        (Slip.PrimeOfSigmoid, 1, 0, Prime, "layers.0.weights", "123"),
        (Slip.FunctionForPrime, 1, 0, Prime, "layers.0.weights", "0123"),
        (Slip.ExtraPrime, 1, 0, "extra-factor", "layers.0.weights", "0123"),
        (Slip.ExtraPrime, 3, 0, "extra-factor", "layers.2.weights", "3"),
        (Slip.SoftmaxDiagonal, 3, 0, "extra-factor", "layers.2.weights", "1"),
        (Slip.ForgottenTranspose, 1, 0, "transposed", "layers.0.weights", "13"),
        (Slip.ForgottenTranspose, 2, 0, "transposed", "layers.1.weights", ""),
        (Slip.OmittedWeights, 1, 0, "missing-factor", "layers.0.weights", "123"),
        (Slip.PassedWithoutPrime, 1, 0, Prime, "layers.0.weights", "0"),
        (Slip.MissingMean, 0, 0, "sum-for-mean", "last", "0123"),
        (Slip.DoubleMean, 0, 0, "mean-for-sum", "last", "0123"),
        (Slip.Sign, 0, 0, "sign", "last", "0123"),
        (Slip.Two, 0, 0, "factor", "last", "0123"),
        (Slip.Half, 0, 0, "factor", "last", "0123"),
        (Slip.LastSampleOnly, 0, 0, "missing-term", "last", "0123"),
        (Slip.FirstSampleOnly, 0, 0, "missing-term", "last", "0123"),
        (Slip.StaleWeights, 0, 0.3, "stale-weights", "layers.0.weights", "02"),
        (Slip.StaleWeights, 0, 0.3, "stale-weights", "layers.1.weights", "13"),
        (Slip.BiasMean, 1, 0, "bias-sum", "layers.0.biases", "013"),
        (Slip.BiasMean, 2, 0, "bias-sum", "layers.1.biases", "013"),
        (Slip.BiasLast, 1, 0, "bias-sum", "layers.0.biases", "013"),
        (Slip.BiasFirst, 2, 0, "bias-sum", "layers.1.biases", "013"),
        (Slip.BiasZero, 1, 0, "bias-sum", "layers.0.biases", "013"),
        (Slip.BiasWithoutPrime, 1, 0, Prime, "layers.0.biases", "013"),
        (Slip.LayersExchanged, 1, 0, "wrong-layer", "layers.1.weights", "1"),
        (Slip.TransposedGradient, 1, 0, "transposed", "layers.0.weights", "0123"),
        (Slip.TransposedGradient, 2, 0, "transposed", "layers.1.weights", "0123"),
        (Slip.OwnActivation, 1, 0, "wrong-layer", "layers.0.weights", "12"),
        (Slip.OwnActivation, 2, 0, "wrong-layer", "layers.1.weights", "13"),
        (Slip.PreActivation, 2, 0, "missing-factor", "layers.1.weights", "0123"),
        (Slip.ScaledInputs, 0, 1.0 / 255, "factor", "layers.0.weights", "0123"),
        (Slip.WeightDecay, 0, 0.01, "extra-term", "last", "0123"),
        (Slip.PerSampleInputs, 0, 0, "sum-for-mean", "inputs", "0123"),
        (Slip.BiasWithoutMean, 1, 0, "bias-sum", "layers.0.biases", "013"),
        (Slip.Reshaped, 1, 0, "transposed", "layers.0.weights", "03"),
        (Slip.ZeroGradient, 2, 0, "missing-term", "layers.1.weights", "0123"),
        (Slip.LearningRate, 1, 0.05, "factor", "layers.0.weights", "0123"),
        (Slip.AfterUpdate, 0, 0.3, "stale-weights", "last", "0123"),
        (Slip.WithoutBiases, 0, 0, "missing-term", "last", "013"),
        (Slip.MissingLastPrime, 2, 0, Prime, "layers.1.weights", "0"),
        (Slip.MissingLastPrime, 3, 0, Prime, "layers.2.weights", "13"),
        (Slip.DeltaOfLayerAbove, 1, 0, "wrong-layer", "layers.0.weights", "14"),
        (Slip.WeightsOfLayerBelow, 1, 0, "wrong-layer", "layers.0.weights", "1"),
        (Slip.PrimeOfLayerBelow, 2, 0, "wrong-layer", "layers.1.weights", "134"),
        (Slip.InputsForActivation, 2, 0, "wrong-layer", "layers.1.weights", "12"),
        (Slip.SummedOverOutputs, 0, 0, "sum-for-mean", "last", "4"),
        (Slip.AveragedOverOutputs, 0, 0, "mean-for-sum", "last", "1"),
        (Slip.MissingMean, 0, 0, "sum-for-mean", "last", "4"),
        (Slip.Sign, 0, 0, "sign", "last", "4"),
        (Slip.MissingPrime, 1, 0, Prime, "layers.0.weights", "4"),
        (Slip.Lasso, 0, 0.02, "extra-term", "last", "013"),
        (Slip.BiasOfLayerAbove, 1, 0, "wrong-layer", "layers.0.biases", "134"),
        (Slip.WeightsWithoutMean, 1, 0, "sum-for-mean", "layers.0.weights", "0134"),
        (Slip.SquaredForHuber, 0, 0, "missing-factor", "last", "2"),
    ];

    public static TheoryData<Slip, int, double, string, string, string> Planted => new(
        from row in table
        from number in row.On
        select (row.Slip, row.At, row.Number, row.Code, row.Tensor, networks.Keys.ElementAt(number - '0')));

    [Fact]
    public void Without_a_mistake_everything_agrees() => Assert.All(networks.Values, network =>
        Assert.All(GradientCheck.Run(network.Case()), tensor => Assert.True(tensor.Agrees, $"{tensor.Id}: {tensor.Diagnosis?.Text}")));

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_planted_mistake_is_named_in_every_tensor_that_is_wrong(Slip slip, int at, double number, string code, string tensor, string network)
    {
        HandMadeBackpropagation made = networks[network];
        ComparedTensor[] wrong = [.. GradientCheck.Run(made.Case(slip, at, number)).Where(result => result.Agrees == false)];
        foreach (ComparedTensor result in wrong)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{slip} | {network} | {result.Id} | {result.Diagnosis!.Code} | {result.Diagnosis.Text}");
        }

        Assert.NotEmpty(wrong);
        Assert.All(wrong, result => Assert.Equal(code, result.Diagnosis!.Code));
        Assert.DoesNotContain(wrong, result => result.Diagnosis!.Text.Contains("besides", StringComparison.Ordinal));
        string first = tensor == "last" ? $"layers.{made.Depth - 1}.weights" : tensor;
        Assert.Equal(first, wrong.MaxBy(result => LayerOf(result.Id))!.Id);
        string begin = wrong.Single(result => result.Id == first).Diagnosis!.Text;
        Assert.DoesNotContain("follows from layer", begin, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_mistakes_in_several_layers_are_named_each_in_its_place()
    {
        HandMadeBackpropagation network = networks["4-3-3-2 tanh, sigmoid, binary-cross-entropy"];
        GradientCase gradientCase = network.Case(Slip.MissingPrime, 1);
        foreach (GivenTensor given in gradientCase.Given)
        {
            for (int k = 0; k < given.Values.Elements.Length; k++)
            {
                given.Values.Elements[k] *= given.Id == "layers.1.biases" ? -14 : 14;
            }
        }

        Dictionary<string, Diagnosis> found = GradientCheck.Run(gradientCase).ToDictionary(tensor => tensor.Id, tensor => tensor.Diagnosis!);
        Assert.All(found.Values, diagnosis => TestContext.Current.TestOutputHelper?.WriteLine($"{diagnosis}"));
        Assert.Equal("sum-for-mean", found["layers.2.weights"].Code);
        Assert.Contains("1/m is missing in Δ³ (m = 7)", found["layers.2.weights"].Text, StringComparison.Ordinal);
        Assert.Equal("sum-for-mean", found["layers.1.weights"].Code);
        Assert.StartsWith("the sign of ∂C/∂b² is reversed; right is", found["layers.1.biases"].Text, StringComparison.Ordinal);
        Assert.StartsWith("tanh′(Z¹) is missing in Δ¹; right is", found["layers.0.weights"].Text, StringComparison.Ordinal);
        Assert.Equal(Prime, found["inputs"].Code);
    }

    [Fact]
    public void A_mistake_is_named_in_gradients_of_single_precision_too() => Assert.All(networks.Values, network =>
    {
        GradientCase gradientCase = network.Case(Slip.MissingPrime, 1);
        foreach (GivenTensor given in gradientCase.Given)
        {
            for (int k = 0; k < given.Values.Elements.Length; k++)
            {
                given.Values.Elements[k] = (float)given.Values.Elements[k];
            }
        }

        Assert.Equal(Prime, GradientCheck.Run(gradientCase).Single(tensor => tensor.Id == "layers.0.weights").Diagnosis!.Code);
    });

    [Fact]
    public void A_loss_that_is_a_sum_or_another_loss_is_named()
    {
        GradientCase gradientCase = Cases.Small();
        double right = gradientCase.Given[0].Values[0, 0];
        GradientCheck check = new(gradientCase);
        gradientCase.Given[0].Values[0, 0] = 5 * right;
        Assert.Equal("sum-for-mean", check.Compare()[0].Diagnosis!.Code);
        gradientCase.Given[0].Values[0, 0] = 2 * right;
        Assert.Equal("factor", check.Compare()[0].Diagnosis!.Code);
        gradientCase.Given[0].Values[0, 0] = 1.25 * right;
        Assert.Equal("unknown", check.Compare()[0].Diagnosis!.Code);
        gradientCase.Given[0].Values[0, 0] = right;
        Assert.All(check.Compare(), tensor => Assert.Null(tensor.Diagnosis));
    }

    [Fact]
    public void Right_gradients_of_single_precision_are_recognized() => Assert.All(networks.Values, network =>
    {
        GradientCase gradientCase = network.Case();
        foreach (GivenTensor given in gradientCase.Given)
        {
            for (int k = 0; k < given.Values.Elements.Length; k++)
            {
                given.Values.Elements[k] = (float)given.Values.Elements[k];
            }
        }

        ComparedTensor[] wrong = [.. GradientCheck.Run(gradientCase).Where(tensor => tensor.Agrees == false)];
        Assert.NotEmpty(wrong);
        Assert.All(wrong, tensor => Assert.StartsWith("the numbers agree to single precision only", tensor.Diagnosis!.Text, StringComparison.Ordinal));
        Assert.All(wrong, tensor => Assert.Equal("unknown", tensor.Diagnosis!.Code));
    });

    [Fact]
    public void One_element_that_is_a_little_off_is_no_sign_of_single_precision() => Assert.All(networks.Values, network =>
    {
        GradientCase gradientCase = network.Case();
        gradientCase.Given[0].Values.Elements[2] *= 1 + 1e-8;
        Assert.StartsWith("element [", GradientCheck.Run(gradientCase)[0].Diagnosis!.Text, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-7)]
    public void A_random_perturbation_stays_unknown(double size)
    {
        foreach (HandMadeBackpropagation network in networks.Values)
        {
            SeededRandom random = new(5);
            GradientCase gradientCase = network.Case();
            foreach (GivenTensor given in gradientCase.Given)
            {
                for (int k = 0; k < given.Values.Elements.Length; k++)
                {
                    given.Values.Elements[k] *= 1 + size * random.NextNormal();
                }
            }

            Assert.All(GradientCheck.Run(gradientCase), tensor => Assert.Equal("unknown", tensor.Diagnosis!.Code));
        }
    }

    [Fact]
    public void One_wrong_element_stays_unknown_and_the_other_tensors_right() => Assert.All(networks.Values, network =>
    {
        GradientCase gradientCase = network.Case();
        gradientCase.Given[0].Values.Elements[2] *= 1.5;
        ImmutableArray<ComparedTensor> results = GradientCheck.Run(gradientCase);
        Assert.Equal(("unknown", 1), (results[0].Diagnosis!.Code, results.Count(tensor => tensor.Agrees == false)));
    });

    private static int LayerOf(string id) => id == "inputs" ? -1 : int.Parse(id.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
}

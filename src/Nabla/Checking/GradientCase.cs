using System.Collections.Immutable;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking;

/// <summary>What a compared tensor is the value of.</summary>
public enum ComparedQuantity
{
    /// <summary>C.</summary>
    Loss,

    /// <summary>aᴸ.</summary>
    Outputs,

    /// <summary>∂C/∂Wˡ.</summary>
    Weights,

    /// <summary>∂C/∂bˡ.</summary>
    Biases,

    /// <summary>∂C/∂a⁰.</summary>
    Inputs,
}

/// <summary>One given tensor that is to be compared with what Nabla computes.</summary>
/// <param name="Quantity">What it is the value of.</param>
/// <param name="Layer">The layer, counted from 0, of weights and biases; 0 for everything else.</param>
/// <param name="Values">The numbers as the mathematics has them: samples are columns.</param>
public sealed record GivenTensor(ComparedQuantity Quantity, int Layer, Matrix Values)
{
    /// <summary>The name in results: <c>loss</c>, <c>outputs</c>, <c>layers.0.weights</c>, <c>layers.0.biases</c> or <c>inputs</c>.</summary>
    public string Id => Quantity switch
    {
        ComparedQuantity.Loss => "loss",
        ComparedQuantity.Outputs => "outputs",
        ComparedQuantity.Weights => $"layers.{Layer}.weights",
        ComparedQuantity.Biases => $"layers.{Layer}.biases",
        _ => "inputs",
    };

    /// <summary>True for ∂C/∂X of some X; false for the loss and the outputs.</summary>
    public bool IsGradient => Quantity is not (ComparedQuantity.Loss or ComparedQuantity.Outputs);

    /// <summary>
    /// The index of an element as it stands in the file, where samples are rows: <c>[3,1]</c>, <c>[3]</c> for a bias, nothing for the loss.
    /// </summary>
    /// <param name="row">The row in <see cref="Values"/>.</param>
    /// <param name="column">The column in <see cref="Values"/>.</param>
    public string IndexOf(int row, int column) => Quantity switch
    {
        ComparedQuantity.Loss => "",
        ComparedQuantity.Biases => $"[{row}]",
        ComparedQuantity.Weights => $"[{row},{column}]",
        _ => $"[{column},{row}]",
    };
}

/// <summary>The numbers of one layer.</summary>
/// <param name="Weights">W, outputs × inputs.</param>
/// <param name="Biases">b, outputs × 1; null where the layer has none.</param>
public sealed record LayerValues(Matrix Weights, Matrix? Biases);

/// <summary>
/// A gradient case: a network with its numbers, inputs and targets, and the loss, the outputs and the gradients that someone else
/// computed for them.
/// </summary>
/// <param name="Network">The network.</param>
/// <param name="Loss">The loss, the mean over the samples.</param>
/// <param name="Layers">The weights and biases, from the first layer.</param>
/// <param name="Inputs">a⁰, inputs × samples.</param>
/// <param name="Targets">y, outputs × samples.</param>
/// <param name="Given">What is to be compared, in the order in which results are shown.</param>
public sealed record GradientCase(
    Network Network, Loss Loss, ImmutableArray<LayerValues> Layers, Matrix Inputs, Matrix Targets, ImmutableArray<GivenTensor> Given)
{
    /// <summary>Reads a case from a file.</summary>
    /// <exception cref="InvalidDataException">The file is not a gradient case, or uses something that is not supported; the sentence says what and where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GradientCase Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a case from the bytes of a file.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="file">How sentences name the file.</param>
    /// <exception cref="InvalidDataException">It is not a gradient case, or uses something that is not supported; the sentence says what and where.</exception>
    public static GradientCase Parse(ReadOnlyMemory<byte> json, string file) => GradientCaseReader.Read(json, file);
}

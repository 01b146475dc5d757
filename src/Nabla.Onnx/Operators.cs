using System.Collections.Immutable;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>An ONNX operator that is one of Nabla's activations, with the attribute that makes it that one.</summary>
/// <param name="Activation">The activation's name.</param>
/// <param name="OpType">The operator.</param>
/// <param name="Attribute">The attribute that is written and asked for in reading; null where the operator has none.</param>
/// <param name="Default">What a file means that leaves the attribute out.</param>
internal sealed record Operator(string Activation, string OpType, AttributeProto? Attribute = null, double Default = double.NaN);

/// <summary>The activations that are one operator; gelu and silu are made of several. Used in both directions.</summary>
internal static class Operators
{
    public static ImmutableArray<Operator> All { get; } =
    [
        new("sigmoid", "Sigmoid"),
        new("tanh", "Tanh"),
        new("relu", "Relu"),
        new("leaky-relu", "LeakyRelu", Float("alpha", 0.01f), 0.01),
        new("elu", "Elu", Float("alpha", 1), 1),
        new("softplus", "Softplus"),
        new("softsign", "Softsign"),
        new("softmax", "Softmax", Whole("axis", 1), -1),
    ];

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = 1, F = value };

    public static AttributeProto Whole(string name, long value) => new() { Name = name, Type = 2, I = value };
}

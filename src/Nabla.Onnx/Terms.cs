using Nabla.Models;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>What a named value of a graph is, in terms of the values before it. Equal only to itself.</summary>
internal abstract class Term
{
    /// <summary>How many operators stand between it and the layers or inputs below, as often as they are used.</summary>
    public virtual int Size => 0;

    /// <summary>The node that computes it, for messages.</summary>
    public NodeProto? Node { get; init; }
}

/// <summary>The samples.</summary>
internal sealed class InputTerm : Term;

/// <summary>A tensor that is given.</summary>
/// <param name="values">Its numbers.</param>
internal sealed class GivenTerm(Tensor values) : Term
{
    public Tensor Values { get; } = values;

    /// <summary>Its number, where it is one, of whatever rank.</summary>
    public float? Number { get; } = values.Count == 1 ? values.Singles[0] : null;
}

/// <summary>x Wᵀ + b.</summary>
/// <param name="from">x.</param>
/// <param name="weights">W, outputs × inputs.</param>
/// <param name="biases">b.</param>
internal sealed class AffineTerm(Term from, Tensor weights, Tensor? biases) : Term
{
    public Term From { get; } = from;

    public Tensor Weights { get; } = weights;

    public Tensor? Biases { get; } = biases;

    /// <summary>How many vectors were added to the layer's own.</summary>
    public int Sums { get; init; }
}

/// <summary>An operator on one value or two, element by element, or a softmax.</summary>
/// <param name="operation">The operator.</param>
/// <param name="x">The first operand.</param>
/// <param name="y">The second one.</param>
internal sealed class OperatorTerm(string operation, Term x, Term? y) : Term
{
    public string Operation { get; } = operation;

    public Term X { get; } = x;

    public Term? Y { get; } = y;

    public override int Size { get; } = 1 + x.Size + (y?.Size ?? 0);
}

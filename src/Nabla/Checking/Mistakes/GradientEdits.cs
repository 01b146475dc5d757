using System.Collections.Immutable;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>
/// The mistakes that somebody can make in the gradient of one tensor, which nothing else is computed from. Each is the derived formula with one
/// part left out or replaced; a new one is a line here.
/// </summary>
/// <param name="pass">The derived backward pass.</param>
/// <param name="right">δ of every layer without any mistake.</param>
/// <param name="deltas">δ of this layer and those above, as they were found to be.</param>
internal sealed class GradientEdits(BackwardPass pass, ImmutableDictionary<int, Matrix> right, ImmutableDictionary<int, Matrix> deltas)
{
    private const double ZeroCost = 1.2;

    /// <summary>What may have been computed in place of ∂C/∂Wˡ = δˡ(aˡ⁻¹)ᵀ.</summary>
    public IEnumerable<Edit> OfWeights(int l)
    {
        Matrix delta = deltas[l];
        Matrix gradient = pass.WeightGradient(l, delta);
        string name = $"∂C/∂W{DeltaEdits.Raised(l)}";
        string d = pass.NameOfDelta(l);
        yield return new(null, gradient);
        yield return Edit.Of("transposed", 1, $"{name} is transposed", gradient.Transposed());
        yield return Edit.Of("transposed", 1.5, $"{name} has its elements in the order of the transpose: it was reshaped, not transposed", Reshaped(gradient));
        yield return Edit.Of("missing-term", ZeroCost, $"{name} is zero: it was never computed", gradient.Map(_ => 0));
        for (int k = 0; k <= pass.Depth; k++)
        {
            if (k != l - 1 && pass.A(k).Rows == gradient.Columns)
            {
                yield return Edit.Of("wrong-layer", k == l ? 1.1 : 1.3, $"{pass.NameOfA(k)} stands in place of {pass.NameOfA(l - 1)} in {name}",
                    pass.WeightGradient(l, delta, pass.A(k)));
            }
        }

        if (l > 1)
        {
            yield return Edit.Of("missing-factor", 1.2,
                $"{pass.NameOfZ(l - 1)} stands in place of {pass.NameOfA(l - 1)} in {name}: the activation is missing", pass.WeightGradient(l, delta, pass.Z(l - 1)));
        }

        foreach ((int k, Matrix other) in Others(l).Where(other => other.Delta.Rows == delta.Rows))
        {
            yield return Edit.Of("wrong-layer", 1.2, $"{pass.NameOfDelta(k)} stands in place of {d} in {name}", pass.WeightGradient(l, other));
        }

        foreach ((int k, Matrix other) in Others(l).Where(other => (pass.W(other.Layer).Rows, pass.W(other.Layer).Columns) == (gradient.Rows, gradient.Columns)))
        {
            yield return Edit.Of("wrong-layer", 1, $"∂C/∂W{DeltaEdits.Raised(k)} stands in place of {name}", pass.WeightGradient(k, other));
        }

        foreach (Edit edit in OfActivation(l, name, delta => pass.WeightGradient(l, delta)))
        {
            yield return edit;
        }

        foreach ((string which, Matrix only, double cost) in SampleEdits.Of(delta))
        {
            yield return Edit.Of("missing-term", cost, $"only the {which} sample has a part in {name}", pass.WeightGradient(l, only));
        }

        Matrix input = pass.A(l - 1);
        if (delta.Rows == input.Rows && delta.Columns == delta.Rows)
        {
            yield return Edit.Of("hadamard-for-product", 1.5, $"{d} ⊙ {pass.NameOfA(l - 1)} stands in place of the matrix product {d} ({pass.NameOfA(l - 1)})ᵀ in {name}",
                delta.Zip(input, (x, y) => x * y));
        }

        Matrix w = pass.W(l);
        string letter = $"W{DeltaEdits.Raised(l)}";
        yield return Edit.Of("extra-term", 2, $"{name} has a term λ{letter} with λ = {{0}}, which the loss does not have (weight decay)", gradient, w);
        yield return Edit.Of("extra-term", 2.2, $"{name} has a term λ sign({letter}) with λ = {{0}}, which the loss does not have", gradient, w.Map(x => Math.Sign(x)));
        yield return Edit.Of("extra-term", 2.4, $"{letter} after a step η = {{0}} stands in place of {name}", w, gradient.Map(x => -x));
    }

    /// <summary>What may have been computed in place of ∂C/∂bˡ, the sum of δˡ over the samples.</summary>
    public IEnumerable<Edit> OfBiases(int l)
    {
        Matrix delta = deltas[l];
        Matrix gradient = pass.BiasGradient(l, delta);
        string name = $"∂C/∂b{DeltaEdits.Raised(l)}";
        string d = pass.NameOfDelta(l);
        yield return new(null, gradient);
        yield return Edit.Of("bias-sum", 0.9, $"{name} is the mean of the columns of {d}, not their sum: 1/m stands there twice", gradient.Map(x => x / delta.Columns));
        yield return Edit.Of("bias-sum", 0.9, $"{name} sums over the samples without the 1/m that ∂C/∂W{DeltaEdits.Raised(l)} has", gradient.Map(x => x * delta.Columns));
        yield return Edit.Of("bias-sum", ZeroCost, $"{name} is zero: {d} was not summed", gradient.Map(_ => 0));
        foreach ((string which, Matrix only, double cost) in SampleEdits.Of(delta))
        {
            yield return Edit.Of("bias-sum", cost, $"{name} is the {which} sample's column of {d}, not the sum of all", pass.BiasGradient(l, only));
        }

        if (delta.Rows == delta.Columns && delta.Rows > 1)
        {
            yield return Edit.Of("bias-sum", 1.3, $"{name} sums {d} over the neurons, not over the samples", pass.BiasGradient(l, delta.Transposed()));
        }

        if (delta.Rows > 1)
        {
            double total = gradient.Sum();
            yield return Edit.Of("bias-sum", 1.4, $"each element of {name} is the sum of all of {d}, not of its own row", gradient.Map(_ => total));
        }

        foreach ((int k, Matrix other) in Others(l).Where(other => pass.B(other.Layer) is not null && other.Delta.Rows == delta.Rows))
        {
            yield return Edit.Of("wrong-layer", 1, $"∂C/∂b{DeltaEdits.Raised(k)} stands in place of {name}", pass.BiasGradient(k, other));
        }

        foreach (Edit edit in OfActivation(l, name, delta => pass.BiasGradient(l, delta)))
        {
            yield return edit;
        }

        Matrix b = pass.B(l)!;
        string letter = $"b{DeltaEdits.Raised(l)}";
        yield return Edit.Of("extra-term", 2, $"{name} has a term λ{letter} with λ = {{0}}, which the loss does not have (weight decay)", gradient, b);
        yield return Edit.Of("extra-term", 2.4, $"{letter} after a step η = {{0}} stands in place of {name}", b, gradient.Map(x => -x));
    }

    /// <summary>What may have been computed in place of ∂C/∂a⁰ = (W¹)ᵀδ¹.</summary>
    public IEnumerable<Edit> OfInputs(DeltaEdits above)
    {
        Matrix gradient = pass.Passed(0, deltas[1]);
        yield return new(null, gradient);
        foreach (Edit edit in above.OfPassed(0))
        {
            yield return edit;
        }

        foreach (Function f in Function.All.Where(f => f.IsActivation && f != Function.Identity))
        {
            Matrix input = pass.A(0);
            yield return Edit.Of("extra-factor", 1.5, $"the gradient of the inputs has the derivative of {f.Name} as a factor, but the inputs have no activation",
                gradient.Zip(BackwardPass.Elementwise(f.ExpandDerivative, input, input), (x, y) => x * y));
        }

        foreach ((string which, Matrix only, double cost) in SampleEdits.Of(gradient))
        {
            yield return Edit.Of("missing-term", cost, $"only the {which} sample has a gradient of its inputs", only);
        }
    }

    /// <summary>σ′ forgotten, or applied twice, in one gradient only: what is passed down is right.</summary>
    private IEnumerable<Edit> OfActivation(int l, string name, Func<Matrix, Matrix> gradient)
    {
        if (pass.FunctionOf(l) == Function.Identity)
        {
            yield break;
        }

        string prime = pass.FunctionOf(l) is Function f ? $"{f.Prime.Symbol}({pass.NameOfZ(l)})" : "the derivative of softmax";
        yield return Edit.Of("missing-activation-derivative", 1.2, $"{prime} is missing in {name}", gradient(pass.Passed(l, deltas.GetValueOrDefault(l + 1))));
        yield return Edit.Of("extra-factor", 1.4, $"{name} has {prime} as a factor once too often", gradient(pass.ThroughActivation(l, deltas[l])));
    }

    /// <summary>The elements column by column, put into rows.</summary>
    private static Matrix Reshaped(Matrix x) => Matrix.From(x.Rows, x.Columns, (i, j) => x.Elements[i * x.Columns + j]);

    /// <summary>δ of the other layers: as it was found to be above, and as it should be below.</summary>
    private IEnumerable<(int Layer, Matrix Delta)> Others(int l) =>
        from k in Enumerable.Range(1, pass.Depth)
        where k != l
        select (k, k > l && deltas.TryGetValue(k, out Matrix? found) ? found : right[k]);
}

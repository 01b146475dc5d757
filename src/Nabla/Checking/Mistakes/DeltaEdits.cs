using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking.Mistakes;

/// <summary>
/// The mistakes that somebody can make in δˡ, and so in everything below it. Each is the derived formula with one part left out, put in twice
/// or replaced; a new one is a line here.
/// </summary>
/// <param name="pass">The derived backward pass.</param>
/// <param name="deltas">δ of the layers above, as they were found to be.</param>
/// <param name="weightGradients">The given ∂C/∂W by layer, with which a step may have been made too early; null where one is not given.</param>
internal sealed class DeltaEdits(
    BackwardPass pass, ImmutableDictionary<int, Matrix> deltas, IReadOnlyDictionary<int, Matrix> weightGradients)
{
    private const string Activation = "missing-activation-derivative";

    private static readonly bool[] yesAndNo = [true, false];

    private static readonly Func<Expr, Expr, Expr> diagonalOfSoftmax = Function.Sigmoid.ExpandDerivative;

    /// <summary>The right formula first, then the wrong ones.</summary>
    public IEnumerable<Edit> Of(int l)
    {
        Matrix? above = deltas.GetValueOrDefault(l + 1);
        Matrix right = pass.Delta(l, above);
        Matrix passed = pass.Passed(l, above);
        return
        [
            new(null, right),
            .. Derivatives(l, passed, right),
            .. l == pass.Depth ? Losses(l) : Weights(l, above!, passed),
            .. Samples(l, right),
        ];
    }

    /// <summary>What may stand in place of (Wˡ⁺¹)ᵀ, in δˡ or, for l = 0, in the gradient of the inputs.</summary>
    public IEnumerable<Edit> OfPassed(int l)
    {
        Matrix above = deltas[l + 1];
        Matrix w = pass.W(l + 1);
        string wT = $"(W{Raised(l + 1)})ᵀ";
        string where = l == 0 ? "the gradient of the inputs" : pass.NameOfDelta(l);
        string delta = pass.NameOfDelta(l + 1);
        if (w.Rows == w.Columns)
        {
            yield return Edit.Of("transposed", 1, $"W{Raised(l + 1)} stands in place of {wT} in {where}", pass.Passed(l, above, w));
            yield return Edit.Of("missing-factor", 1.2, $"the factor {wT} is missing in {where}", above);
            if (above.Columns == w.Rows)
            {
                yield return Edit.Of("hadamard-for-product", 1.5, $"{wT} ⊙ {delta} stands in place of the matrix product {wT} {delta} in {where}",
                    w.Transposed().Zip(above, (x, y) => x * y));
            }
        }
        else if (above.Rows == 1)
        {
            yield return Edit.Of("missing-factor", 1.2, $"the factor {wT} is missing in {where}: each neuron gets {delta} as it is",
                Matrix.From(w.Columns, above.Columns, (_, j) => above[0, j]));
        }

        for (int k = 1; k <= pass.Depth; k++)
        {
            if (k != l + 1 && pass.W(k).Rows == w.Rows && pass.W(k).Columns == w.Columns)
            {
                yield return Edit.Of("wrong-layer", 1.4, $"(W{Raised(k)})ᵀ stands in place of {wT} in {where}", pass.Passed(l, above, pass.W(k).Transposed()));
            }
        }

        if (pass.FunctionOf(l + 1) != Function.Identity)
        {
            yield return Edit.Of(Activation, 1.6, $"{PrimeOf(l + 1)} is missing in what layer {l + 1} passes down to {where}, though not in {delta} itself",
                pass.Passed(l, pass.Passed(l + 1, deltas.GetValueOrDefault(l + 2))));
        }

        if (weightGradients.TryGetValue(l + 1, out Matrix? step) && step.Rows == w.Rows && step.Columns == w.Columns)
        {
            yield return Edit.Of("stale-weights", 2, $"{where} was computed with W{Raised(l + 1)} after its update by a step η = {{0}}, not before it",
                pass.Passed(l, above), pass.Passed(l, above, step.Transposed().Map(x => -x)));
        }
    }

    /// <summary>A layer's number above.</summary>
    public static string Raised(int l) => new Name("", l).ToString();

    private IEnumerable<Edit> Weights(int l, Matrix above, Matrix passed)
    {
        foreach (Edit edit in OfPassed(l))
        {
            yield return edit with
            {
                Value = pass.ThroughActivation(l, edit.Value),
                Slope = edit.Slope is null ? null : pass.ThroughActivation(l, edit.Slope),
            };
        }

        // Two that go together: nothing but the error itself comes down.
        if (above.Rows == passed.Rows && pass.FunctionOf(l) != Function.Identity)
        {
            yield return Edit.Of("missing-factor", 2, $"{pass.NameOfDelta(l)} is {pass.NameOfDelta(l + 1)}: (W{Raised(l + 1)})ᵀ and {PrimeOf(l)} are missing", above);
        }
    }

    private IEnumerable<Edit> Derivatives(int l, Matrix passed, Matrix right)
    {
        string delta = pass.NameOfDelta(l);
        (Matrix z, Matrix a) = (pass.Z(l), pass.A(l));
        Function? f = pass.FunctionOf(l);
        string prime = PrimeOf(l);
        Edit In(string code, double cost, string what, Matrix by, Matrix of) => Edit.Of(code, cost, what, of.Zip(by, (x, y) => x * y));
        if (f != Function.Identity)
        {
            yield return Edit.Of(Activation, 1, $"{prime} is missing in {delta}", passed);
            yield return Edit.Of("extra-factor", 1, $"{delta} has {prime} as a factor once too often", pass.ThroughActivation(l, right));
        }

        if (f is null)
        {
            Matrix diagonal = BackwardPass.Elementwise(diagonalOfSoftmax, z, a);
            yield return In(Activation, 1.2, $"the derivative of softmax is taken for its diagonal {pass.NameOfA(l)} ⊙ (1 − {pass.NameOfA(l)}) in {delta}", diagonal, passed);
            yield return In("extra-factor", 1.1, $"{delta} has {pass.NameOfA(l)} ⊙ (1 − {pass.NameOfA(l)}) as a factor, which a − y contains already", diagonal, right);
            yield break;
        }

        string place = $"stands in place of {prime} in {delta}";
        if (f != Function.Identity)
        {
            Matrix Apply(Func<Expr, Expr> of, Matrix x) => BackwardPass.Elementwise((e, _) => of(e), x, x);
            yield return In(Activation, 1.2, $"{f.Prime.Symbol}({pass.NameOfA(l)}) {place}", Apply(x => Expr.Apply(f.Prime, x), a), passed);
            yield return In(Activation, 1.3, $"{f.Prime.Symbol} was written for a and taken of {pass.NameOfZ(l)} in {delta}", BackwardPass.Elementwise(f.ExpandDerivative, z, z), passed);
            yield return In(Activation, 1.3, $"{f.Symbol}({pass.NameOfZ(l)}) {place}", a, passed);
        }

        foreach (Function g in Function.All.Where(g => g.IsActivation && g != f && g != Function.Identity))
        {
            string what = $"the derivative of {g.Name} {place}";
            string code = f == Function.Identity ? "extra-factor" : Activation;
            yield return In(code, 1.5, what, BackwardPass.Elementwise((x, _) => Expr.Apply(g.Prime, x), z, z), passed);
            yield return In(code, 1.5, $"{what}, written for a", BackwardPass.Elementwise(g.ExpandDerivative, z, a), passed);
            yield return In(code, 1.7, $"{what}, and taken of {pass.NameOfA(l)}", BackwardPass.Elementwise((x, _) => Expr.Apply(g.Prime, x), a, a), passed);
        }

        for (int k = 1; k <= pass.Depth; k++)
        {
            if (k != l && pass.FunctionOf(k) is Function other && pass.Z(k).Rows == z.Rows)
            {
                yield return In("wrong-layer", 1.4, $"{other.Prime.Symbol}({pass.NameOfZ(k)}) {place}",
                    BackwardPass.Elementwise((x, _) => Expr.Apply(other.Prime, x), pass.Z(k), z), passed);
            }
        }
    }

    private IEnumerable<Edit> Losses(int l) =>
        from other in Loss.All.Values
        where other.Name != pass.LossName
        from through in yesAndNo
        let passed = pass.PassedBy(other)
        select Edit.Of(
            "missing-factor",
            through ? 1.8 : 2.2,
            $"{pass.NameOfDelta(l)} belongs to the loss {other.Name}, not to {pass.LossName}{(through ? "" : $", and {PrimeOf(l)} is missing")}",
            through ? pass.ThroughActivation(l, passed) : passed);

    private IEnumerable<Edit> Samples(int l, Matrix right) =>
        from kept in SampleEdits.Of(right)
        select Edit.Of("missing-term", kept.Cost, $"only the {kept.Which} sample has a part in {pass.NameOfDelta(l)}", kept.Values);

    private string PrimeOf(int l) => pass.FunctionOf(l) is Function f ? $"{f.Prime.Symbol}({pass.NameOfZ(l)})" : "the derivative of softmax";
}

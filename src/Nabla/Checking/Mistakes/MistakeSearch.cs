using System.Collections.Immutable;
using System.Globalization;
using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>
/// Goes down from the last layer to the inputs and looks in each layer for the edit of the derived formulas that gives the given numbers. The
/// few cheapest ways are followed at once, since what looks alike in one layer is told apart by the layers below.
/// </summary>
/// <param name="pass">The derived backward pass.</param>
/// <param name="given">The given tensors by id.</param>
/// <param name="likeness">How near counts as equal.</param>
internal sealed class MistakeSearch(BackwardPass pass, IReadOnlyDictionary<string, GivenTensor> given, Likeness likeness)
{
    private const int Width = 8;

    private readonly IReadOnlyList<Factor> factors = Factor.All(pass.Samples, pass.A(pass.Depth).Rows);
    private readonly ImmutableDictionary<int, Matrix> right = RightDeltas(pass);

    /// <summary>The cheapest explanation.</summary>
    public MistakePath Run()
    {
        List<MistakePath> paths = [MistakePath.Empty];
        for (int l = pass.Depth; l >= 1; l--)
        {
            paths = [.. paths.SelectMany(path => Explain(path, l)).OrderBy(path => path.Cost).Take(Width)];
        }

        if (ValueOf("inputs") is Matrix inputs)
        {
            paths = [.. paths.Select(path =>
                path.With("inputs", Judge(inputs, "the gradient of the inputs", new GradientEdits(pass, right, path.Deltas).OfInputs(EditsOf(path))))).OrderBy(path => path.Cost)];
        }

        return paths[0];
    }

    private static ImmutableDictionary<int, Matrix> RightDeltas(BackwardPass pass)
    {
        ImmutableDictionary<int, Matrix> deltas = ImmutableDictionary<int, Matrix>.Empty;
        for (int l = pass.Depth; l >= 1; l--)
        {
            deltas = deltas.Add(l, pass.Delta(l, deltas.GetValueOrDefault(l + 1)));
        }

        return deltas;
    }

    private static string WeightsOf(int l) => $"layers.{l - 1}.weights";

    private static string BiasesOf(int l) => $"layers.{l - 1}.biases";

    private static Mistake? Joined(Mistake? mistake, Factor factor, string subject) => (mistake, factor.Value) switch
    {
        (_, 1) => mistake,
        (null, _) => factor.In(subject),
        _ => new(mistake.Code, $"{mistake.What}; besides, {factor.In(subject).What}", mistake.Cost + factor.Cost + 0.5),
    };

    private static Mistake? Filled(Mistake? mistake, double t) => mistake is null ? null
        : mistake with { What = string.Format(CultureInfo.InvariantCulture, mistake.What, Factor.Shown(t)) };

    private Matrix? ValueOf(string id) => given.GetValueOrDefault(id)?.Values;

    private DeltaEdits EditsOf(MistakePath path) => new(
        pass,
        path.Deltas,
        Enumerable.Range(1, pass.Depth).Where(l => ValueOf(WeightsOf(l)) is not null).ToDictionary(l => l, l => ValueOf(WeightsOf(l))!));

    /// <summary>All ways to go on with one layer.</summary>
    private IEnumerable<MistakePath> Explain(MistakePath path, int l)
    {
        Matrix? weights = ValueOf(WeightsOf(l));
        Matrix? biases = ValueOf(BiasesOf(l));
        bool first = true;
        foreach (Edit edit in EditsOf(path).Of(l))
        {
            foreach ((Matrix delta, Mistake? mistake, bool inWeights, bool inBiases) in Candidates(edit, l, weights, biases))
            {
                if (first && inWeights && inBiases)
                {
                    yield return path.With(l, delta, null);
                    yield break;
                }

                if (first || inWeights || inBiases)
                {
                    MistakePath with = path.With(l, delta, mistake);
                    GradientEdits edits = new(pass, right, with.Deltas);
                    with = inWeights ? with : with.With(WeightsOf(l), Judge(weights!, $"∂C/∂W{DeltaEdits.Raised(l)}", edits.OfWeights(l)));
                    yield return inBiases ? with : with.With(BiasesOf(l), Judge(biases!, $"∂C/∂b{DeltaEdits.Raised(l)}", edits.OfBiases(l)));
                }

                first = false;
            }
        }
    }

    /// <summary>An edit of δˡ, by itself and with every factor that makes one of the two gradients of the layer right.</summary>
    private IEnumerable<(Matrix Delta, Mistake? Mistake, bool InWeights, bool InBiases)> Candidates(Edit edit, int l, Matrix? weights, Matrix? biases)
    {
        Matrix? OfBiases(Matrix delta) => biases is null ? null : pass.BiasGradient(l, delta);
        string subject = pass.NameOfDelta(l);
        (Matrix value, Mistake? mistake) = (edit.Value, edit.Mistake);
        if (edit.Slope is Matrix slope)
        {
            if (Likeness.Fit(
                (weights, pass.WeightGradient(l, value), pass.WeightGradient(l, slope)),
                (biases, OfBiases(value), OfBiases(slope))) is not double t)
            {
                yield break;
            }

            (value, mistake) = (value.Zip(slope, (v, s) => v + t * s), Filled(mistake, t));
        }

        Matrix ofWeights = pass.WeightGradient(l, value);
        Matrix? ofBiases = OfBiases(value);
        bool found = false;
        foreach (Factor factor in edit.Slope is null ? factors : [Factor.One])
        {
            bool inWeights = likeness.Agree(weights, ofWeights, factor.Value);
            bool inBiases = ofBiases is null || likeness.Agree(biases, ofBiases, factor.Value);
            bool agrees = (inWeights && weights is not null) || (inBiases && ofBiases is not null);
            if (agrees || factor.Value == 1)
            {
                yield return (value.Map(x => factor.Value * x), Signed(Joined(mistake, factor, subject), factor, l), inWeights, inBiases);
            }

            found |= agrees;
        }

        if (!found && edit.Slope is null && Likeness.Fit((weights, null, ofWeights), (biases, null, ofBiases)) is double c
            && likeness.Agree(weights, ofWeights, c) && (ofBiases is null || likeness.Agree(biases, ofBiases, c)))
        {
            yield return (value.Map(x => c * x), Joined(mistake, Factor.Any(c), subject), true, true);
        }
    }

    /// <summary>Where the sign is reversed in the last layer, the residual is.</summary>
    private Mistake? Signed(Mistake? mistake, Factor factor, int l) => l == pass.Depth && factor.Value == -1 && mistake?.Code == "sign"
        ? mistake with { What = $"{mistake.What}: y − a stands in place of a − y" }
        : mistake;

    /// <summary>The cheapest edit, with a factor where needed, that gives one tensor.</summary>
    private Verdict Judge(Matrix tensor, string subject, IEnumerable<Edit> edits)
    {
        Mistake? best = null;
        foreach (Edit edit in edits)
        {
            Mistake? found = null;
            if (edit.Slope is Matrix slope)
            {
                found = Likeness.Fit((tensor, edit.Value, slope)) is double t && likeness.Agree(tensor, edit.Value.Zip(slope, (v, s) => v + t * s))
                    ? Filled(edit.Mistake, t)
                    : null;
            }
            else if (factors.FirstOrDefault(factor => likeness.Agree(tensor, edit.Value, factor.Value)) is Factor factor)
            {
                found = Joined(edit.Mistake, factor, subject);
                if (found is null)
                {
                    return Verdict.Right;
                }
            }
            else if (Likeness.Fit((tensor, null, edit.Value)) is double c && likeness.Agree(tensor, edit.Value, c))
            {
                Mistake any = Joined(edit.Mistake, Factor.Any(c), subject)!;
                found = subject == "∂C/∂W¹" && edit.Mistake is null && c > 0 ? any with { What = $"{any.What}, as if the inputs were multiplied by that" } : any;
            }

            best = found is not null && (best is null || found.Cost < best.Cost) ? found : best;
        }

        return best is null ? Verdict.Unknown : new(true, best);
    }
}

using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Networks;

namespace Nabla.Tests.Checking;

/// <summary>The mistakes that <see cref="HandMadeBackpropagation"/> can make; a layer goes with those that are made in one.</summary>
public enum Slip
{
    None,
    MissingPrime,
    PrimeOfActivation,
    PrimeOfSigmoid,
    FunctionForPrime,
    ExtraPrime,
    SoftmaxDiagonal,
    ForgottenTranspose,
    OmittedWeights,
    PassedWithoutPrime,
    MissingMean,
    DoubleMean,
    Sign,
    Two,
    Half,
    LastSampleOnly,
    FirstSampleOnly,
    StaleWeights,
    BiasMean,
    BiasLast,
    BiasFirst,
    BiasZero,
    BiasWithoutPrime,
    LayersExchanged,
    TransposedGradient,
    OwnActivation,
    PreActivation,
    ScaledInputs,
    WeightDecay,
    PerSampleInputs,
    SquaredForHuber,
    BiasWithoutMean,
    Reshaped,
    ZeroGradient,
    AfterUpdate,
    WithoutBiases,
    LearningRate,
    MissingLastPrime,
    DeltaOfLayerAbove,
    WeightsOfLayerBelow,
    PrimeOfLayerBelow,
    InputsForActivation,
    SummedOverOutputs,
    AveragedOverOutputs,
    Lasso,
    BiasOfLayerAbove,
    WeightsWithoutMean,
}

/// <summary>
/// Backpropagation as somebody writes it who knows nothing of this library: loops over arrays, δ by δ, with one mistake on demand. Layers
/// are counted from 1.
/// </summary>
internal sealed class HandMadeBackpropagation
{
    private readonly int[] sizes;
    private readonly string[] activations;
    private readonly string loss;
    private readonly bool hasBiases;
    private readonly int m;
    private readonly Matrix[] w;
    private readonly Matrix?[] b;
    private readonly Matrix x;
    private readonly Matrix y;
    private readonly Matrix[] a;
    private readonly Matrix[] z;

    public HandMadeBackpropagation(string layers, string hidden, string last, string loss, int samples, bool hasBiases, ulong seed)
    {
        sizes = [.. layers.Split('-').Select(int.Parse)];
        activations = [.. Enumerable.Range(1, Depth).Select(l => l == Depth ? last : hidden)];
        (this.loss, this.hasBiases, m) = (loss, hasBiases, samples);
        SeededRandom random = new(seed);
        Matrix Normal(int rows, int columns) => Matrix.From(rows, columns, (_, _) => random.NextNormal());
        w = [new(1, 1), .. Enumerable.Range(1, Depth).Select(l => Normal(sizes[l], sizes[l - 1]))];
        b = [null, .. Enumerable.Range(1, Depth).Select(l => hasBiases ? Normal(sizes[l], 1) : null)];
        x = Normal(sizes[0], m);
        y = loss switch
        {
            "cross-entropy" => Matrix.From(sizes[^1], m, (i, j) => i == (3 * j + 1) % sizes[^1] ? 1 : 0),
            "binary-cross-entropy" => Matrix.From(sizes[^1], m, (i, j) => (i + j) % 2),
            _ => Normal(sizes[^1], m).Map(v => 2 * v),
        };
        a = new Matrix[Depth + 1];
        z = new Matrix[Depth + 1];
        Forward();
    }

    public int Depth => sizes.Length - 1;

    private void Forward()
    {
        a[0] = x;
        for (int l = 1; l <= Depth; l++)
        {
            z[l] = Matrix.From(sizes[l], m, (i, j) => (b[l]?[i, 0] ?? 0) + Enumerable.Range(0, sizes[l - 1]).Sum(k => w[l][i, k] * a[l - 1][k, j]));
            a[l] = activations[l - 1] == "softmax"
                ? Matrix.From(sizes[l], m, (i, j) => Math.Exp(z[l][i, j]) / Enumerable.Range(0, sizes[l]).Sum(k => Math.Exp(z[l][k, j])))
                : z[l].Map(v => Value(activations[l - 1], v));
        }
    }

    /// <summary>The case with the gradients of this backpropagation.</summary>
    public GradientCase Case(Slip slip = Slip.None, int at = 0, double number = 0)
    {
        Matrix[] delta = new Matrix[Depth + 1];
        Matrix[] dw = new Matrix[Depth + 1];
        Matrix?[] db = new Matrix?[Depth + 1];
        double eta = slip == Slip.StaleWeights ? number : 0;
        Matrix Downwards(int l, Matrix error) => slip == Slip.ForgottenTranspose && at == l ? w[l + 1] * error
            : slip == Slip.WeightsOfLayerBelow && at == l ? w[l].Transposed() * error
            : slip == Slip.OmittedWeights && at == l ? Matrix.From(sizes[l], m, (i, j) => error[error.Rows == 1 ? 0 : i, j])
            : w[l + 1].Zip(dw[l + 1], (v, g) => v - eta * g).Transposed() * error;
        for (int l = Depth; l >= 1; l--)
        {
            bool here = at == l;
            Matrix prime = Prime(l, here ? slip : Slip.None);
            Matrix error = l == Depth ? Residual(slip) : Downwards(l, slip == Slip.PassedWithoutPrime && here && l + 1 == Depth ? Residual(slip) : delta[l + 1]);
            bool isCombined = l == Depth && loss.EndsWith("cross-entropy", StringComparison.Ordinal);
            bool without = isCombined || (here && slip == Slip.MissingPrime);
            delta[l] = without ? error : error.Zip(prime, (e, p) => e * p);
            if (here && slip == Slip.ExtraPrime)
            {
                delta[l] = delta[l].Zip(prime, (e, p) => e * p);
            }

            if (here && slip == Slip.SoftmaxDiagonal)
            {
                delta[l] = delta[l].Zip(a[l], (e, p) => e * p * (1 - p));
            }

            if (here && slip == Slip.MissingLastPrime)
            {
                // ∂C/∂a, as if the last activation were the identity.
                delta[l] = activations[l - 1] == "softmax" ? y.Zip(a[l], (t, p) => -t / (p * m)) : isCombined ? error.Zip(prime, (e, p) => e / p) : error;
            }

            Matrix below = here && slip == Slip.InputsForActivation ? x : here && slip == Slip.OwnActivation ? a[l]
                : here && slip == Slip.PreActivation ? z[l - 1]
                : l == 1 && slip == Slip.ScaledInputs ? x.Map(v => number * v)
                : a[l - 1];
            dw[l] = (here && slip == Slip.DeltaOfLayerAbove ? delta[l + 1] : delta[l]) * below.Transposed();
            Matrix ofBias = here && slip == Slip.BiasWithoutPrime ? error : delta[l];
            db[l] = hasBiases ? Matrix.From(sizes[l], 1, (i, _) => BiasOf(ofBias, i, here ? slip : Slip.None)) : null;
        }

        Matrix inputs = w[1].Transposed() * delta[1];
        switch (slip)
        {
            case Slip.LayersExchanged:
                (dw[at], dw[at + 1]) = (dw[at + 1], dw[at]);
                break;
            case Slip.TransposedGradient:
                dw[at] = dw[at].Transposed();
                break;
            case Slip.BiasOfLayerAbove:
                db[at] = db[at + 1];
                break;
            case Slip.WeightsWithoutMean:
                dw[at] = dw[at].Map(v => v * m);
                break;
            case Slip.Lasso:
                dw = [dw[0], .. Enumerable.Range(1, Depth).Select(l => dw[l].Zip(w[l], (g, v) => g + number * Math.Sign(v)))];
                break;
            case Slip.WeightDecay:
                dw = [dw[0], .. Enumerable.Range(1, Depth).Select(l => dw[l].Zip(w[l], (g, v) => g + number * v))];
                break;
            case Slip.Reshaped:
                double[] byColumns = dw[at].Elements.ToArray();
                dw[at] = Matrix.From(dw[at].Rows, dw[at].Columns, (i, j) => byColumns[i * dw[at].Columns + j]);
                break;
            case Slip.ZeroGradient:
                dw[at] = new(dw[at].Rows, dw[at].Columns);
                break;
            case Slip.LearningRate:
                (dw[at], db[at]) = (dw[at].Map(g => -number * g), db[at]?.Map(g => -number * g));
                break;
            case Slip.PerSampleInputs:
                inputs = inputs.Map(v => v * m);
                break;
            default:
                break;
        }

        if (slip is Slip.AfterUpdate or Slip.WithoutBiases)
        {
            return Elsewhere(slip, number, dw, db);
        }

        IEnumerable<GivenTensor> gradients = Enumerable.Range(1, Depth).SelectMany(l => db[l] is Matrix bias
            ? new GivenTensor[] { new(ComparedQuantity.Weights, l - 1, dw[l]), new(ComparedQuantity.Biases, l - 1, bias) }
            : [new(ComparedQuantity.Weights, l - 1, dw[l])]);
        return new(
            new Network(sizes[0], Enumerable.Range(1, Depth).Select(l => new Layer(sizes[l], Activation.Named(activations[l - 1]), hasBiases))),
            Loss.Named(loss),
            [.. Enumerable.Range(1, Depth).Select(l => new LayerValues(w[l], b[l]))],
            x,
            y,
            [.. gradients, new(ComparedQuantity.Inputs, 0, inputs)]);
    }

    /// <summary>The same case with the gradients at other weights.</summary>
    private GradientCase Elsewhere(Slip slip, double number, Matrix[] dw, Matrix?[] db)
    {
        GradientCase right = Case();
        (Matrix[] keptWeights, Matrix?[] keptBiases) = ([.. w], [.. b]);
        for (int l = 1; l <= Depth; l++)
        {
            w[l] = slip == Slip.AfterUpdate ? w[l].Zip(dw[l], (v, g) => v - number * g) : w[l];
            b[l] = slip == Slip.AfterUpdate ? b[l]?.Zip(db[l]!, (v, g) => v - number * g) : b[l]?.Map(_ => 0);
        }

        Forward();
        GradientCase elsewhere = Case();
        keptWeights.CopyTo(w, 0);
        keptBiases.CopyTo(b, 0);
        Forward();
        return right with { Given = elsewhere.Given };
    }

    private static double Value(string name, double v) => name switch
    {
        "sigmoid" => 1 / (1 + Math.Exp(-v)),
        "tanh" => Math.Tanh(v),
        "leaky-relu" => v > 0 ? v : 0.01 * v,
        _ => v,
    };

    private static double PrimeOf(string name, double v) => name switch
    {
        "sigmoid" => Value(name, v) * (1 - Value(name, v)),
        "tanh" => 1 - Math.Tanh(v) * Math.Tanh(v),
        "leaky-relu" => v > 0 ? 1 : 0.01,
        _ => 1,
    };

    private static double BiasOf(Matrix delta, int row, Slip slip)
    {
        double sum = Enumerable.Range(0, delta.Columns).Sum(j => delta[row, j]);
        return slip switch
        {
            Slip.BiasMean => sum / delta.Columns,
            Slip.BiasLast => delta[row, delta.Columns - 1],
            Slip.BiasFirst => delta[row, 0],
            Slip.BiasZero => 0,
            Slip.BiasWithoutMean => sum * delta.Columns,
            _ => sum,
        };
    }

    private Matrix Prime(int l, Slip slip) => slip switch
    {
        Slip.PrimeOfActivation => a[l].Map(v => PrimeOf(activations[l - 1], v)),
        Slip.PrimeOfSigmoid => a[l].Map(v => v * (1 - v)),
        Slip.FunctionForPrime => a[l],
        Slip.PrimeOfLayerBelow => z[l - 1].Map(v => PrimeOf(activations[l - 2], v)),
        _ => z[l].Map(v => PrimeOf(activations[l - 1], v)),
    };

    /// <summary>∂C/∂a of the last layer; ∂C/∂z where loss and activation go together.</summary>
    private Matrix Residual(Slip slip)
    {
        Matrix residual = a[Depth].Zip(y, (p, t) => loss == "huber" && slip != Slip.SquaredForHuber ? Math.Clamp(p - t, -1, 1) : p - t);
        double residualsOf = loss == "mean-squared-error" ? 2.0 / (m * sizes[^1]) : 1.0 / m;
        double factor = slip switch
        {
            Slip.MissingMean => residualsOf * m,
            Slip.DoubleMean => residualsOf / m,
            Slip.Sign => -residualsOf,
            Slip.Two => 2 * residualsOf,
            Slip.Half => 0.5 * residualsOf,
            Slip.SummedOverOutputs => residualsOf * sizes[^1],
            Slip.AveragedOverOutputs => residualsOf / sizes[^1],
            _ => residualsOf,
        };
        int? only = slip switch { Slip.LastSampleOnly => m - 1, Slip.FirstSampleOnly => 0, _ => null };
        return Matrix.From(residual.Rows, m, (i, j) => only is null || only == j ? factor * residual[i, j] : 0);
    }
}

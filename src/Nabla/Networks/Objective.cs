using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Networks;

/// <summary>What training minimizes beside the loss itself, and how the network is disturbed meanwhile. Every part of it is an expression; none has a derivative.</summary>
public sealed record Objective
{
    /// <summary>λ₁ of the penalty λ₁ Σ|W| over all weights; biases have none. The derivative of |w| at 0 is 0.</summary>
    public double L1 { get; init; }

    /// <summary>λ₂ of the penalty ½λ₂ Σ‖W‖² over all weight matrices; biases have none.</summary>
    public double L2 { get; init; }

    /// <summary>
    /// ε of label smoothing: cross-entropy gets (1 − ε)y + ε/n in place of y, for n classes (C. Szegedy et al., "Rethinking the Inception Architecture for Computer
    /// Vision", 2016).
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>The weight of each class, which the loss of its samples is multiplied by; none where all are 1. The sum is still divided by m.</summary>
    public ImmutableArray<double> ClassWeights { get; init; } = [];

    /// <summary>
    /// The probability that an output of a hidden layer is set to 0 in a step; what is left is divided by 1 − p, so that nothing is to be done when the
    /// network is used (N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014).
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>Whether only the loss itself is minimized.</summary>
    public bool IsPlain => L1 == 0 && L2 == 0 && LabelSmoothing == 0 && ClassWeights.IsDefaultOrEmpty && Dropout == 0;

    /// <summary>Writes a network's objective: C with penalties, over masked activations, smoothed targets and weighted samples where these are asked for.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="reduction">Mean or sum over the batch.</param>
    /// <param name="weighted">Whether each sample has a weight: those of classes, or of the data.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or does not go with the network or the loss.</exception>
    public TrainingExpression Express(Network network, Loss loss, Reduction reduction, bool weighted = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(loss);
        Require(network, loss);
        List<Symbol> masks = [];
        Symbol? weights = null;
        Expr? smoothed = null;
        LayeredNetwork written = network.Express(
            (targets, outputs, preActivations) =>
            {
                ExprPool pool = targets.Pool;
                Dim samples = outputs.Shape.Columns;
                if (LabelSmoothing > 0)
                {
                    smoothed = ((1 - LabelSmoothing) * targets
                        + Coefficient.Of(LabelSmoothing) / Coefficient.Of(targets.Shape.Rows) * pool.Ones(targets.Shape.Rows, samples)).As(new("Q"));
                }

                weights = weighted || !ClassWeights.IsDefaultOrEmpty ? pool.Symbol(new("s"), new(Dim.One, samples), SymbolKind.Target) : null;
                return loss.Of(smoothed ?? targets, outputs, reduction, preActivations, weights);
            },
            batch: true,
            (a, layer) =>
            {
                if (Dropout == 0)
                {
                    return a;
                }

                Symbol mask = a.Pool.Symbol(new("M", layer), a.Shape, SymbolKind.Input);
                masks.Add(mask);
                return Expr.Hadamard(mask, a).As(new("D", layer));
            });
        Named data = written.Cost;
        if (L1 > 0 || L2 > 0)
        {
            Expr cost = data.Definition;
            foreach (Symbol w in written.Layers.Select(layer => layer.Weights))
            {
                cost = L2 > 0 ? cost + L2 / 2 * Expr.SquaredNorm(w) : cost;
                cost = L1 > 0 ? cost + L1 * Expr.Sum(Expr.Apply(Function.Abs, w)) : cost;
            }

            written = written with { Cost = cost.As(new("J")) };
        }

        return new(written, data, smoothed ?? written.Target, [.. masks], weights);
    }

    private void Require(Network network, Loss loss)
    {
        static void That(bool condition, string sentence)
        {
            if (!condition)
            {
                throw new ArgumentException(sentence);
            }
        }

        That(double.IsFinite(L1) && L1 >= 0, $"the penalty L1 must be a number of at least 0, but it is {L1}");
        That(double.IsFinite(L2) && L2 >= 0, $"the penalty L2 must be a number of at least 0, but it is {L2}");
        That(LabelSmoothing is >= 0 and < 1, $"the label smoothing must be from 0 to below 1, but it is {LabelSmoothing}");
        That(LabelSmoothing == 0 || loss.Name == Loss.CrossEntropy.Name, $"label smoothing goes with cross-entropy, but the loss is {loss}");
        That(Dropout is >= 0 and < 1, $"the dropout must be from 0 to below 1, but it is {Dropout}");
        That(Dropout == 0 || network.Layers.Length > 1, $"dropout is of hidden layers, but the network {network} has none");
        if (!ClassWeights.IsDefaultOrEmpty)
        {
            That(ClassWeights.Length == network.Outputs, $"{ClassWeights.Length} class weights are given, but the network {network} has {network.Outputs} outputs");
            That(ClassWeights.All(weight => double.IsFinite(weight) && weight >= 0), "the class weights must be numbers of at least 0");
            That(ClassWeights.Any(weight => weight > 0), "all class weights are 0, so nothing would be learned");
        }
    }
}

/// <summary>What training minimizes, in symbols.</summary>
/// <param name="Network">The network, with what is minimized as its cost.</param>
/// <param name="DataCost">C, the cost without penalties.</param>
/// <param name="Targets">Y as the loss has it, smoothed where that is asked for.</param>
/// <param name="Masks">M of each hidden layer where there is dropout: 0, or 1/(1 − p).</param>
/// <param name="SampleWeights">s, a row with the weight of each sample; null where all are 1.</param>
public sealed record TrainingExpression(LayeredNetwork Network, Named DataCost, Expr Targets, ImmutableArray<Symbol> Masks, Symbol? SampleWeights)
{
    /// <summary>Differentiates what is minimized by the parameters.</summary>
    /// <param name="targetsSumToOne">Whether every target sums to one; smoothed ones do too then.</param>
    public Derivation Differentiate(bool targetsSumToOne)
    {
        Assumption assumption = Network.TargetsSumToOne;
        return Network.Differentiate(assumptions: targetsSumToOne ? [assumption with { Left = Expr.ColumnSums(Targets) }] : []);
    }
}

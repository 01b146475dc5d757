using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Networks;

namespace Nabla.Checking.Mistakes;

/// <summary>
/// The derived backward pass of one case, a layer at a time, so that a mistake can be made in it: every method evaluates an expression of a
/// derivation in which some parts were given other values. Layers are counted from 1, as in the formulas.
/// </summary>
internal sealed class BackwardPass
{
    private readonly LayeredNetwork network;
    private readonly Derivation derivation;
    private readonly Loss loss;
    private readonly Bindings bindings;
    private readonly Dictionary<string, (Expr Cost, Expr Adjoint)> losses = [];
    private readonly Dictionary<int, (Symbol Passed, Expr Adjoint)> throughActivation = [];

    /// <param name="network">The network, which no other pass was made of: a pass adds symbols of its own to its pool.</param>
    /// <param name="derivation">Its derivation by all parameters and by the input.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="symbols">The values of all symbols, and the size of a batch.</param>
    public BackwardPass(LayeredNetwork network, Derivation derivation, Loss loss, Bindings symbols)
    {
        (this.network, this.derivation, this.loss) = (network, derivation, loss);
        bindings = symbols.Copy();
        Expr[] forward = [.. network.Layers.SelectMany(layer => new Expr[] { layer.PreActivation, layer.Activation })];
        foreach ((Expr expression, Matrix value) in forward.Zip(Evaluator.EvaluateAll(forward, bindings)))
        {
            bindings.Set(expression, value);
        }

        Samples = bindings.SizeOf(network.Batch);
    }

    /// <summary>The number of layers, L.</summary>
    public int Depth => network.Layers.Count;

    /// <summary>The number of samples, m.</summary>
    public int Samples { get; }

    /// <summary>The name of the loss.</summary>
    public string LossName => loss.Name;

    /// <summary>The loss itself.</summary>
    public double Cost => Evaluate(derivation.StableCost)[0, 0];

    /// <summary>aˡ; a⁰ is the input.</summary>
    public Matrix A(int l) => l == 0 ? ValueOf(network.Input) : ValueOf(network.Layers[l - 1].Activation);

    /// <summary>zˡ.</summary>
    public Matrix Z(int l) => ValueOf(network.Layers[l - 1].PreActivation);

    /// <summary>Wˡ.</summary>
    public Matrix W(int l) => ValueOf(network.Layers[l - 1].Weights);

    /// <summary>bˡ, or null where the layer has none.</summary>
    public Matrix? B(int l) => network.Layers[l - 1].Biases is Symbol b ? ValueOf(b) : null;

    /// <summary>The elementwise function of a layer; the identity too; null for softmax.</summary>
    public Function? FunctionOf(int l) => network.Layers[l - 1].Activation.Definition switch
    {
        Apply apply => apply.Function,
        Calculus.Expressions.Softmax => null,
        _ => Function.Identity,
    };

    /// <summary>How the derivation calls aˡ.</summary>
    public string NameOfA(int l) => $"{(l == 0 ? network.Input.Name : network.Layers[l - 1].Activation.Name)}";

    /// <summary>How the derivation calls zˡ.</summary>
    public string NameOfZ(int l) => $"{network.Layers[l - 1].PreActivation.Name}";

    /// <summary>How the derivation calls δˡ.</summary>
    public string NameOfDelta(int l) => $"{Delta(l).Name}";

    /// <summary>The derived formula of δˡ, as an equation.</summary>
    public string FormulaOfDelta(int l) => Notation.Text.Print(Delta(l), "=", Delta(l).Definition);

    /// <summary>The derived formula of the gradient of a given tensor, as an equation.</summary>
    public string FormulaOf(GivenTensor given)
    {
        Symbol variable = VariableOf(given);
        return Notation.Text.Print(Expr.Gradient(derivation.Cost, variable), "=", derivation.GradientOf(variable));
    }

    /// <summary>∂C/∂X, as the derivation calls it.</summary>
    public string NameOf(GivenTensor given) => Notation.Text.Print(Expr.Gradient(derivation.Cost, VariableOf(given)));

    /// <summary>δˡ where δ of the layer above is what is given; for the last layer it is not needed.</summary>
    public Matrix Delta(int l, Matrix? above) =>
        l == Depth ? Evaluate(Delta(l).Definition) : Evaluate(Delta(l).Definition, (Delta(l + 1), above!));

    /// <summary>
    /// ∂C/∂aˡ, which comes down from the layer above: (Wˡ⁺¹)ᵀ δˡ⁺¹; for the last layer the derivative of the loss by the outputs.
    /// </summary>
    /// <param name="l">The layer; 0 for the inputs.</param>
    /// <param name="above">δ of the layer above.</param>
    /// <param name="transposedWeights">What stands in place of (Wˡ⁺¹)ᵀ; null for itself.</param>
    public Matrix Passed(int l, Matrix? above, Matrix? transposedWeights = null)
    {
        if (l == Depth)
        {
            return PassedBy(loss);
        }

        Expr passed = l == 0 ? derivation.GradientOf(network.Input) : derivation.StepOf(network.Layers[l - 1].Activation)!.Right;
        return transposedWeights is null
            ? Evaluate(passed, (Delta(l + 1), above!))
            : Evaluate(passed, (Delta(l + 1), above!), (network.Layers[l].Weights.Transpose(), transposedWeights));
    }

    /// <summary>The derivative of any loss by the outputs.</summary>
    public Matrix PassedBy(Loss other) => Evaluate(Of(other).Adjoint);

    /// <summary>The value of any loss.</summary>
    public double CostBy(Loss other) => Evaluate(Of(other).Cost)[0, 0];

    /// <summary>Passes an adjoint of aˡ on to zˡ: G ⊙ f′(zˡ) for an elementwise activation.</summary>
    public Matrix ThroughActivation(int l, Matrix passed)
    {
        if (!throughActivation.TryGetValue(l, out (Symbol Passed, Expr Adjoint) known))
        {
            SymbolicLayer layer = network.Layers[l - 1];
            Symbol g = layer.Activation.Pool.Symbol(new("passed", l), layer.Activation.Shape);
            Derivation through = Derivation.Of(Expr.Inner(g, layer.Activation.Definition), [layer.PreActivation]);
            throughActivation[l] = known = (g, through.GradientOf(layer.PreActivation));
        }

        return Evaluate(known.Adjoint, (known.Passed, passed));
    }

    /// <summary>∂C/∂Wˡ for some δˡ, and with something in place of aˡ⁻¹ where asked.</summary>
    public Matrix WeightGradient(int l, Matrix delta, Matrix? input = null)
    {
        SymbolicLayer layer = network.Layers[l - 1];
        Expr gradient = derivation.GradientOf(layer.Weights);
        return input is null ? Evaluate(gradient, (Delta(l), delta)) : Evaluate(gradient, (Delta(l), delta), (layer.Input, input));
    }

    /// <summary>∂C/∂bˡ for some δˡ.</summary>
    public Matrix BiasGradient(int l, Matrix delta) =>
        Evaluate(derivation.GradientOf(network.Layers[l - 1].Biases!), (Delta(l), delta));

    /// <summary>f of each element, f′, or f′ as its file writes it in x and y; as the functions' own expressions say.</summary>
    public static Matrix Elementwise(Func<Expr, Expr, Expr> of, Matrix x, Matrix y)
    {
        ExprPool pool = new();
        Shape shape = new(Dim.Of("rows", x.Rows), Dim.Of("columns", x.Columns));
        Symbol first = pool.Symbol(new("x"), shape);
        Symbol second = pool.Symbol(new("y"), shape);
        return Evaluator.Evaluate(of(first, second), new Bindings().Set(first, x).Set(second, y));
    }

    /// <summary>A loss of outputs that are a variable, in a pool of its own: each loss has its names for what is in it.</summary>
    private (Expr Cost, Expr Adjoint) Of(Loss other)
    {
        if (!losses.TryGetValue(other.Name, out (Expr Cost, Expr Adjoint) known))
        {
            ExprPool pool = new();
            Symbol target = pool.Symbol(new("target"), network.Target.Shape);
            Symbol output = pool.Symbol(new("output"), network.Output.Shape);
            bindings.Set(target, ValueOf(network.Target)).Set(output, ValueOf(network.Output));
            Expr cost = other.Of(target, output);
            losses[other.Name] = known = (cost, Derivation.Of(cost, [output]).GradientOf(output));
        }

        return known;
    }

    private Symbol VariableOf(GivenTensor given) => given.Quantity switch
    {
        ComparedQuantity.Weights => network.Layers[given.Layer].Weights,
        ComparedQuantity.Biases => network.Layers[given.Layer].Biases!,
        _ => network.Input,
    };

    private Named Delta(int l) => derivation.AdjointNameOf(network.Layers[l - 1].PreActivation)!;

    private Matrix ValueOf(Expr expression) => bindings.ValueOf(expression)!;

    private Matrix Evaluate(Expr expression, params ReadOnlySpan<(Expr Part, Matrix Value)> edits)
    {
        Bindings edited = edits.IsEmpty ? bindings : bindings.Copy();
        foreach ((Expr part, Matrix value) in edits)
        {
            edited.Set(part, value);
        }

        return Evaluator.Evaluate(expression, edited);
    }
}

using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>Turns a network whose samples are columns into the same with samples as rows: every quantity transposed, weights and biases as they are stored.</summary>
internal static class SampleRows
{
    /// <summary>The network with samples as rows, in a pool of its own: Z = A Wᵀ + 1 bᵀ.</summary>
    public static LayeredNetwork Of(LayeredNetwork columns)
    {
        ExprPool pool = new();
        Dictionary<Expr, Expr> turned = new(ReferenceEqualityComparer.Instance);
        Symbol Turned(Symbol symbol) => pool.Symbol(symbol.Name, symbol.Shape.Transposed, symbol.Kind);
        Symbol input = Turned(columns.Input);
        Symbol target = Turned(columns.Target);
        (turned[columns.Input], turned[columns.Target]) = (input, target);
        Dictionary<Symbol, Symbol> stored = [];
        foreach (Symbol parameter in columns.Parameters)
        {
            stored[parameter] = pool.Symbol(parameter.Name, parameter.Shape, parameter.Kind);
            turned[parameter] = stored[parameter].Transpose();
        }

        // A cost that is written in z alone does not reach the last a.
        foreach (Expr node in Expr.Reachable(columns.Cost, columns.Output).Where(node => !turned.ContainsKey(node)))
        {
            turned[node] = Turn(node, pool, turned);
        }

        List<SymbolicLayer> layers = [];
        foreach (SymbolicLayer layer in columns.Layers)
        {
            layers.Add(new(stored[layer.Weights], layer.Biases is null ? null : stored[layer.Biases], turned[layer.Input],
                (Named)turned[layer.PreActivation], (Named)turned[layer.Activation]));
        }

        return new(input, target, layers, (Named)turned[columns.Cost], pool.Symbol(columns.LearningRate.Name, Shape.Scalar), columns.Batch) { SamplesAreRows = true };
    }

    /// <summary>eᵀ, where the operands have theirs.</summary>
    private static Expr Turn(Expr e, ExprPool pool, Dictionary<Expr, Expr> turned)
    {
        Expr Of(int operand) => turned[e.Operands[operand]];
        return e switch
        {
            Constant constant => pool.Constant(constant.Value),
            Ones => pool.Ones(e.Shape.Columns, e.Shape.Rows),
            Zeros => pool.Zeros(e.Shape.Transposed),
            Eye => pool.Eye(e.Shape.Rows),
            MatMul => Expr.MatMul(Of(1), Of(0)),
            Transpose => Of(0).Transpose(),
            Named named => Of(0).As(named.Name),
            Softmax => Expr.Softmax(Of(0).Transpose()).Transpose(),
            LogSumExp => Expr.LogSumExp(Of(0).Transpose()).Transpose(),
            Diag => Expr.Diag(Of(0).Transpose()),
            DiagonalOf => Expr.DiagonalOf(Of(0)).Transpose(),
            Trace or Determinant or LogDeterminant or Inverse or Power or Exponential or LargestElement => e.With([Of(0)]),
            Add or Subtract or Negate or Scale or Hadamard or Quotient or Maximum or Minimum or Apply or Sum or SquaredNorm or Norm or Divide or ElementPower
                => e.With([.. e.Operands.Select(operand => turned[operand])]),
            _ => throw new NotSupportedException($"{e.Describe()} is not written with samples as rows"),
        };
    }
}

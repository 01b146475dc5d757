using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Verification;

/// <summary>What the symbols and dimensions of an expression stand for.</summary>
public sealed class Bindings
{
    private readonly Dictionary<Expr, Matrix> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Dim, int> sizes = [];

    /// <summary>No values yet.</summary>
    public Bindings()
    {
    }

    private Bindings(Bindings other)
    {
        values = new(other.values, ReferenceEqualityComparer.Instance);
        sizes = new(other.sizes);
    }

    /// <summary>Gives a symbol, or in place of its own value any other expression, a value.</summary>
    public Bindings Set(Expr expression, Matrix value)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(value);
        if (SizeOf(expression.Shape.Rows) != value.Rows || SizeOf(expression.Shape.Columns) != value.Columns)
        {
            throw new ShapeException($"{expression.Describe()} cannot have a value of {value.Rows}×{value.Columns}");
        }

        values[expression] = value;
        return this;
    }

    /// <summary>Gives a dimension its size.</summary>
    public Bindings Set(Dim dim, int size)
    {
        ArgumentNullException.ThrowIfNull(dim);
        sizes[dim] = size;
        return this;
    }

    /// <summary>The size of a dimension.</summary>
    public int SizeOf(Dim dim)
    {
        ArgumentNullException.ThrowIfNull(dim);
        return dim.Value ?? (sizes.TryGetValue(dim, out int size) ? size
            : dim.Factors.Length > 1 ? dim.Factors.Aggregate(1, (product, factor) => checked(product * SizeOf(factor)))
            : throw new InvalidOperationException($"the dimension {dim.Name} has no size"));
    }

    /// <summary>The value that was set for an expression, or null.</summary>
    public Matrix? ValueOf(Expr expression) => values.GetValueOrDefault(expression);

    /// <summary>A copy that may be changed by itself.</summary>
    public Bindings Copy() => new(this);
}

/// <summary>
/// The reference: computes any expression in double precision, one node at a time, as its definition says. Derivatives that
/// stand as questions (∂C/∂X, Jacobians, dF) are answered by finite differences, never by the rules.
/// </summary>
public static class Evaluator
{
    /// <summary>The value of one expression.</summary>
    public static Matrix Evaluate(Expr expression, Bindings bindings) => EvaluateAll([expression], bindings)[0];

    /// <summary>The values of several expressions; what they share is computed once.</summary>
    public static IReadOnlyList<Matrix> EvaluateAll(IReadOnlyList<Expr> expressions, Bindings bindings)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        Dictionary<Expr, Matrix> values = new(ReferenceEqualityComparer.Instance);
        foreach (Expr node in Needed(expressions, bindings))
        {
            values[node] = bindings.ValueOf(node) ?? Compute(node, values, bindings);
        }

        return [.. expressions.Select(expression => values[expression])];
    }

    /// <summary>The nodes to compute, operands first: what has a value, or is a derivative, is not looked into.</summary>
    private static IEnumerable<Expr> Needed(IReadOnlyList<Expr> roots, Bindings bindings)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Expr> open = new(roots);
        while (open.TryPop(out Expr? next))
        {
            if (seen.Add(next) && next is not (Gradient or Jacobian or Differential) && bindings.ValueOf(next) is null)
            {
                foreach (Expr operand in next.Operands)
                {
                    open.Push(operand);
                }
            }
        }

        return seen.OrderBy(node => node.Id);
    }

    private static Matrix Compute(Expr node, Dictionary<Expr, Matrix> values, Bindings bindings)
    {
        Matrix Of(int operand) => values[node.Operands[operand]];
        Matrix Filled(double value) => Matrix.From(bindings.SizeOf(node.Shape.Rows), bindings.SizeOf(node.Shape.Columns), (_, _) => value);
        return node switch
        {
            Named => Of(0),
            Constant c => Matrix.Scalar(c.Value.Evaluate(bindings.SizeOf)),
            Ones => Filled(1),
            Zeros => Filled(0),
            Eye => Matrix.From(bindings.SizeOf(node.Shape.Rows), bindings.SizeOf(node.Shape.Rows), (i, j) => i == j ? 1 : 0),
            Add => Of(0).Zip(Of(1), (x, y) => x + y),
            Subtract when IsLogSoftmax(node, bindings) => ByColumn(Of(0), LogProbabilities),
            Subtract => Of(0).Zip(Of(1), (x, y) => x - y),
            Negate => Of(0).Map(x => -x),
            Scale => Of(1).Map(x => Of(0)[0, 0] * x),
            MatMul => Of(0) * Of(1),
            Hadamard => Of(0).Zip(Of(1), (x, y) => x * y),
            Quotient => Of(0).Zip(Of(1), (x, y) => x / y),
            Maximum => Of(0).Zip(Of(1), Math.Max),
            Minimum => Of(0).Zip(Of(1), Math.Min),
            Transpose => Of(0).Transposed(),
            Apply apply => Of(0).Map(apply.Function.Evaluate),
            Sum => Matrix.Scalar(Of(0).Sum()),
            SquaredNorm => Matrix.Scalar(Of(0).Map(x => x * x).Sum()),
            Softmax => ByColumn(Of(0), Probabilities),
            LogSumExp => ByColumn(Of(0), column => [LogOfSum(column)]),
            Vec => new(bindings.SizeOf(node.Shape.Rows), 1, [.. Of(0).Elements]),
            Diag => Matrix.From(Of(0).Rows, Of(0).Rows, (i, j) => i == j ? Of(0)[i, 0] : 0),
            Kron => Kronecker(Of(0), Of(1)),
            Divide => Of(0).Map(x => x / Of(1)[0, 0]),
            Trace => Matrix.Scalar(Enumerable.Range(0, Of(0).Rows).Sum(i => Of(0)[i, i])),
            Determinant => Matrix.Scalar(LinearAlgebra.Determinant(Of(0))),
            LogDeterminant => Matrix.Scalar(LinearAlgebra.LogDeterminant(Of(0))),
            Inverse => LinearAlgebra.Inverse(Of(0)),
            Power power => LinearAlgebra.Power(Of(0), power.Exponent),
            ElementPower => Of(0).Map(x => Math.Pow(x, Of(1)[0, 0])),
            DiagonalOf => Matrix.From(Of(0).Rows, 1, (i, _) => Of(0)[i, i]),
            Unvec => new(bindings.SizeOf(node.Shape.Rows), bindings.SizeOf(node.Shape.Columns), [.. Of(0).Elements]),
            Commutation k => LinearAlgebra.Commutation(bindings.SizeOf(k.M), bindings.SizeOf(k.N)),
            Exponential => LinearAlgebra.Exponential(Of(0)),
            ExponentialDifferential => LinearAlgebra.ExponentialDifferential(Of(0), [.. node.Operands.Skip(1).Select((_, i) => Of(i + 1))]),
            Norm => Matrix.Scalar(Math.Sqrt(Of(0).Map(x => x * x).Sum())),
            LargestElement => Matrix.Scalar(Of(0).Elements.ToArray().Aggregate(Math.Max)),
            Gradient gradient => FiniteDifferences.Gradient(gradient.Operands[0], gradient.Operands[1], bindings),
            Jacobian jacobian => FiniteDifferences.Jacobian(jacobian.Operands[0], jacobian.Operands[1], bindings),
            Differential differential => FiniteDifferences.Differential(differential.Of, bindings),
            Symbol symbol => throw new InvalidOperationException($"the symbol {symbol.Name} has no value"),
            _ => throw new NotSupportedException($"{node.Describe()} cannot be evaluated"),
        };
    }

    /// <summary>Whether a node is Z − 1 lse(Z), and no part of it is held at a value of its own.</summary>
    private static bool IsLogSoftmax(Expr node, Bindings bindings) =>
        LogSoftmax.ArgumentOf(node) is not null && node.Operands[1].Operands.Append(node.Operands[1]).All(part => bindings.ValueOf(part) is null);

    private static IEnumerable<double> Probabilities(IReadOnlyList<double> column) => LogProbabilities(column).Select(Math.Exp);

    private static IEnumerable<double> LogProbabilities(IReadOnlyList<double> column)
    {
        (double largest, double log) = LargestAndLog(column);
        return column.Select(z => z - largest - log);
    }

    private static double LogOfSum(IReadOnlyList<double> column)
    {
        (double largest, double log) = LargestAndLog(column);
        return largest + log;
    }

    /// <summary>
    /// The two parts of log Σ exp(z): the largest element, and log(1 + Σ exp(z − largest)) over all others, which is accurate however far below
    /// they are.
    /// </summary>
    private static (double Largest, double Log) LargestAndLog(IReadOnlyList<double> column)
    {
        double largest = column.Aggregate(Math.Max);
        if (!double.IsFinite(largest))
        {
            return (largest, 0);
        }

        int at = column.Index().First(element => element.Item == largest).Index;
        return (largest, Function.LogOnePlus.Evaluate(column.Where((_, i) => i != at).Sum(z => Math.Exp(z - largest))));
    }

    private static Matrix ByColumn(Matrix x, Func<IReadOnlyList<double>, IEnumerable<double>> f)
    {
        List<double> elements = [];
        for (int j = 0; j < x.Columns; j++)
        {
            elements.AddRange(f(x.Elements.Slice(j * x.Rows, x.Rows).ToArray()));
        }

        return new(elements.Count / x.Columns, x.Columns, [.. elements]);
    }

    private static Matrix Kronecker(Matrix x, Matrix y) => Matrix.From(
        x.Rows * y.Rows, x.Columns * y.Columns, (i, j) => x[i / y.Rows, j / y.Columns] * y[i % y.Rows, j % y.Columns]);
}

using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>Estimates what evaluating expressions takes before it is tried: a short text may mean a matrix that no machine holds.</summary>
internal static class Effort
{
    /// <summary>The most that one value may take, in elements computed.</summary>
    public const double Most = 2e7;

    /// <summary>The most that a derivative by differences may take.</summary>
    public const double MostByDifferences = 4e7;

    /// <summary>The most elements that the variables of one point may have.</summary>
    public const double MostDrawn = 1e6;

    /// <summary>A multiplication and an addition take less than an element that is computed by itself.</summary>
    private const double OfMultiplyAdd = 0.2;

    private const double OfExponential = 30;

    /// <summary>What a node takes, however small its value is.</summary>
    private const double OfNode = 50;

    /// <summary>The number of elements of a shape; no number is too large for it.</summary>
    public static double Elements(Shape shape, Func<Dim, double> sizeOf) => Size(shape.Rows, sizeOf) * Size(shape.Columns, sizeOf);

    /// <summary>The size of a dimension.</summary>
    public static double Size(Dim dim, Func<Dim, double> sizeOf) =>
        dim.Value ?? (dim.Factors.Length > 1 ? dim.Factors.Aggregate(1.0, (product, factor) => product * Size(factor, sizeOf)) : sizeOf(dim));

    /// <summary>What computing nodes takes, each once.</summary>
    public static double Of(IEnumerable<Expr> nodes, Func<Dim, double> sizeOf)
    {
        double total = 0;
        foreach (Expr node in nodes)
        {
            double elements = OfNode + Elements(node.Shape, sizeOf);
            double cube = elements * Size(node.Operands.IsEmpty ? node.Shape.Rows : node.Operands[0].Shape.Columns, sizeOf) * OfMultiplyAdd;
            total += node switch
            {
                MatMul => elements + cube,
                Inverse => elements + (2 * cube),
                Determinant or LogDeterminant => Math.Pow(Size(node.Operands[0].Shape.Rows, sizeOf), 3) * OfMultiplyAdd,
                Power power => elements + (2 * Math.Log2(2.0 + Math.Abs((double)power.Exponent)) * cube),
                Exponential => elements + (OfExponential * cube),
                ExponentialDifferential l => elements + (Math.Pow(8, l.Directions.Count()) * OfExponential * cube),
                _ => elements,
            };
        }

        return total;
    }

    /// <summary>What computing an expression takes at a point.</summary>
    public static double Of(Expr expression, Bindings at) => Of(Expr.Reachable(expression), dim => at.SizeOf(dim));
}

using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>
/// Where the elementwise functions are not smooth. A finite difference across such a point is no approximation of the derivative, and it is
/// known from the arguments whether one was crossed; nothing has to be guessed from the values.
/// </summary>
internal static class Kinks
{
    /// <summary>The arguments of all functions with kinks in an expression, as far as they depend on a variable, and the kinks.</summary>
    public static IReadOnlyList<(Expr Argument, ImmutableArray<double> Points)> Below(Expr expression, Expr variable)
    {
        HashSet<Expr> dependent = new(ReferenceEqualityComparer.Instance) { variable };
        List<(Expr, ImmutableArray<double>)> arguments = [];
        foreach (Expr node in Expr.Reachable(expression).Where(node => node.Operands.Any(dependent.Contains)))
        {
            dependent.Add(node);
            switch (node)
            {
                case Apply { Function.Kinks: { IsEmpty: false } kinks } apply:
                    arguments.Add((apply.Operands[0], kinks));
                    break;
                case Maximum or Minimum:
                    arguments.Add((node.Operands[0] - node.Operands[1], [0]));
                    break;
                default:
                    break;
            }
        }

        return arguments;
    }

    /// <summary>On which side of the kinks the elements lie; two equal sequences mean that nothing was crossed.</summary>
    public static IEnumerable<int> Sides(Matrix argument, ImmutableArray<double> points)
    {
        // Not an iterator over the span itself: spans do not live across a yield.
        double[] elements = argument.Elements.ToArray();
        return elements.SelectMany(_ => points, (x, point) => x.CompareTo(point));
    }
}

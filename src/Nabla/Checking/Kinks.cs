using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;

namespace Nabla.Checking;

/// <summary>
/// Where the elementwise functions are not smooth. A finite difference across such a point is no approximation of the derivative, and it is
/// known from the arguments whether one was crossed; nothing has to be guessed from the values.
/// </summary>
internal static class Kinks
{
    // A jump of the second derivative counts: it spoils a fourth-order difference too.
    private static readonly ImmutableDictionary<Function, ImmutableArray<double>> Points =
        ImmutableDictionary.CreateRange<Function, ImmutableArray<double>>(
        [
            new(Function.Abs, [0]), // |x|
            new(Function.Elu, [0]), // second derivative 0 | 1
            new(Function.Huber, [-1, 1]), // second derivative 0 | 1 | 0
            new(Function.LeakyRelu, [0]), // slope 0.01 | 1
            new(Function.Relu, [0]), // slope 0 | 1
            new(Function.Sign, [0]), // a jump
            new(Function.Softsign, [0]), // second derivative 2 | −2
            new(Function.Step, [0]), // a jump
        ]);

    /// <summary>The points where a function or one of its first two derivatives jumps.</summary>
    public static ImmutableArray<double> Of(Function function) => Points.GetValueOrDefault(function, []);

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
                case Apply apply when !Of(apply.Function).IsEmpty:
                    arguments.Add((apply.Operands[0], Of(apply.Function)));
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

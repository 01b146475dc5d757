using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>One random point. What was computed there is kept, so that many similar expressions cost little.</summary>
internal sealed class SamplePoint(Bindings origin)
{
    private readonly Bindings known = origin.Copy();

    /// <summary>The sizes and the values of the variables.</summary>
    public Bindings Origin { get; } = origin;

    /// <summary>The value of an expression; null where it has none that is finite.</summary>
    public Matrix? Value(Expr expression)
    {
        try
        {
            Matrix value = Compute(expression);
            foreach (double element in value.Elements)
            {
                if (!double.IsFinite(element))
                {
                    return null;
                }
            }

            return value;
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or ArgumentException or ArithmeticException or ShapeException)
        {
            return null;
        }
    }

    private Matrix Compute(Expr expression)
    {
        if (known.ValueOf(expression) is Matrix value)
        {
            return value;
        }

        // Reachable is in the order of making: operands come first, and each node is computed from known ones.
        foreach (Expr node in Missing(expression))
        {
            known.Set(node, Evaluator.Evaluate(node, known));
        }

        return known.ValueOf(expression)!;
    }

    private IEnumerable<Expr> Missing(Expr root)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Expr> open = new([root]);
        while (open.TryPop(out Expr? next))
        {
            if (known.ValueOf(next) is null && seen.Add(next))
            {
                foreach (Expr operand in next.Operands)
                {
                    open.Push(operand);
                }
            }
        }

        return seen.OrderBy(node => node.Id);
    }
}

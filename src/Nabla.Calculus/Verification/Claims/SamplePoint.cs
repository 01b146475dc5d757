using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>One random point. What was computed there is kept, so that many similar expressions cost little.</summary>
internal sealed class SamplePoint(Bindings origin)
{
    /// <summary>The most elements that are kept.</summary>
    private const double MostKept = 4e6;

    private Bindings known = origin.Copy();
    private double kept;

    /// <summary>Whether an expression was not computed because it is too large.</summary>
    public bool WasTooLarge { get; private set; }

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

    /// <summary>
    /// What rounding may leave over in a value, which says what is zero where large terms cancel: how far the value moves where each
    /// intermediate result is off by a little more than it is by rounding.
    /// </summary>
    public double NoiseOf(Expr expression)
    {
        const double Off = 1e-10;
        const double OffByRounding = 1e-13;
        if (Value(expression) is not Matrix exact)
        {
            return 0;
        }

        Random random = new(1);
        Bindings off = Origin.Copy();
        foreach (Expr node in Expr.Reachable(expression).Where(node => off.ValueOf(node) is null).OrderBy(node => node.Id))
        {
            Matrix value = Evaluator.Evaluate(node, off);
            off.Set(node, node.Operands.IsEmpty ? value : value.Map(x => x * (1 + (Off * (random.Next(2) == 0 ? -1 : 1) * (1 + random.NextDouble())))));
        }

        double moved = off.ValueOf(expression)!.Zip(exact, (x, y) => x - y).MaxAbs();
        return double.IsFinite(moved) ? moved / Off * OffByRounding : 0;
    }

    private Matrix Compute(Expr expression)
    {
        if (known.ValueOf(expression) is Matrix value)
        {
            return value;
        }

        List<Expr> missing = [.. Missing(expression)];
        double effort = Effort.Of(missing, dim => Origin.SizeOf(dim));
        if (effort > Effort.Most)
        {
            WasTooLarge = true;
            throw new InvalidOperationException("the expression is too large to be computed");
        }

        double elements = missing.Sum(node => Effort.Elements(node.Shape, dim => Origin.SizeOf(dim)));
        if (kept + elements > MostKept && kept > 0)
        {
            (known, kept) = (Origin.Copy(), 0);
            missing = [.. Missing(expression)];
        }

        kept += elements;

        // Missing is in the order of making: operands come first, and each node is computed from known ones.
        foreach (Expr node in missing)
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

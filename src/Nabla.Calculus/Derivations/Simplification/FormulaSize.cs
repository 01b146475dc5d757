using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>The length of a formula: the nodes of its tree when it is written in the input language, where a name counts as one.</summary>
public sealed class FormulaSize
{
    private const int Largest = 1_000_000_000;

    private readonly Dictionary<Expr, int> sizes = new(ReferenceEqualityComparer.Instance);

    /// <summary>The length of an expression; it does not grow beyond a thousand million.</summary>
    public int this[Expr expression]
    {
        get
        {
            if (sizes.TryGetValue(expression, out int known))
            {
                return known;
            }

            RuntimeSizes(expression);
            return sizes[expression];
        }
    }

    /// <summary>Operands first, without recursion.</summary>
    private void RuntimeSizes(Expr root)
    {
        Stack<Expr> open = new([root]);
        while (open.TryPeek(out Expr? next))
        {
            if (sizes.ContainsKey(next))
            {
                open.Pop();
                continue;
            }

            bool ready = true;
            if (next is not Named)
            {
                foreach (Expr operand in next.Operands)
                {
                    if (!sizes.ContainsKey(operand))
                    {
                        open.Push(operand);
                        ready = false;
                    }
                }
            }

            if (ready)
            {
                open.Pop();
                sizes[next] = (int)Math.Min(Largest, Of(next));
            }
        }
    }

    private long Of(Expr e) => e switch
    {
        Named => 1,
        Constant c => Of(c.Value),
        Ones or Zeros => e.Shape.IsScalar ? 1 : e.Shape.IsColumn ? 1 + Of(e.Shape.Rows) : 1 + Of(e.Shape.Rows) + Of(e.Shape.Columns),
        Eye => 1 + Of(e.Shape.Rows),
        Commutation k => 1 + Of(k.M) + Of(k.N),
        MatMul { Operands: [var x, Ones { Shape.IsColumn: true }] } => 1L + sizes[x],
        MatMul { Operands: [Ones { Shape.Rows.IsOne: true }, var x] } => 1L + sizes[x],
        SquaredNorm => 3L + sizes[e.Operands[0]],
        Power => 2L + sizes[e.Operands[0]],
        _ => 1 + e.Operands.Sum(operand => (long)sizes[operand]),
    };

    private static long Of(Dim dim) => Math.Max(1, (2 * dim.Factors.Length) - 1);

    private static long Of(Coefficient value) =>
        (value.Number < 0 ? 1 : 0) + Math.Max(1, (2 * (value.Powers.Sum(power => Math.Abs(power.Power)) + (Math.Abs(value.Number) == 1 ? 0 : 1))) - 1)
        + (value.Powers.Any(power => power.Power > 0) || Math.Abs(value.Number) != 1 || value.Powers.IsEmpty ? 0 : 2);
}

using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>
/// Forward differentials, and matrices read off them: vec(dF) = J vec(dX) (Magnus and Neudecker's identification theorem). Rows and columns
/// count elements column by column.
/// </summary>
internal sealed class LinearMaps
{
    private readonly Expr d;
    private readonly Dictionary<Expr, Expr?> matrices = new(ReferenceEqualityComparer.Instance);

    private LinearMaps(Expr d) => this.d = d;

    /// <summary>dF in terms of dX: every operation's differential, put into the next. Zeros where F does not depend on X.</summary>
    public static Expr Differential(Expr f, Expr x, Expr dX, DifferentialRules rules)
    {
        Dictionary<Expr, Expr> tangents = new(ReferenceEqualityComparer.Instance) { [x] = dX };
        foreach (Expr node in Expr.Reachable(f))
        {
            if (tangents.ContainsKey(node))
            {
                continue;
            }

            Expr? total = null;
            for (int i = 0; i < node.Operands.Length; i++)
            {
                if (tangents.TryGetValue(node.Operands[i], out Expr? tangent))
                {
                    Expr term = rules[node].Terms[i](node, tangent);
                    total = total is null ? term : total + term;
                }
            }

            if (total is not null)
            {
                tangents[node] = total;
            }
        }

        return tangents.GetValueOrDefault(f) ?? f.Pool.Zeros(f.Shape);
    }

    /// <summary>J with vec(term) = J vec(d) for a term that is linear in d, zeros where d does not appear; null where it has no matrix form.</summary>
    public static Expr? Matrix(Expr term, Expr d)
    {
        LinearMaps maps = new(d);
        try
        {
            return maps.Of(term) ?? d.Pool.Zeros(new(term.Shape.Size, d.Shape.Size));
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The matrix of a term, or null where d does not appear in it.</summary>
    private Expr? Of(Expr term)
    {
        if (term == d)
        {
            return term.Pool.Eye(d.Shape.Size);
        }

        if (term.Operands.IsEmpty || term is Named or Expressions.Differential)
        {
            return null;
        }

        if (!matrices.TryGetValue(term, out Expr? known))
        {
            matrices[term] = known = Read(term);
        }

        return known;
    }

    private Expr? Read(Expr term)
    {
        ExprPool pool = term.Pool;
        ImmutableArray<Expr?> parts = [.. term.Operands.Select(Of)];
        if (parts.All(part => part is null))
        {
            return null;
        }

        Expr Operand(int i) => term.Operands[i];
        Expr Map(Expr matrix, int i) => Expr.MatMul(matrix, parts[i]!);
        return term switch
        {
            Add => parts[0] is null ? parts[1] : parts[1] is null ? parts[0] : parts[0]! + parts[1]!,
            Subtract => parts[0] is null ? -parts[1]! : parts[1] is null ? parts[0] : parts[0]! - parts[1]!,
            Negate => -parts[0]!,
            Scale when parts[1] is null => Map(Expr.Vec(Operand(1)), 0),
            Scale when parts[0] is null => Operand(0) * parts[1]!,
            Divide when parts[1] is null => Expr.Divide(parts[0]!, Operand(1)),
            MatMul when parts[0] is null => Map(Beside(pool.Eye(Operand(1).Shape.Columns), Operand(0)), 1),
            MatMul when parts[1] is null => Map(Beside(Operand(1).Transpose(), pool.Eye(Operand(0).Shape.Rows)), 0),
            Hadamard when parts[0] is null => Map(Expr.Diag(Expr.Vec(Operand(0))), 1),
            Hadamard when parts[1] is null => Map(Expr.Diag(Expr.Vec(Operand(1))), 0),
            Quotient when parts[1] is null => Map(Expr.Diag(Expr.Vec(Expr.Quotient(pool.Ones(term.Shape.Rows, term.Shape.Columns), Operand(1)))), 0),
            Transpose => Map(pool.Commutation(Operand(0).Shape.Rows, Operand(0).Shape.Columns), 0),
            Sum => Map(pool.Ones(Dim.One, Operand(0).Shape.Size), 0),
            Trace => Map(Expr.Vec(pool.Eye(Operand(0).Shape.Rows)).Transpose(), 0),
            Vec or Unvec => parts[0],
            Diag => Map(Embedding(pool, term.Shape.Rows), 0),
            DiagonalOf => Map(Embedding(pool, term.Shape.Rows).Transpose(), 0),
            Kron when parts[1] is null => Map(Expr.MatMul(Mix(Operand(0), Operand(1)), Beside(pool.Eye(Operand(0).Shape.Size), Expr.Vec(Operand(1)))), 0),
            Kron when parts[0] is null => Map(Expr.MatMul(Mix(Operand(0), Operand(1)), Beside(Expr.Vec(Operand(0)), pool.Eye(Operand(1).Shape.Size))), 1),
            _ => throw new NotSupportedException($"{term.Describe()} has no matrix form"),
        };
    }

    /// <summary>vec(diag(v)) = diag(vec(I))(1 ⊗ I) v.</summary>
    private static Expr Embedding(ExprPool pool, Dim n) =>
        Expr.MatMul(Expr.Diag(Expr.Vec(pool.Eye(n))), Beside(pool.Ones(n, Dim.One), pool.Eye(n)));

    /// <summary>M with vec(X ⊗ Y) = M (vec(X) ⊗ vec(Y)): I ⊗ K ⊗ I.</summary>
    private static Expr Mix(Expr x, Expr y) => Beside(
        Beside(x.Pool.Eye(x.Shape.Columns), x.Pool.Commutation(y.Shape.Columns, x.Shape.Rows)), x.Pool.Eye(y.Shape.Rows));

    /// <summary>X ⊗ Y, where a factor I of size 1 is left out.</summary>
    private static Expr Beside(Expr x, Expr y) =>
        x is Eye && x.Shape.IsScalar ? y : y is Eye && y.Shape.IsScalar ? x : Expr.Kron(x, y);
}

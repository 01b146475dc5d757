namespace Nabla.Calculus.Expressions;

/// <summary>
/// The expressions of one piece of work. Equal expressions are one object (hash consing), so that identity is equality and a
/// shared sub-expression is differentiated and computed once. A pool belongs to one thread at a time; it is not a static
/// table, so nothing leaks and two networks' W¹ stay two symbols.
/// </summary>
public sealed class ExprPool
{
    /// <summary>How deep an expression may be between two names; walks that recurse rely on it.</summary>
    public const int MaximumDepth = 2000;

    private readonly Dictionary<Expr, Expr> nodes = new(new Structural());
    private readonly Dictionary<Expr, Named> names = new(ReferenceEqualityComparer.Instance);

    /// <summary>The number of different expressions made so far.</summary>
    public int Count => nodes.Count;

    /// <summary>A symbol: an input, a target, a parameter or any other variable. Its name must be new.</summary>
    public Symbol Symbol(Name name, Shape shape, SymbolKind kind = SymbolKind.Variable, bool isSymmetric = false)
    {
        int before = Count;
        Symbol symbol = Intern(new Symbol(this, name, shape, kind, isSymmetric));
        return Count > before ? symbol : throw new ArgumentException($"the symbol {name} exists already", nameof(name));
    }

    /// <summary>A constant scalar.</summary>
    public Constant Constant(Coefficient value) => Intern(new Constant(this, value));

    /// <summary>A constant scalar.</summary>
    public Constant Constant(double value) => Constant(Coefficient.Of(value));

    /// <summary>A matrix of ones.</summary>
    public Ones Ones(Dim rows, Dim columns) => Intern(new Ones(this, new(rows, columns)));

    /// <summary>A matrix of zeros.</summary>
    public Zeros Zeros(Shape shape) => Intern(new Zeros(this, shape));

    /// <summary>The identity matrix I.</summary>
    public Eye Eye(Dim size) => Intern(new Eye(this, size));

    /// <summary>The commutation matrix K: vec(Xᵀ) = K vec(X) for X of m×n; I where one of both is 1.</summary>
    public Expr Commutation(Dim m, Dim n)
    {
        ArgumentNullException.ThrowIfNull(m);
        ArgumentNullException.ThrowIfNull(n);
        return m.IsOne || n.IsOne ? Eye(m * n) : Intern(new Commutation(this, m, n));
    }

    /// <summary>The name that an expression was given, or null.</summary>
    public Named? NameOf(Expr expression) => names.GetValueOrDefault(expression);

    internal T Intern<T>(T candidate)
        where T : Expr
    {
        if (nodes.TryGetValue(candidate, out Expr? existing))
        {
            return (T)existing;
        }

        if (candidate.Depth > MaximumDepth)
        {
            throw new InvalidOperationException(
                $"an expression is more than {MaximumDepth} operations deep; give intermediate results names");
        }

        candidate.Id = nodes.Count;
        nodes.Add(candidate, candidate);
        if (candidate is Named named)
        {
            names.TryAdd(named.Definition, named);
        }

        return candidate;
    }

    /// <summary>Equality one level deep: the operands are interned already.</summary>
    private sealed class Structural : IEqualityComparer<Expr>
    {
        public bool Equals(Expr? x, Expr? y) =>
            x!.GetType() == y!.GetType()
            && x.Operands.AsSpan().SequenceEqual(y.Operands.AsSpan())
            && x.Shape == y.Shape
            && object.Equals(x.Payload, y.Payload);

        public int GetHashCode(Expr x)
        {
            HashCode hash = default;
            hash.Add(x.GetType());
            hash.Add(x.Payload);
            hash.Add(x.Shape);
            foreach (Expr operand in x.Operands)
            {
                hash.Add(operand.Id);
            }

            return hash.ToHashCode();
        }
    }
}

namespace Nabla.Calculus.Expressions;

/// <summary>
/// The expressions of one piece of work. Equal expressions are one object (hash consing), so that identity is equality and a
/// shared sub-expression is differentiated and computed once. A pool belongs to one thread at a time; it is not a static
/// table, so nothing leaks and two networks' W¹ stay two symbols.
/// </summary>
public sealed class ExprPool
{
    /// <summary>How deep an expression may be between two names. Printing recurses that far; every other walk is a loop, or is bounded.</summary>
    public const int MaximumDepth = 2000;

    private readonly Dictionary<Expr, Expr> nodes = new(new Structural());
    private readonly Dictionary<string, Expr> meanings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dim> dims = new(StringComparer.Ordinal);

    /// <summary>The number of different expressions made so far.</summary>
    public int Count => nodes.Count;

    /// <summary>A symbol: an input, a target, a parameter or any other variable. Its name must be new.</summary>
    /// <exception cref="ArgumentException">The name stands for something already, or a dimension is known with another size.</exception>
    public Symbol Symbol(Name name, Shape shape, SymbolKind kind = SymbolKind.Variable, bool isSymmetric = false)
    {
        Symbol candidate = new(this, name, shape, kind, isSymmetric);
        if (MeaningOf(name) is Expr other)
        {
            throw Taken(name, other, candidate);
        }

        Symbol symbol = Intern(candidate);
        meanings.Add($"{name}", symbol);
        return symbol;
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

    /// <summary>The symbol that has a name, or the intermediate result that was given it; null where the name is free.</summary>
    public Expr? MeaningOf(Name name) => meanings.GetValueOrDefault($"{name}");

    /// <summary>An intermediate result under a name that is free, or that stands for the same already.</summary>
    internal Named Name(Named candidate)
    {
        if (MeaningOf(candidate.Name) is Expr other && !nodes.Comparer.Equals(other, candidate))
        {
            throw Taken(candidate.Name, other, candidate);
        }

        Named named = Intern(candidate);
        meanings[$"{named.Name}"] = named;
        return named;
    }

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

        if (candidate.Operands.IsEmpty)
        {
            Register(candidate.Shape);
        }

        candidate.Id = nodes.Count;
        nodes.Add(candidate, candidate);
        return candidate;
    }

    /// <summary>What has a name, in words.</summary>
    internal static string Meaning(Expr expression) => expression is Named named ? $"{named.Definition} ({named.Shape})" : $"the symbol {expression.Describe()}";

    private static ArgumentException Taken(Name name, Expr other, Expr candidate) =>
        new($"the name {name} is taken: it is {Meaning(other)}, so it cannot be {Meaning(candidate)} too");

    /// <summary>Keeps the sizes of dimensions: one name, one size. Only leaves bring new ones.</summary>
    private void Register(Shape shape)
    {
        foreach (Dim dim in shape.Rows.Factors.AddRange(shape.Columns.Factors))
        {
            if (!dims.TryAdd(dim.Name, dim) && dims[dim.Name].Value != dim.Value)
            {
                throw new ArgumentException($"the dimension {dim.Name} is {Size(dims[dim.Name])} already, so it cannot be {Size(dim)} too");
            }
        }
    }

    private static string Size(Dim dim) => dim.Value is int value ? $"{value}" : "one without a size";

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

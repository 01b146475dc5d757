using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification;

/// <summary>What is known of a variable beyond its shape: how its random values are drawn, and which facts a simplification may use.</summary>
public enum Condition
{
    /// <summary>All elements are positive.</summary>
    Positive,

    /// <summary>A square matrix away from the singular ones: random + 2I.</summary>
    WellConditioned,

    /// <summary>The elements are positive and add up to 1.</summary>
    SumToOne,

    /// <summary>The elements of each row are positive and add up to 1.</summary>
    RowsSumToOne,

    /// <summary>The elements of each column are positive and add up to 1.</summary>
    ColumnsSumToOne,

    /// <summary>Symmetric with positive eigenvalues.</summary>
    PositiveDefinite,

    /// <summary>At least as many rows as columns, and the columns are independent.</summary>
    FullColumnRank,
}

/// <summary>The conditions of an identity: for each variable what is known of it.</summary>
public sealed class Conditions
{
    private readonly ImmutableArray<(Symbol Variable, Condition Condition)> all;

    /// <summary>The given conditions.</summary>
    public Conditions(params IEnumerable<(Symbol Variable, Condition Condition)> conditions) => all = [.. conditions];

    /// <summary>No conditions.</summary>
    public static Conditions None { get; } = new();

    /// <summary>All conditions, in their order.</summary>
    public IReadOnlyList<(Symbol Variable, Condition Condition)> All => all;

    /// <summary>The conditions that are equations, for a simplification: sum(y) = 1, Y1 = 1, Aᵀ = A.</summary>
    public IReadOnlyList<Assumption> Assumptions => [.. all.Select(one => ToAssumption(one.Variable, one.Condition)).OfType<Assumption>()];

    /// <summary>Whether a condition is known of a variable.</summary>
    public bool Holds(Symbol variable, Condition condition) => all.Contains((variable, condition));

    private static Assumption? ToAssumption(Symbol x, Condition condition)
    {
        ExprPool pool = x.Pool;
        return condition switch
        {
            Condition.SumToOne => new(Expr.Sum(x), pool.Constant(1)),
            Condition.RowsSumToOne => new(Expr.RowSums(x), pool.Ones(x.Shape.Rows, Dim.One)),
            Condition.ColumnsSumToOne => new(Expr.ColumnSums(x), pool.Ones(Dim.One, x.Shape.Columns)),
            Condition.PositiveDefinite => new(x.Transpose(), x),
            _ => null,
        };
    }
}

/// <summary>Random points that an identity is tried at: sizes that differ where the names of the dimensions do, and values that meet the conditions.</summary>
public sealed class RandomPoints
{
    /// <summary>The largest size of one dimension that is drawn; a declared number may be larger.</summary>
    public const int LargestSize = 7;

    private readonly Random random;

    /// <summary>The same seed gives the same points.</summary>
    public RandomPoints(int seed) => random = new(seed);

    /// <summary>Sizes for the dimensions and values for the symbols of some expressions. Not every point is away from the kinks of its functions.</summary>
    /// <param name="expressions">The expressions.</param>
    /// <param name="conditions">What is known of the variables.</param>
    /// <param name="sizes">The sizes of dimensions that are not to be drawn.</param>
    /// <param name="large">Whether the sizes are to be as large as they may be: 5 to 7, of more than three dimensions some smaller.</param>
    /// <exception cref="InvalidOperationException">The expressions have too many dimensions.</exception>
    public Bindings Next(IReadOnlyList<Expr> expressions, Conditions conditions, IReadOnlyDictionary<Dim, int>? sizes = null, bool large = false)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        Bindings bindings = new();
        IReadOnlyList<Expr> nodes = Expr.Reachable(expressions);
        IEnumerable<Dim> dims = nodes
            .SelectMany(node => node is Constant c ? [.. c.Value.Powers.Select(power => power.Dim)] : node.Shape.Rows.Factors.AddRange(node.Shape.Columns.Factors))
            .Where(dim => dim.Value is null)
            .Distinct();
        foreach ((Dim dim, int size) in sizes ?? new Dictionary<Dim, int>())
        {
            bindings.Set(dim, size);
        }

        Draw(bindings, [.. dims.Where(dim => sizes?.ContainsKey(dim) != true)], nodes, conditions, large);
        foreach (Symbol symbol in nodes.OfType<Symbol>())
        {
            bindings.Set(symbol, Value(symbol, bindings, conditions));
        }

        return bindings;
    }

    /// <summary>Pairwise distinct sizes of at least 2; a variable of full column rank gets more rows than columns.</summary>
    private void Draw(Bindings bindings, IReadOnlyList<Dim> dims, IReadOnlyList<Expr> nodes, Conditions conditions, bool large)
    {
        int smallest = large ? Math.Max(2, Math.Min(LargestSize - 2, LargestSize + 1 - dims.Count)) : 2;
        int[] sizes = [.. Enumerable.Range(smallest, Math.Max(dims.Count, Math.Min(LargestSize + 1 - smallest, large ? LargestSize : dims.Count + 1)))];
        IReadOnlyList<Symbol> tall = [.. nodes.OfType<Symbol>().Where(symbol => conditions.Holds(symbol, Condition.FullColumnRank))];
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            random.Shuffle(sizes);
            for (int i = 0; i < dims.Count; i++)
            {
                bindings.Set(dims[i], sizes[i]);
            }

            if (tall.All(symbol => bindings.SizeOf(symbol.Shape.Rows) >= bindings.SizeOf(symbol.Shape.Columns)))
            {
                return;
            }
        }

        throw new InvalidOperationException($"there are no sizes with which {string.Join(", ", tall.Select(symbol => symbol.Name))} can have full column rank");
    }

    private Matrix Value(Symbol symbol, Bindings bindings, Conditions conditions)
    {
        (int rows, int columns) = (bindings.SizeOf(symbol.Shape.Rows), bindings.SizeOf(symbol.Shape.Columns));
        Matrix Positive() => Matrix.From(rows, columns, (_, _) => 0.3 + random.NextDouble());
        Matrix value = Matrix.From(rows, columns, (_, _) => Normal());
        if (conditions.Holds(symbol, Condition.Positive))
        {
            value = Positive();
        }

        if (conditions.Holds(symbol, Condition.WellConditioned))
        {
            value = Matrix.From(rows, columns, (i, j) => (value[i, j] / Math.Sqrt(rows)) + (i == j ? 2 : 0));
        }

        if (symbol.IsSymmetric)
        {
            value = value.Zip(value.Transposed(), (x, y) => (x + y) / 2);
        }

        if (conditions.Holds(symbol, Condition.PositiveDefinite))
        {
            Matrix root = value;
            value = (root * root.Transposed()).Zip(Matrix.From(rows, rows, (i, j) => i == j ? 1 : 0), (x, y) => (x / rows) + y);
        }

        if (conditions.Holds(symbol, Condition.SumToOne))
        {
            value = Positive();
            double sum = value.Sum();
            value = value.Map(x => x / sum);
        }

        if (conditions.Holds(symbol, Condition.RowsSumToOne))
        {
            Matrix positive = Positive();
            value = Matrix.From(rows, columns, (i, j) => positive[i, j] / Enumerable.Range(0, columns).Sum(k => positive[i, k]));
        }

        if (conditions.Holds(symbol, Condition.ColumnsSumToOne))
        {
            Matrix positive = Positive();
            value = Matrix.From(rows, columns, (i, j) => positive[i, j] / Enumerable.Range(0, rows).Sum(k => positive[k, j]));
        }

        return value;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

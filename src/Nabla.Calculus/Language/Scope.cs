using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>What the names of a text stand for: variables of a pool, and dimensions. Expressions read in one scope share their parts.</summary>
public sealed class Scope
{
    private readonly Dictionary<string, Expr> variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dim> dimensions = new(StringComparer.Ordinal);

    /// <summary>The declared variables, as new symbols of a pool.</summary>
    public Scope(Declarations declarations, ExprPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        Pool = pool ?? new();
        foreach (Declaration declaration in declarations.All)
        {
            variables.Add(declaration.Name, Pool.Symbol(new(declaration.Name), declaration.Shape, isSymmetric: declaration.IsSymmetric));
        }

        foreach ((string name, Dim dim) in declarations.Dimensions)
        {
            dimensions.Add(name, dim);
        }
    }

    /// <summary>Symbols and named expressions that exist already, by their names in ASCII: W² is W2, δ¹ is delta1.</summary>
    /// <exception cref="ArgumentException">Two have one name, or one has none.</exception>
    public Scope(IEnumerable<Expr> variables)
    {
        foreach (Expr variable in variables)
        {
            Pool ??= variable.Pool;
            string name = AsciiNotation.NameOf(variable switch
            {
                Symbol symbol => symbol.Name,
                Named named => named.Name,
                _ => throw new ArgumentException($"{variable.Describe()} has no name", nameof(variables)),
            });
            if (!this.variables.TryAdd(name, variable))
            {
                throw new ArgumentException($"two variables would be written '{name}'", nameof(variables));
            }

            foreach (Dim factor in variable.Shape.Rows.Factors.AddRange(variable.Shape.Columns.Factors).Where(factor => !factor.IsNumber))
            {
                dimensions.TryAdd(AsciiNotation.NameOf(factor), factor);
            }
        }

        Pool ??= new();
    }

    /// <summary>Expressions and dimensions that exist already, under names that only this scope gives them.</summary>
    /// <param name="pool">The pool of the expressions.</param>
    /// <param name="variables">The names and what they stand for.</param>
    /// <param name="dimensions">The names of dimensions.</param>
    /// <exception cref="ArgumentException">A name is given twice, or an expression is of another pool.</exception>
    public Scope(ExprPool pool, IEnumerable<(string Name, Expr Value)> variables, IEnumerable<(string Name, Dim Value)> dimensions)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(dimensions);
        Pool = pool;
        foreach ((string name, Expr value) in variables)
        {
            if (!ReferenceEquals(value.Pool, pool))
            {
                throw new ArgumentException($"{value.Describe()} is of another pool", nameof(variables));
            }

            this.variables.Add(name, value);
        }

        foreach ((string name, Dim value) in dimensions)
        {
            this.dimensions.Add(name, value);
        }
    }

    /// <summary>The pool of the variables.</summary>
    public ExprPool Pool { get; }

    /// <summary>The variables by their names.</summary>
    public IReadOnlyDictionary<string, Expr> Variables => variables;

    /// <summary>The dimensions by their names.</summary>
    public IReadOnlyDictionary<string, Dim> Dimensions => dimensions;

    /// <summary>A variable by its name.</summary>
    /// <exception cref="ArgumentException">There is none; the message says which there are.</exception>
    public Expr this[string name] => variables.GetValueOrDefault(name)
        ?? throw new ArgumentException(Suggestion.Unknown("variable", Excerpt.Short(name), variables.Keys), nameof(name));

    /// <summary>The scope of declarations such as <c>A: m x n, x: n</c>, with a pool of its own.</summary>
    public static Scope Of(string where) => new(Declarations.Parse(where));

    /// <summary>The expression that a text says.</summary>
    /// <exception cref="LanguageException">The text is no expression, or its shapes do not fit; the message points at the place.</exception>
    public Expr Parse(string expression) => Bind(Parser.Parse(expression), expression);

    /// <summary>The expression that syntax says.</summary>
    /// <param name="syntax">The syntax.</param>
    /// <param name="text">The text that the syntax was read from, for messages.</param>
    /// <exception cref="LanguageException">The shapes do not fit; the message points at the place.</exception>
    public Expr Bind(Syntax syntax, string text) => new Binder(this, text).Bind(syntax);
}

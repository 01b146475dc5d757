using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>A question that a formula claims to answer: a derivative of an expression, with what is known of its variables.</summary>
public sealed class ClaimProblem
{
    private static readonly Dictionary<string, DerivativeKind> kinds = new(StringComparer.Ordinal)
    {
        ["gradient"] = DerivativeKind.Gradient,
        ["jacobian"] = DerivativeKind.Jacobian,
        ["hessian"] = DerivativeKind.Hessian,
        ["hvp"] = DerivativeKind.HessianVectorProduct,
    };

    private static readonly Dictionary<string, Condition> conditionNames = new(StringComparer.Ordinal)
    {
        ["positive"] = Condition.Positive,
        ["well_conditioned"] = Condition.WellConditioned,
        ["sum_to_one"] = Condition.SumToOne,
        ["rows_sum_to_one"] = Condition.RowsSumToOne,
        ["columns_sum_to_one"] = Condition.ColumnsSumToOne,
        ["positive_definite"] = Condition.PositiveDefinite,
        ["full_column_rank"] = Condition.FullColumnRank,
    };

    private ClaimProblem(Scope scope, Expr of, Expr by, DerivativeKind kind, Expr? along, Conditions conditions)
    {
        Scope = scope;
        Of = of;
        By = by;
        Kind = kind;
        Along = along;
        Conditions = conditions;
    }

    /// <summary>The names of the kinds of derivatives.</summary>
    public static IReadOnlyCollection<string> KindNames => kinds.Keys;

    /// <summary>The names of the conditions.</summary>
    public static IReadOnlyCollection<string> ConditionNames => conditionNames.Keys;

    /// <summary>The declared variables.</summary>
    public Scope Scope { get; }

    /// <summary>What is differentiated.</summary>
    public Expr Of { get; }

    /// <summary>The variable by which it is differentiated.</summary>
    public Expr By { get; }

    /// <summary>What is asked for.</summary>
    public DerivativeKind Kind { get; }

    /// <summary>The direction of a Hessian-vector product.</summary>
    public Expr? Along { get; }

    /// <summary>What is known of the variables.</summary>
    public Conditions Conditions { get; }

    /// <summary>The shape of the answer.</summary>
    public Shape Shape => Kind switch
    {
        DerivativeKind.Jacobian => new(Of.Shape.Size, By.Shape.Size),
        DerivativeKind.Hessian => new(By.Shape.Size, By.Shape.Size),
        _ => By.Shape,
    };

    /// <summary>The name of the kind: <c>gradient</c>, <c>jacobian</c>, <c>hessian</c> or <c>hvp</c>.</summary>
    public string KindName => kinds.First(pair => pair.Value == Kind).Key;

    /// <summary>A question about expressions that exist already, such as ∂C/∂W² of a network: the gradient of a scalar, the Jacobian of anything else.</summary>
    /// <param name="scope">The names that a claim may use.</param>
    /// <param name="of">What is differentiated.</param>
    /// <param name="by">The variable.</param>
    /// <param name="conditions">What is known of the variables.</param>
    /// <exception cref="ArgumentException">An expression is of another pool than the names.</exception>
    public static ClaimProblem For(Scope scope, Expr of, Symbol by, Conditions? conditions = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(of);
        ArgumentNullException.ThrowIfNull(by);
        foreach (Expr expression in new[] { of, by })
        {
            if (!ReferenceEquals(expression.Pool, scope.Pool))
            {
                throw new ArgumentException($"{expression.Describe()} is of another pool than the names of the scope", nameof(of));
            }
        }

        return new(scope, of, by, of.Shape.IsScalar ? DerivativeKind.Gradient : DerivativeKind.Jacobian, null, conditions ?? Conditions.None);
    }

    /// <summary>Reads a question.</summary>
    /// <param name="where">The declarations, such as <c>A: n x n, x: n</c>.</param>
    /// <param name="expression">What is differentiated.</param>
    /// <param name="wrt">The name of the variable.</param>
    /// <param name="kind">The name of the kind; by default the gradient of a scalar and the Jacobian of anything else.</param>
    /// <param name="along">The name of the direction of a Hessian-vector product.</param>
    /// <param name="conditions">Names of conditions, such as <c>positive</c>, each with the name of a variable.</param>
    /// <exception cref="LanguageException">The declarations or the expression cannot be read.</exception>
    /// <exception cref="ArgumentException">A name is unknown, or what is asked for does not exist.</exception>
    public static ClaimProblem Read(
        string where,
        string expression,
        string wrt,
        string? kind = null,
        string? along = null,
        IEnumerable<(string Condition, string Variable)>? conditions = null)
    {
        Scope scope = Scope.Of(where);
        Expr of = scope.Parse(expression);
        Expr by = scope[wrt];
        DerivativeKind chosen = kind is null ? along is not null ? DerivativeKind.HessianVectorProduct : of.Shape.IsScalar ? DerivativeKind.Gradient : DerivativeKind.Jacobian
            : kinds.TryGetValue(kind, out DerivativeKind known) ? known
            : throw new ArgumentException(Suggestion.Unknown("kind", kind, kinds.Keys));
        if (chosen != DerivativeKind.Jacobian && !of.Shape.IsScalar)
        {
            throw new ArgumentException($"the {kind ?? "hvp"} of a scalar is asked for, but the expression is {of.Shape}; its derivative is a jacobian");
        }

        if ((chosen == DerivativeKind.HessianVectorProduct) != (along is not null))
        {
            throw new ArgumentException(along is null
                ? "a Hessian-vector product needs the name of its direction (along)"
                : $"the direction {along} belongs to a Hessian-vector product (hvp), but the kind is {kind}");
        }

        Expr? direction = along is null ? null : scope[along];
        if (direction is not null && direction.Shape != by.Shape)
        {
            throw new ArgumentException($"the direction {along} is {direction.Shape}, but it must have the shape of {wrt}, {by.Shape}");
        }

        return new(scope, of, by, chosen, direction, new(Known(scope, conditions ?? [])));
    }

    private static IEnumerable<(Symbol, Condition)> Known(Scope scope, IEnumerable<(string Condition, string Variable)> conditions)
    {
        foreach ((string name, string variable) in conditions)
        {
            Condition condition = conditionNames.TryGetValue(name, out Condition known)
                ? known
                : throw new ArgumentException(Suggestion.Unknown("condition", name, conditionNames.Keys));
            Symbol symbol = (Symbol)scope[variable];
            if (condition is Condition.WellConditioned or Condition.PositiveDefinite && !symbol.Shape.Rows.Equals(symbol.Shape.Columns))
            {
                throw new ArgumentException($"{name} is said of square matrices, but {variable} is {symbol.Shape}");
            }

            yield return (symbol, condition);
        }
    }
}

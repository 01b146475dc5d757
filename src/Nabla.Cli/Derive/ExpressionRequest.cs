using Nabla.Calculus;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Cli.Derive;

/// <summary>An expression whose derivative is asked for on the command line.</summary>
/// <param name="Text">The expression.</param>
/// <param name="Where">The declarations.</param>
/// <param name="By">The variable, or null.</param>
/// <param name="Kind">gradient, jacobian, hessian, hvp, or null.</param>
/// <param name="Along">The direction of a Hessian-vector product, or null.</param>
internal sealed record ExpressionRequest(string Text, string Where, string? By, string? Kind, string? Along)
{
    /// <summary>Reads the expression and differentiates it.</summary>
    /// <exception cref="LanguageException">The text is no expression; the message points at the place.</exception>
    /// <exception cref="ArgumentException">A variable is missing or unknown, or the kind does not fit.</exception>
    public Derivative Find()
    {
        Scope scope = Scope.Of(Where);
        Expr expression = Parsed(scope);
        DerivativeKind kind = Kind switch
        {
            "gradient" => DerivativeKind.Gradient,
            "jacobian" => DerivativeKind.Jacobian,
            "hessian" => DerivativeKind.Hessian,
            "hvp" => DerivativeKind.HessianVectorProduct,
            _ => expression.Shape.IsScalar ? DerivativeKind.Gradient : DerivativeKind.Jacobian,
        };
        if (kind != DerivativeKind.Jacobian && !expression.Shape.IsScalar)
        {
            throw new ArgumentException($"a {(kind == DerivativeKind.Gradient ? "gradient" : "Hessian")} is of a scalar, but {Text.Trim()} is {expression.Shape}; its derivative is a Jacobian (--kind jacobian)");
        }

        if (kind != DerivativeKind.HessianVectorProduct && Along is not null)
        {
            throw new ArgumentException($"--along belongs to --kind hvp, but {(Kind is null ? "no kind" : $"--kind {Kind}")} is given");
        }

        if (kind == DerivativeKind.HessianVectorProduct && Along is null)
        {
            throw new ArgumentException("--kind hvp needs a direction: --along NAME of a variable shaped like the one that is differentiated by");
        }

        Expr? along = kind == DerivativeKind.HessianVectorProduct ? scope[Along!] : null;
        Expr by = Variable(scope, along);
        if (by is Nabla.Calculus.Expressions.Symbol { Name: var name } && scope.Variables.ContainsKey($"d{name}"))
        {
            throw new ArgumentException($"the variable d{name} would read like the differential of {name}; give it another name");
        }

        return Derivative.Find(kind, expression, by, along);
    }

    private Expr Parsed(Scope scope)
    {
        try
        {
            return scope.Parse(Text);
        }
        catch (LanguageException e) when (scope.Variables.Count == 0 && e.Problem.StartsWith("unknown name", StringComparison.Ordinal))
        {
            throw new ArgumentException($"{e.Problem}; --where declares the variables of an expression, for example: nabla derive \"x'*A*x\" --where \"A: n x n, x: n\" --wrt x", e);
        }
    }

    private Expr Variable(Scope scope, Expr? along)
    {
        if (By is not null)
        {
            return scope[By];
        }

        Expr[] declared = [.. scope.Variables.Values.Where(variable => variable != along)];
        return declared switch
        {
            [var only] => only,
            [] => throw new ArgumentException("no variable is declared; --where declares them, such as --where \"A: n x n, x: n\""),
            _ => throw new ArgumentException($"--wrt says by which variable to differentiate: {string.Join(", ", declared.OfType<Nabla.Calculus.Expressions.Symbol>().Select(symbol => symbol.Name))}"),
        };
    }
}

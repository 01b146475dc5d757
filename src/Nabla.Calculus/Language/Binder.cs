using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>Gives syntax its meaning: an expression of a pool, with shapes that fit, or an error that says where they do not.</summary>
/// <remarks>What is a constant is computed: -2 is one number, 0.5/m one coefficient.</remarks>
internal sealed class Binder(Scope scope, string text)
{
    private const int LongestSuggestion = 60;
    private const int MostSuggestions = 3;

    private static readonly Dictionary<string, string> knownElsewhere = new(StringComparer.Ordinal)
    {
        ["I"] = "write eye(n) for the identity matrix",
        ["e"] = "write exp(1)",
        ["pi"] = "write 3.141592653589793",
        ["π"] = "write 3.141592653589793",
        ["trace"] = "write tr(A)",
        ["determinant"] = "write det(A)",
        ["inverse"] = "write inv(A)",
        ["transpose"] = "write A'",
        ["norm"] = "write norm2(X), or norm1(X) for the sum of the absolute values",
        ["frobenius"] = "write norm2(X)",
        ["fro"] = "write norm2(X)",
        ["ln"] = "write log(X)",
        ["lse"] = "write logsumexp(Z)",
        ["logistic"] = "write sigmoid(X)",
        ["σ"] = "write sigmoid(X)",
        ["heaviside"] = "write step(X)",
        ["hadamard"] = "write X.*Y",
        ["pow"] = "write X.^p",
        ["square"] = "write X.^2",
        ["inner"] = "write dot(X,Y)",
        ["outer"] = "write x*y'",
    };

    /// <summary>The pool of the result.</summary>
    public ExprPool Pool => scope.Pool;

    /// <summary>Parts whose meaning is known already: where many formulas differ in one place, the rest is bound once.</summary>
    public IReadOnlyDictionary<Syntax, Expr>? Known { get; init; }

    /// <summary>The expression that syntax means.</summary>
    public Expr Bind(Syntax syntax)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Wrong("the expression is too deep; give a part of it a name", syntax.Span);
        }

        if (Known?.GetValueOrDefault(syntax) is Expr known)
        {
            return known;
        }

        return syntax switch
        {
            NumberSyntax number => Pool.Constant(number.Value),
            NameSyntax name => Name(name),
            MinusSyntax minus => Bind(minus.Operand) is var x && x is Constant c ? Pool.Constant(-c.Value) : -x,
            TransposeSyntax transpose => Bind(transpose.Operand).Transpose(),
            BinarySyntax binary => Binary(binary),
            _ => Call((CallSyntax)syntax),
        };
    }

    /// <summary>The error about an argument that is not what a function needs.</summary>
    public LanguageException WrongArgument(CallSyntax call, int index, string need, IEnumerable<Syntax> likely) =>
        Unfit($"{need}, but {Described(call.Arguments[index], Bind(call.Arguments[index]).Shape)}{DidYouMean(likely)}", call.Arguments[index].Span);

    /// <summary>The error about two arguments of different shapes.</summary>
    public LanguageException Unequal(CallSyntax call, Expr x, Expr y)
    {
        (Syntax left, Syntax right) = (call.Arguments[0], call.Arguments[1]);
        IEnumerable<Syntax> likely = Likely.Elementwise(left, x.Shape, BinaryOperator.Add, right, y.Shape).OfType<BinarySyntax>()
            .Select(sum => new CallSyntax(call.Function, [sum.Left, sum.Right]));
        return Unfit($"{call.Function} needs equal shapes, but {Both(left, x.Shape, right, y.Shape)}{DidYouMean(likely)}", call.Span);
    }

    private Expr Name(NameSyntax syntax)
    {
        string name = syntax.Name;
        if (scope.Variables.GetValueOrDefault(name) is Expr variable)
        {
            return variable;
        }

        if (scope.Dimensions.GetValueOrDefault(name) is Dim dim)
        {
            return Pool.Constant(Coefficient.Of(dim));
        }

        if (Functions.Find(name) is LanguageFunction function)
        {
            throw Wrong($"'{name}' is a function: write {function.Usage.Replace("|", " or ", StringComparison.Ordinal)}", syntax.Span);
        }

        if (Split(name) is string product)
        {
            throw Wrong($"unknown name '{name}': did you mean {product}?", syntax.Span);
        }

        throw Wrong(Unknown("name", name, scope.Variables.Keys.Concat(scope.Dimensions.Keys)), syntax.Span);
    }

    private Expr Binary(BinarySyntax syntax)
    {
        Expr x = Bind(syntax.Left);
        if (syntax.Operator == BinaryOperator.Power && syntax.Right is NameSyntax { Name: "T" or "t" } t
            && !scope.Variables.ContainsKey(t.Name) && !scope.Dimensions.ContainsKey(t.Name))
        {
            throw Wrong($"unknown name '{t.Name}'{DidYouMean([new TransposeSyntax(syntax.Left)])}", t.Span);
        }

        Expr y = Bind(syntax.Right);
        try
        {
            return syntax.Operator switch
            {
                BinaryOperator.Add => Equal("a sum") ? x + y : throw Never,
                BinaryOperator.Subtract => Equal("a difference") ? x - y : throw Never,
                BinaryOperator.Hadamard => Equal("a Hadamard product") ? Expr.Hadamard(x, y) : throw Never,
                BinaryOperator.Quotient => Equal("an elementwise quotient") ? Expr.Quotient(x, y) : throw Never,
                BinaryOperator.Multiply => Product(syntax, x, y),
                BinaryOperator.Divide => Quotient(syntax, x, y),
                BinaryOperator.Power => Power(syntax, x, y),
                _ => Expr.ElementPower(x, Exponent(syntax, x, y)),
            };
        }
        catch (Exception e) when (e is ShapeException or InvalidOperationException or OverflowException)
        {
            throw e is ShapeException ? Unfit(e.Message, syntax) : Wrong(e.Message, syntax);
        }

        bool Equal(string operation) => x.Shape == y.Shape ? true : throw Unfit(
            $"{operation} needs equal shapes, but {Both(syntax.Left, x.Shape, syntax.Right, y.Shape)}"
            + DidYouMean(Likely.Elementwise(syntax.Left, x.Shape, syntax.Operator, syntax.Right, y.Shape)),
            syntax);
    }

    private Expr Product(BinarySyntax syntax, Expr x, Expr y) => (x, y) switch
    {
        (Constant a, Constant b) => Pool.Constant(Finite(a.Value * b.Value, syntax)),
        (Constant a, Scale { Factor: Constant b, Of: var of }) when syntax.Right is BinarySyntax right && right.Span.Start == right.Left.Span.Start => Pool.Constant(Finite(a.Value * b.Value, syntax)) * of,
        _ when x.Shape.IsScalar || y.Shape.IsScalar || x.Shape.Columns.Equals(y.Shape.Rows) => x * y,
        _ => throw Unfit(
            $"the product does not fit: {Both(syntax.Left, x.Shape, syntax.Right, y.Shape)}, and {(x.Shape.Columns.IsOne ? "1 column needs 1 row" : $"{x.Shape.Columns} columns need {x.Shape.Columns} rows")}"
            + DidYouMean(Likely.Product(syntax.Left, x.Shape, syntax.Right, y.Shape)),
            syntax),
    };

    private Expr Quotient(BinarySyntax syntax, Expr x, Expr y) => (x, y) switch
    {
        (_, Constant { Value.Number: 0 }) => throw Wrong("a division by zero", syntax),
        (Constant a, Constant b) => Pool.Constant(Finite(a.Value / b.Value, syntax)),
        _ when y.Shape.IsScalar => Expr.Divide(x, y),
        _ => throw Unfit(
            $"/ divides by a scalar, but {Described(syntax.Right, y.Shape)}" + DidYouMean(Likely.Quotient(syntax.Left, x.Shape, syntax.Right, y.Shape)), syntax),
    };

    private Expr Power(BinarySyntax syntax, Expr x, Expr y)
    {
        Expr exponent = Exponent(syntax, x, y);
        int? integer = exponent is Constant { Value: { Powers.IsEmpty: true, Number: var number } } && number == Math.Round(number) && Math.Abs(number) < int.MaxValue
            ? (int)number
            : null;
        if (!x.Shape.Rows.Equals(x.Shape.Columns))
        {
            throw Unfit(
                $"a power needs a square matrix, but {Described(syntax.Left, x.Shape)}" + DidYouMean(Likely.Power(syntax.Left, x.Shape, syntax.Right)), syntax);
        }

        return integer is int k
            ? Expr.Power(x, k)
            : x.Shape.IsScalar
                ? Expr.ElementPower(x, exponent)
                : throw Wrong(
                    "the exponent of a matrix is a whole number"
                    + DidYouMean(Likely.WholePower(syntax.Left, syntax.Right)),
                    syntax);
    }

    private Expr Exponent(BinarySyntax syntax, Expr x, Expr y) => y.Shape.IsScalar ? y : throw Unfit(
        $"an exponent is a scalar, but {Described(syntax.Right, y.Shape)}"
        + DidYouMean(x.Shape == y.Shape ? [ExpLog(syntax.Left, syntax.Right)] : []),
        syntax);

    /// <summary>exp(y.*log(x)): each element to the power of its own.</summary>
    private static CallSyntax ExpLog(Syntax x, Syntax y) =>
        new("exp", [new BinarySyntax(y, BinaryOperator.Hadamard, new CallSyntax("log", [x]))]);

    private Expr Call(CallSyntax syntax)
    {
        if (syntax.Function.EndsWith('\''))
        {
            return Derivative(syntax);
        }

        if (Functions.Find(syntax.Function) is not LanguageFunction function)
        {
            throw scope.Variables.ContainsKey(syntax.Function) || scope.Dimensions.ContainsKey(syntax.Function)
                ? Wrong($"'{syntax.Function}' is a variable, not a function: did you mean {syntax.Function}*(…)?", syntax.NameSpan)
                : Wrong(Unknown("function", syntax.Function, Functions.All.Select(known => known.Name)), syntax.NameSpan);
        }

        if (!function.Arities.Contains(syntax.Arguments.Length))
        {
            throw Wrong(
                $"{function.Name} takes {string.Join(" or ", function.Arities)} argument{(function.Arities is [1] ? "" : "s")}, "
                + $"{function.Usage.Replace("|", " or ", StringComparison.Ordinal)}, but here {(syntax.Arguments.Length == 1 ? "is" : "are")} {syntax.Arguments.Length}",
                syntax.Span);
        }

        List<Expr> arguments = [];
        List<Dim> dimensions = [];
        for (int i = 0; i < syntax.Arguments.Length; i++)
        {
            if (function.IsDimension[i])
            {
                dimensions.Add(Dimension(syntax.Arguments[i], function.Name));
            }
            else
            {
                arguments.Add(Bind(syntax.Arguments[i]));
            }
        }

        try
        {
            return function.Elaborate(new FunctionCall(this, syntax, arguments, dimensions));
        }
        catch (Exception e) when (e is ShapeException or InvalidOperationException or OverflowException)
        {
            throw e is ShapeException ? Unfit(e.Message, syntax.Span) : Wrong(e.Message, syntax.Span);
        }
    }

    private Expr Derivative(CallSyntax syntax)
    {
        string name = syntax.Function[..^1];
        if (scope.Variables.ContainsKey(name))
        {
            throw Wrong($"an operator is missing: did you mean {name}'*(…)?", syntax.NameSpan);
        }

        return Functions.Elementwise(syntax.Function) is not Expressions.Functions.Function prime
            ? throw Wrong(Functions.Find(name) is null
                ? Unknown("function", name, Functions.All.Select(known => known.Name))
                : $"'{name}' is not elementwise: only elementwise functions have a derivative by name", syntax.NameSpan)
            : syntax.Arguments is [Syntax x]
                ? Expr.Apply(prime, Bind(x))
                : throw Wrong($"{syntax.Function} takes 1 argument, but here are {syntax.Arguments.Length}", syntax.Span);
    }

    private const int LargestPowerOfDimension = 8;

    private Dim Dimension(Syntax syntax, string function)
    {
        switch (syntax)
        {
            case NumberSyntax { Value: var value }:
                return value is >= 1 and <= int.MaxValue && value == Math.Round(value)
                    ? Dim.Of((int)value)
                    : throw Wrong("a dimension is a positive whole number", syntax.Span);
            case NameSyntax { Name: var name }:
                return scope.Dimensions.GetValueOrDefault(name) ?? throw Wrong(
                    scope.Variables.ContainsKey(name)
                        ? $"{function} takes a dimension here, and '{name}' is a variable"
                        : Unknown("dimension", name, scope.Dimensions.Keys),
                    syntax.Span);
            case BinarySyntax { Operator: BinaryOperator.Multiply } product:
                return Dimension(product.Left, function) * Dimension(product.Right, function);
            case BinarySyntax { Operator: BinaryOperator.Power, Left: var root, Right: NumberSyntax { Value: >= 1 and <= LargestPowerOfDimension and var exponent } } when exponent == Math.Round(exponent):
                return Enumerable.Repeat(Dimension(root, function), (int)exponent).Aggregate((x, y) => x * y);
            default:
                throw Wrong($"{function} takes a dimension here: a name, a positive whole number, or a product or power of such, as n^2", syntax.Span);
        }
    }

    /// <summary>Two known names written as one, as a product.</summary>
    private string? Split(string name)
    {
        for (int i = 1; i < name.Length; i++)
        {
            (string left, string right) = (name[..i], name[i..]);
            if (scope.Variables.TryGetValue(left, out Expr? x) && scope.Variables.TryGetValue(right, out Expr? y)
                && (x.Shape.IsScalar || y.Shape.IsScalar || x.Shape.Columns.Equals(y.Shape.Rows)))
            {
                return $"{left}*{right}";
            }
        }

        return null;
    }

    private Coefficient Finite(Coefficient value, BinarySyntax syntax) =>
        double.IsFinite(value.Number) ? value : throw Wrong("the number is too large", syntax);

    private static string Unknown(string what, string name, IEnumerable<string> known)
    {
        const int Most = 12;
        string[] names = [.. known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        if (knownElsewhere.TryGetValue(name, out string? hint))
        {
            return $"unknown {what} '{name}': {hint}";
        }

        // Any letter is one slip from any other.
        string? meant = name.Length > 1
            ? Suggestion.Nearest(name, names.Where(other => other.Length > 1))
            : names.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase));
        string rest = meant is not null ? $": did you mean '{meant}'?" : names.Length is 0 or > Most ? "" : $"; known: {string.Join(", ", names)}";
        return $"unknown {what} '{Excerpt.Short(name)}'{rest}";
    }

    private string Both(Syntax left, Shape x, Syntax right, Shape y) => $"{Described(left, x)} and {Described(right, y)}";

    private string Described(Syntax syntax, Shape shape) =>
        $"{Excerpt.Short(text.AsSpan(syntax.Span.Start, syntax.Span.Length))} is {(shape.IsScalar ? "a scalar" : $"{shape}")}";

    private static string DidYouMean(IEnumerable<Syntax> likely)
    {
        string[] formulas = [.. likely.Where(syntax => syntax.Size <= LongestSuggestion).Select(syntax => syntax.ToString())
            .Where(formula => formula.Length <= LongestSuggestion).Distinct(StringComparer.Ordinal).Take(MostSuggestions)];
        return formulas switch
        {
            [] => "",
            [var one] => $"; did you mean {one}?",
            [.. var first, var last] => $"; did you mean {string.Join(", ", first)} or {last}?",
        };
    }

    private static UnreachableException Never => new();

    private LanguageException Wrong(string problem, SourceSpan span) => new(problem, text, span);

    /// <summary>An error about an operation: its operands are underlined and the caret points at the operator.</summary>
    private LanguageException Wrong(string problem, BinarySyntax syntax) => new(problem, text, syntax.Span, syntax.OperatorSpan.Start);

    /// <summary>An error about shapes that do not fit.</summary>
    private LanguageException Unfit(string problem, SourceSpan span) => new(problem, text, span) { ConcernsShapes = true };

    private LanguageException Unfit(string problem, BinarySyntax syntax) => new(problem, text, syntax.Span, syntax.OperatorSpan.Start) { ConcernsShapes = true };
}

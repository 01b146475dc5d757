using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>What a wrong formula may lack: the parts of the right one, the slopes of the activations, numbers and dimensions.</summary>
internal sealed class Materials
{
    private const int MostParts = 120;

    public Materials(ClaimProblem problem, Syntax? right, TrialBinder binder)
    {
        Binder = binder;
        Dimensions = [.. problem.Scope.Dimensions.Keys.Select(name =>
            problem.Scope.Variables.ContainsKey(name) ? new CallSyntax("sum", [new CallSyntax("ones", [new NameSyntax(name)])]) : (Syntax)new NameSyntax(name))];
        Slopes = [.. Expr.Reachable(problem.Of).OfType<Apply>().Select(apply => Slope(apply, problem.Scope)).OfType<Syntax>()];
        Asked = [.. Expr.Reachable(problem.Of), .. Slopes.Select(binder.Try).OfType<Expr>()];
        Divisors = [.. Expr.Reachable(problem.Of).Where(node => node is Softmax or LogSumExp && node.Operands[0].Shape.IsColumn).Select(node => SumOfExponentials(node.Operands[0], problem.Scope)).OfType<Syntax>()];
        SortedSet<double> numbers = [2, 3, 4, 0.5];
        Dictionary<Expr, Syntax> parts = new(ReferenceEqualityComparer.Instance);
        if (right is not null)
        {
            foreach (Place place in Places.Of(right))
            {
                if (place.Node is NumberSyntax number)
                {
                    numbers.UnionWith(number.Value == 0 ? [] : [number.Value, 1 / number.Value]);
                }
                else if (binder.Try(place.Node) is Expr part && part is not (Constant or Zeros) && parts.Count < MostParts)
                {
                    parts.TryAdd(part, place.Node);
                    Syntax other = Written.Transposed(place.Node);
                    if (!part.Shape.IsScalar && binder.Try(other) is Expr transposed)
                    {
                        parts.TryAdd(transposed, other);
                    }
                }
            }
        }

        foreach (Syntax part in parts.Values.SelectMany(Combined).Take(MostParts).ToArray())
        {
            if (binder.Try(part) is Expr combined)
            {
                parts.TryAdd(combined, part);
            }
        }

        foreach (Syntax output in Slopes.Select(slope => new CallSyntax(((CallSyntax)slope).Function.TrimEnd('\''), ((CallSyntax)slope).Arguments)))
        {
            if (binder.Try(output) is Expr known)
            {
                parts.TryAdd(known, output);
            }
        }

        foreach (Syntax variable in problem.Scope.Variables.Keys.Select(name => new NameSyntax(name)))
        {
            parts.TryAdd(binder.Try(variable)!, variable);
        }

        numbers.Remove(1);
        Numbers = [.. numbers];
        Parts = [.. parts.Select(pair => (pair.Value, pair.Key.Shape)).OrderBy(part => part.Value.Size)];
    }

    /// <summary>Gives trials their shapes.</summary>
    public TrialBinder Binder { get; }

    /// <summary>The parts of the right formula, their transposes and the variables, short ones first.</summary>
    public ImmutableArray<(Syntax Part, Shape Shape)> Parts { get; }

    /// <summary>f′(z) for every f(z) in what is differentiated.</summary>
    public ImmutableArray<Syntax> Slopes { get; }

    /// <summary>sum(exp(z)), by which a softmax divides.</summary>
    public ImmutableArray<Syntax> Divisors { get; }

    /// <summary>What is differentiated, all parts of it, and the slopes.</summary>
    public HashSet<Expr> Asked { get; }

    /// <summary>Whether something is the z of an f′(z): dividing relu(z) by it gives relu′(z), but nobody means that.</summary>
    public bool IsArgument(Syntax part) => Binder.Try(part) is Expr own && Slopes.Any(slope => ((CallSyntax)slope).Arguments[0] is var z && Binder.Try(z) == own && Binder.Try(z) is not Symbol);

    /// <summary>Numbers that are often forgotten.</summary>
    public ImmutableArray<double> Numbers { get; }

    /// <summary>The dimensions as numbers.</summary>
    public ImmutableArray<Syntax> Dimensions { get; }

    /// <summary>What may be missing of a part: several of its factors or terms, a lower power, a term with the number in front.</summary>
    private static IEnumerable<Syntax> Combined(Syntax part)
    {
        const int Most = 5;
        if (part is BinarySyntax { Operator: BinaryOperator.Power, Left: var x, Right: NumberSyntax { Value: > 2 and < 6 } power })
        {
            for (int lower = 2; lower < power.Value; lower++)
            {
                yield return Written.Of(x, BinaryOperator.Power, new NumberSyntax(lower));
            }
        }

        foreach (BinaryOperator sign in new[] { BinaryOperator.Hadamard, BinaryOperator.Add })
        {
            Syntax[] operands = [.. Operands(part, sign)];
            for (int set = 1; operands.Length is > 2 and <= Most && set < (1 << operands.Length) - 1; set++)
            {
                Syntax[] chosen = [.. operands.Where((_, i) => (set >> i & 1) == 1)];
                if (chosen.Length > 1)
                {
                    yield return chosen.Aggregate((left, right) => Written.Of(left, sign, right));
                }
            }
        }

        if (part is BinarySyntax { Operator: BinaryOperator.Multiply, Left: NumberSyntax number, Right: BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum })
        {
            foreach (Syntax term in new[] { sum.Left, sum.Right })
            {
                yield return term is BinarySyntax { Operator: BinaryOperator.Multiply, Left: NumberSyntax other } product
                    ? Written.Of(new NumberSyntax(number.Value * other.Value), BinaryOperator.Multiply, product.Right)
                    : Written.Of(number, BinaryOperator.Multiply, term);
            }
        }
    }

    private static IEnumerable<Syntax> Operands(Syntax syntax, BinaryOperator sign) => syntax is BinarySyntax binary && binary.Operator == sign
        ? Operands(binary.Left, sign).Concat(Operands(binary.Right, sign))
        : [syntax];

    private static CallSyntax? SumOfExponentials(Expr z, Scope scope)
    {
        try
        {
            return new("sum", [new CallSyntax("exp", [AsciiNotation.ToSyntax(z, scope)])]);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static CallSyntax? Slope(Apply apply, Scope scope)
    {
        try
        {
            return new CallSyntax(Functions.NameOf(apply.Function) + "'", [AsciiNotation.ToSyntax(apply.Operands[0], scope)]);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}

/// <summary>Formulas and sentences made of formulas.</summary>
internal static class Written
{
    private const int Longest = 70;

    /// <summary>The transpose, without two primes.</summary>
    public static Syntax Transposed(Syntax x) => Likely.Transpose(x);

    /// <summary>A formula in a sentence.</summary>
    public static string Short(Syntax syntax)
    {
        string text = syntax.Size > 2000 ? "…" : syntax.ToString();
        return text.Length <= Longest ? text : text[..(Longest - 1)] + "…";
    }

    /// <summary>x op y.</summary>
    public static Syntax Of(Syntax x, BinaryOperator sign, Syntax y) => new BinarySyntax(x, sign, y);

    /// <summary>c·x for a number.</summary>
    public static Syntax Times(double c, Syntax x) =>
        x is NumberSyntax number ? new NumberSyntax(c * number.Value)
        : c < 1 && Math.Abs(Math.Round(1 / c) - (1 / c)) < 1e-12 ? Of(x, BinaryOperator.Divide, new NumberSyntax(Math.Round(1 / c)))
        : Of(new NumberSyntax(c), BinaryOperator.Multiply, x);

    /// <summary>A number as a sentence says it: 2, 1/3, 0.37.</summary>
    public static string Number(double value)
    {
        for (int below = 1; below <= 12; below++)
        {
            double above = Math.Round(value * below);
            if (above != 0 && Math.Abs(above) < 1000 && Math.Abs((above / below) - value) <= 1e-6 * Math.Abs(value))
            {
                return below == 1 ? $"{above}" : $"{above}/{below}";
            }
        }

        return $"{value:G6}";
    }
}

using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>A number times sizes, such as 2·m/n: a factor by which a formula is too large.</summary>
/// <param name="Value">The number.</param>
/// <param name="Above">The dimensions that multiply.</param>
/// <param name="Below">Those that divide.</param>
internal sealed record Multiple(double Value, IReadOnlyList<Syntax> Above, IReadOnlyList<Syntax> Below)
{
    /// <summary>Whether there is no dimension in it.</summary>
    public bool IsNumber => Above.Count + Below.Count == 0;

    /// <summary>The number as a sentence says it.</summary>
    public string Number => Written.Number(Value);

    /// <summary>Whether two numbers are one but for rounding.</summary>
    public static bool Near(double x, double y) => Math.Abs(x - y) <= 1e-6 * Math.Abs(y);

    /// <summary>The factor that ratios at several points are, where they are one: a number, or a number with one or two sizes.</summary>
    public static Multiple? Of(IReadOnlyList<(SamplePoint Point, double Ratio)> ratios, Scope scope)
    {
        if (ratios.All(one => Near(one.Ratio, ratios[0].Ratio)))
        {
            return new(ratios[0].Ratio, [], []);
        }

        (Syntax Name, Dim Dim)[] sizes = [.. scope.Dimensions.Where(pair => pair.Value.Value is null).Select(pair => (
            scope.Variables.ContainsKey(pair.Key) ? new CallSyntax("sum", [new CallSyntax("ones", [new NameSyntax(pair.Key)])]) : (Syntax)new NameSyntax(pair.Key), pair.Value))];
        (Multiple Multiple, Dim[] Above, Dim[] Below)[] ways =
        [
            .. sizes.Select(n => (new Multiple(1, [n.Name], []), new[] { n.Dim }, Array.Empty<Dim>())),
            .. sizes.Select(n => (new Multiple(1, [], [n.Name]), Array.Empty<Dim>(), new[] { n.Dim })),
            .. sizes.Length > MostInPairs ? [] : sizes.SelectMany(n => sizes.SelectMany(k => Pairs(n, k))),
        ];
        foreach ((Multiple way, Dim[] above, Dim[] below) in ways)
        {
            double Size((SamplePoint Point, double Ratio) one) =>
                above.Aggregate(1.0, (product, dim) => product * one.Point.Origin.SizeOf(dim)) / below.Aggregate(1.0, (product, dim) => product * one.Point.Origin.SizeOf(dim));
            double c = ratios[0].Ratio / Size(ratios[0]);
            if (ratios.All(one => Near(one.Ratio, c * Size(one))))
            {
                return way with { Value = c };
            }
        }

        return null;
    }

    /// <summary>A formula without the factor.</summary>
    public Syntax Undone(Syntax syntax)
    {
        // What divides by the size already only loses that division.
        Syntax inner = syntax;
        List<Syntax> needed = [.. Below];
        while (inner is BinarySyntax { Operator: BinaryOperator.Divide } quotient && needed.FindIndex(n => $"{n}" == $"{quotient.Right}") is >= 0 and int at)
        {
            needed.RemoveAt(at);
            inner = quotient.Left;
        }

        Syntax scaled = needed.Aggregate(Scaled(inner, 1 / Value), (formula, n) => Written.Of(n, BinaryOperator.Multiply, formula));
        return Above.Aggregate(scaled, (formula, n) => Written.Of(formula, BinaryOperator.Divide, n));
    }

    /// <summary>c·m·n, or c·1/n.</summary>
    public override string ToString()
    {
        string sizes = string.Join('*', Above);
        string quotient = Below.Count == 0 ? sizes : $"{(Above.Count == 0 ? "1" : sizes)}/{(Below.Count > 1 ? $"({string.Join('*', Below)})" : $"{Below[0]}")}";
        return IsNumber ? Number : Near(Value, 1) ? quotient : Near(Value, -1) ? $"-{quotient}" : $"{Number}*{quotient}";
    }

    private const int MostInPairs = 8;

    private static IEnumerable<(Multiple, Dim[], Dim[])> Pairs((Syntax Name, Dim Dim) n, (Syntax Name, Dim Dim) k)
    {
        yield return (new(1, [n.Name, k.Name], []), [n.Dim, k.Dim], []);
        yield return (new(1, [], [n.Name, k.Name]), [], [n.Dim, k.Dim]);
        if (!n.Dim.Equals(k.Dim))
        {
            yield return (new(1, [n.Name], [k.Name]), [n.Dim], [k.Dim]);
        }
    }

    private static Syntax Scaled(Syntax syntax, double c) =>
        Near(c, 1) ? syntax
        : c < 0 ? new MinusSyntax(Scaled(syntax, -c))
        : syntax is BinarySyntax { Operator: BinaryOperator.Multiply, Left: NumberSyntax number } product
            ? Near(number.Value * c, 1) ? product.Right : Written.Of(new NumberSyntax(Math.Round(number.Value * c, 12)), BinaryOperator.Multiply, product.Right)
        : Written.Times(c, syntax);
}

using System.Collections.Immutable;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>A mistake that is often made, and how it is undone.</summary>
/// <param name="Code">The code of the mistake.</param>
/// <param name="At">What may stand at a place instead, each with the sentence that is said if that is right.</param>
internal sealed record Repair(string Code, Func<Place, Materials, IEnumerable<(Syntax Instead, string Text)>> At);

/// <summary>The mistakes, those that are said most simply first.</summary>
internal static partial class Repairs
{
    /// <summary>All of them; the first that makes the formula right is the diagnosis.</summary>
    public static ImmutableArray<Repair> All { get; } =
    [
        new("transposed", Transpose),
        new("unknown", KroneckerOrder),
        new("unknown", Brackets),
        new("sign", Sign),
        new("product-for-hadamard", (place, _) => Operator(place, BinaryOperator.Multiply, BinaryOperator.Hadamard, "an elementwise product")),
        new("hadamard-for-product", (place, _) => Operator(place, BinaryOperator.Hadamard, BinaryOperator.Multiply, "a matrix product")),
        new("hadamard-for-product", (place, _) => PowerOperator(place, BinaryOperator.ElementPower, BinaryOperator.Power, "a power of the matrix")),
        new("product-for-hadamard", (place, _) => PowerOperator(place, BinaryOperator.Power, BinaryOperator.ElementPower, "a power of each element")),
        new("sum-for-mean", (place, m) => AtOutermost(place, m.Dimensions, n =>
            (Written.Of(place.Node, BinaryOperator.Divide, n), $"{Of(place)} is summed where it should be averaged: divide by {n}"))),
        new("mean-for-sum", (place, m) => AtOutermost(place, m.Dimensions, n =>
            (Written.Of(n, BinaryOperator.Multiply, place.Node), $"{Of(place)} is averaged where it should be summed: it is {n} times too small"))),
        new("factor", Factor),
        new("wrong-layer", OfAnotherLayer),
        new("extra-term", ExtraTerm),
        new("extra-factor", ExtraFactor),
    ];

    /// <summary>What may be missing: the shortest piece that makes the formula right is the diagnosis.</summary>
    public static ImmutableArray<Repair> Missing { get; } =
    [
        new("missing-activation-derivative", (place, m) => m.Slopes.Where(IsOfActivation).SelectMany(slope =>
            Beside(place.Node, slope, m.Binder).Select(instead => (instead, $"the derivative {Written.Short(slope)} of the activation is missing")))),
        new("missing-factor", (place, m) => m.Slopes.Where(slope => !IsOfActivation(slope)).SelectMany(slope =>
            Beside(place.Node, slope, m.Binder).Select(instead => (instead, $"the factor {Written.Short(slope)} is missing at {Of(place)}")))),
        new("missing-factor", (place, m) => Power(place, -1).Concat(m.Parts.SelectMany(part =>
            Beside(place.Node, part.Part, m.Binder).Select(instead => (instead, $"the factor {Written.Short(part.Part)} is missing at {Of(place)}"))))),
        new("missing-term", MissingTerm),
        new("missing-factor", (place, m) => m.Divisors.SelectMany(sum =>
            Under(place.Node, sum).Select(instead => (instead, $"the division by {Written.Short(sum)} is missing at {Of(place)}")))),
        new("missing-factor", (place, m) => m.Parts.Where(part => !m.IsArgument(part.Part)).SelectMany(part =>
            Under(place.Node, part.Part).Select(instead => (instead, $"the division by {Written.Short(part.Part)} is missing at {Of(place)}")))),
    ];

    /// <summary>A function where its derivative belongs; what is only missing is likelier.</summary>
    public static ImmutableArray<Repair> Confusions { get; } = [new("missing-activation-derivative", ForItsDerivative)];

    /// <summary>Names of one family, such as W1 and W2, each in the other's place.</summary>
    public static ImmutableArray<Repair> Swaps { get; } = [new("wrong-layer", Swap)];

    /// <summary>The wrong thing in a place: tried when nothing in <see cref="All"/> helps.</summary>
    public static ImmutableArray<Repair> Exchanges { get; } =
    [
        new("unknown", (place, m) => Exchange(place, m)),
    ];

    private static string Of(Place place) => place.Parent is null ? "the whole" : Written.Short(place.Node);

    private static IEnumerable<(Syntax, string)> Transpose(Place place, Materials m)
    {
        if (place.Parent is not TransposeSyntax && !(m.Binder.Try(place.Node)?.Shape.IsScalar ?? false))
        {
            Syntax other = Written.Transposed(place.Node);
            yield return (other, place.Parent is null
                ? "the formula is the transpose of the derivative"
                : $"{Written.Short(place.Node)} should be {Written.Short(other)}: {(place.Node is TransposeSyntax ? "a transpose is too many" : "a transpose is missing")}");
        }
    }

    private static IEnumerable<(Syntax, string)> KroneckerOrder(Place place, Materials m)
    {
        if (place.Node is CallSyntax { Function: "kron", Arguments: [var left, var right] })
        {
            CallSyntax other = new("kron", [right, left]);
            yield return (other, $"the order of the factors of kron is wrong: {Written.Short(other)}, not {Written.Short(place.Node)}");
        }
    }

    private static IEnumerable<(Syntax, string)> Sign(Place place, Materials m)
    {
        switch (place.Node)
        {
            case BinarySyntax { Operator: BinaryOperator.Add } sum:
                yield return (Written.Of(sum.Left, BinaryOperator.Subtract, sum.Right), $"the sign is wrong: {Written.Short(sum.Right)} is subtracted, not added");
                yield return (Written.Of(sum.Right, BinaryOperator.Subtract, sum.Left), $"the sign is wrong: {Written.Short(sum.Left)} is subtracted, not added");
                break;
            case BinarySyntax { Operator: BinaryOperator.Subtract } difference:
                yield return (Written.Of(difference.Left, BinaryOperator.Add, difference.Right), $"the sign is wrong: {Written.Short(difference.Right)} is added, not subtracted");
                yield return (Written.Of(difference.Right, BinaryOperator.Subtract, difference.Left), $"the sign is wrong: it is {Written.Short(difference.Right)} minus {Written.Short(difference.Left)}");
                break;
            case MinusSyntax minus:
                yield return (minus.Operand, place.Parent is null ? "the sign is wrong: there is no minus" : $"the sign of {Written.Short(minus)} is wrong");
                break;
        }

        if (place.IsOutermost && place.Node is not MinusSyntax)
        {
            yield return (new MinusSyntax(place.Node), place.Parent is null ? "the sign is wrong: the derivative is the negative of this" : $"the sign of {Written.Short(place.Node)} is wrong");
        }
    }

    private static IEnumerable<(Syntax, string)> Operator(Place place, BinaryOperator from, BinaryOperator to, string what)
    {
        if (place.Node is BinarySyntax binary && binary.Operator == from)
        {
            yield return (Written.Of(binary.Left, to, binary.Right),
                $"{SyntaxWriter.SignOf(from)} stands between {Written.Short(binary.Left)} and {Written.Short(binary.Right)} where {what} {SyntaxWriter.SignOf(to)} belongs");
        }
    }

    /// <summary>A power of the elements where one of the matrix belongs, and the other way round.</summary>
    private static IEnumerable<(Syntax, string)> PowerOperator(Place place, BinaryOperator from, BinaryOperator to, string what)
    {
        if (place.Node is BinarySyntax power && power.Operator == from)
        {
            Syntax other = Written.Of(power.Left, to, power.Right);
            yield return (other, $"{Written.Short(power)} stands where {what}, {Written.Short(other)}, belongs");
        }
    }

    /// <summary>a * b .* c is computed from the left; a * (b .* c) is something else.</summary>
    private static IEnumerable<(Syntax, string)> Brackets(Place place, Materials m)
    {
        static bool IsProduct(BinaryOperator sign) => sign is BinaryOperator.Multiply or BinaryOperator.Hadamard;
        if (place.Node is not BinarySyntax outer || !IsProduct(outer.Operator))
        {
            yield break;
        }

        if (outer.Left is BinarySyntax left && IsProduct(left.Operator) && left.Operator != outer.Operator)
        {
            Syntax inner = Written.Of(left.Right, outer.Operator, outer.Right);
            Syntax whole = Written.Of(left.Left, left.Operator, inner);
            yield return (whole, $"the brackets are wrong: {Written.Short(inner)} comes first, as in {Written.Short(whole)}");
        }

        if (outer.Right is BinarySyntax right && IsProduct(right.Operator) && right.Operator != outer.Operator)
        {
            Syntax inner = Written.Of(outer.Left, outer.Operator, right.Left);
            Syntax whole = Written.Of(inner, right.Operator, right.Right);
            yield return (whole, $"the brackets are wrong: {Written.Short(inner)} comes first, as in {Written.Short(whole)}");
        }
    }

    private static IEnumerable<(Syntax, string)> AtOutermost(Place place, IEnumerable<Syntax> dimensions, Func<Syntax, (Syntax, string)> at) =>
        place.IsOutermost ? dimensions.Select(at) : [];

    private static IEnumerable<(Syntax, string)> Factor(Place place, Materials m)
    {
        bool isExponent = place.Parent is BinarySyntax { Operator: BinaryOperator.Power or BinaryOperator.ElementPower } power && ReferenceEquals(power.Right, place.Node);
        if (isExponent || (!place.IsOutermost && place.Node is not NumberSyntax))
        {
            yield break;
        }

        foreach (double c in m.Numbers)
        {
            yield return (Written.Times(c, place.Node), $"a constant factor is wrong: {Of(place)} should be {Written.Number(c)} times as large");
        }
    }

    private static IEnumerable<(Syntax, string)> ExtraTerm(Place place, Materials m)
    {
        if (place.Node is not BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum)
        {
            yield break;
        }

        // Where ones would be left as a factor, the whole factor is too many.
        bool isSum = sum.Operator == BinaryOperator.Add;
        bool isFactor = place.Parent is BinarySyntax { Operator: BinaryOperator.Multiply or BinaryOperator.Hadamard };
        if (!isFactor || m.Binder.Try(sum.Left) is not (Ones or Eye))
        {
            yield return (sum.Left, $"the term {Written.Short(sum.Right)} is too many");
        }

        yield return (isSum ? sum.Right : new MinusSyntax(sum.Right), $"the term {Written.Short(sum.Left)} is too many");
    }

    private static IEnumerable<(Syntax, string)> ExtraFactor(Place place, Materials m)
    {
        if (place.Node is BinarySyntax { Operator: BinaryOperator.Multiply or BinaryOperator.Hadamard or BinaryOperator.Divide or BinaryOperator.Quotient } product)
        {
            bool divides = product.Operator is BinaryOperator.Divide or BinaryOperator.Quotient;
            yield return (product.Left, divides ? $"the division by {Written.Short(product.Right)} is too many" : $"the factor {Written.Short(product.Right)} is too many");
            if (!divides)
            {
                yield return (product.Right, $"the factor {Written.Short(product.Left)} is too many");
            }

            if (product is { Operator: BinaryOperator.Hadamard or BinaryOperator.Multiply, Left: BinarySyntax inner } && inner.Operator == product.Operator)
            {
                yield return (inner.Left, $"the factor {Written.Short(Written.Of(inner.Right, product.Operator, product.Right))} is too many");
            }
        }

        foreach ((Syntax, string) lower in Power(place, 1))
        {
            yield return lower;
        }
    }

    /// <summary>An exponent that is one too high, or one too low.</summary>
    private static IEnumerable<(Syntax, string)> Power(Place place, int tooHigh)
    {
        if (place.Node is BinarySyntax { Operator: BinaryOperator.Power or BinaryOperator.ElementPower, Right: NumberSyntax exponent } power)
        {
            double right = exponent.Value - tooHigh;
            yield return (right == 1 ? power.Left : Written.Of(power.Left, power.Operator, new NumberSyntax(right)),
                $"the exponent of {Written.Short(power)} is one too {(tooHigh > 0 ? "high" : "low")}");
        }
        else if (tooHigh < 0 && place.Node is NameSyntax)
        {
            yield return (Written.Of(place.Node, BinaryOperator.Power, new NumberSyntax(2)), $"the factor {Written.Short(place.Node)} is missing once");
        }
    }

    private static IEnumerable<(Syntax, string)> MissingTerm(Place place, Materials m)
    {
        if (m.Binder.Try(place.Node)?.Shape is not Shape shape)
        {
            yield break;
        }

        foreach ((Syntax part, Shape own) in m.Parts)
        {
            if (own == shape)
            {
                string text = $"the term {Written.Short(part)} is missing beside {Of(place)}";
                yield return (Written.Of(place.Node, BinaryOperator.Add, part), text);
                yield return (Written.Of(place.Node, BinaryOperator.Subtract, part), text);
                yield return (Written.Of(part, BinaryOperator.Subtract, place.Node), text);
            }
        }

        if (!shape.IsScalar && shape.Rows.Equals(shape.Columns))
        {
            // A for ½(A + Aᵀ), or A for A + Aᵀ.
            Syntax both = Written.Of(place.Node, BinaryOperator.Add, Written.Transposed(place.Node));
            yield return (both, $"the term {Written.Short(Written.Transposed(place.Node))} is missing beside {Of(place)}");
        }
    }

    /// <summary>All ways to put a factor beside something.</summary>
    private static IEnumerable<Syntax> Beside(Syntax node, Syntax factor, TrialBinder binder)
    {
        if (binder.Try(factor)?.Shape is not Shape own)
        {
            yield break;
        }

        if (own.IsScalar)
        {
            yield return Written.Of(factor, BinaryOperator.Multiply, node);
            yield break;
        }

        yield return Written.Of(node, BinaryOperator.Hadamard, factor);
        yield return Written.Of(node, BinaryOperator.Multiply, factor);
        yield return Written.Of(factor, BinaryOperator.Multiply, node);
        if (own.IsColumn)
        {
            CallSyntax diagonal = new("diag", [factor]);
            yield return Written.Of(diagonal, BinaryOperator.Multiply, node);
            yield return Written.Of(node, BinaryOperator.Multiply, diagonal);
        }
    }

    private static IEnumerable<Syntax> Under(Syntax node, Syntax factor)
    {
        yield return Written.Of(node, BinaryOperator.Divide, factor);
        yield return Written.Of(node, BinaryOperator.Quotient, factor);
    }
}

using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>A formula made wrong in one place, and the codes that name the mistake.</summary>
/// <param name="Mistake">What was done.</param>
/// <param name="Formula">The wrong formula.</param>
/// <param name="Codes">The right diagnoses.</param>
internal sealed record Mutant(string Mistake, Syntax Formula, params string[] Codes);

/// <summary>Makes formulas wrong mechanically.</summary>
internal static class Mutants
{
    private const int MostOfOneKind = 6;

    public static IEnumerable<Mutant> Of(Syntax root, Scope scope)
    {
        TrialBinder binder = new(scope, "");
        return Places.Of(root).Where(place => place.Level < 2).SelectMany(place => At(place, binder))
            .Append(new("factor", Written.Of(new NumberSyntax(2), BinaryOperator.Multiply, root), "factor"))
            .Append(new("factor", Written.Of(root, BinaryOperator.Divide, new NumberSyntax(3)), "factor"))
            .Append(new("factor", Written.Of(new NumberSyntax(5), BinaryOperator.Multiply, root), "factor"))
            .Append(new("sign", root is MinusSyntax minus ? minus.Operand : new MinusSyntax(root), "sign"))
            .Concat(Extras(root, scope, binder))
            .GroupBy(mutant => mutant.Mistake).SelectMany(group => group.Take(MostOfOneKind));
    }

    /// <summary>A variable too many, as a term and as a factor.</summary>
    private static IEnumerable<Mutant> Extras(Syntax root, Scope scope, TrialBinder binder)
    {
        Shape shape = binder.Try(root)!.Shape;
        Syntax[] others =
        [
            .. scope.Variables.Keys.Select(name => new NameSyntax(name)),
            .. scope.Variables.Keys.Select(name => new TransposeSyntax(new NameSyntax(name))),
            .. shape.IsScalar ? [new NumberSyntax(1), new NumberSyntax(2)] : Array.Empty<Syntax>(),
        ];
        foreach (Syntax other in others.Where(other => binder.Try(other)!.Shape == shape))
        {
            yield return new("extra term", Written.Of(root, BinaryOperator.Add, other), "extra-term", "factor");
            yield return new("extra factor", Written.Of(root, BinaryOperator.Hadamard, other), "extra-factor", "factor");
            yield return new("extra term", Written.Of(root, BinaryOperator.Subtract, other), "extra-term", "factor");
        }
    }

    private static IEnumerable<Mutant> At(Place place, TrialBinder binder)
    {
        Mutant Made(string mistake, Syntax other, params string[] codes) => new(mistake, place.Put(other), codes);
        Shape shape = binder.Try(place.Node)!.Shape;
        if (!shape.IsScalar && place.Parent is not TransposeSyntax)
        {
            yield return Made("transpose", Written.Transposed(place.Node), "transposed");
        }

        if (place.Node is NumberSyntax number && number.Value != 0 && place.Parent is not BinarySyntax { Operator: BinaryOperator.Power or BinaryOperator.ElementPower })
        {
            yield return Made("factor", new NumberSyntax(2 * number.Value), "factor");
        }

        if (place.Node is not BinarySyntax binary)
        {
            yield break;
        }

        (Syntax x, Syntax y) = (binary.Left, binary.Right);
        (Shape left, Shape right) = (binder.Try(x)!.Shape, binder.Try(y)!.Shape);
        switch (binary.Operator)
        {
            case BinaryOperator.Add or BinaryOperator.Subtract:
                bool isSum = binary.Operator == BinaryOperator.Add;
                yield return Made("sign", Written.Of(x, isSum ? BinaryOperator.Subtract : BinaryOperator.Add, y), "sign");
                yield return Made("term", x, "missing-term");
                yield return Made("term", isSum ? y : new MinusSyntax(y), "missing-term");
                break;
            case BinaryOperator.Multiply when !left.IsScalar && !right.IsScalar:
                yield return Made("hadamard", Written.Of(x, BinaryOperator.Hadamard, y), "hadamard-for-product");
                yield return Made("dropped", x, Dropped(y));
                break;
            case BinaryOperator.Hadamard:
                yield return Made("product", Written.Of(x, BinaryOperator.Multiply, y), "product-for-hadamard");
                yield return Made("dropped", y, Dropped(x));
                yield return Made("dropped", x, Dropped(y));
                break;
            case BinaryOperator.Multiply:
                yield return Made("dropped", left.IsScalar ? y : x, Dropped(left.IsScalar ? x : y));
                break;
            case BinaryOperator.Divide or BinaryOperator.Quotient:
                yield return Made("dropped", x, Dropped(y));
                break;
        }
    }

    private static string[] Dropped(Syntax factor) => factor is NumberSyntax
        ? ["factor"]
        : ["missing-factor", "missing-activation-derivative", .. factor.ToString().StartsWith("sum(ones(", StringComparison.Ordinal) ? ["sum-for-mean", "mean-for-sum"] : Array.Empty<string>()];
}

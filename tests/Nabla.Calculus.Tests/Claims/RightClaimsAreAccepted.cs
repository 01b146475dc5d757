using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>A right claim is never rejected, however it is written.</summary>
public class RightClaimsAreAccepted
{
    [Fact]
    public void Every_identity_of_the_reference_agrees()
    {
        List<string> wrong = [];
        int proved = 0;
        IReadOnlyList<Entry> suite = Suite.Read();
        foreach (Entry entry in suite)
        {
            ClaimVerdict verdict = ClaimCheck.Of(entry.Problem).Judge(entry.EqualTo);
            proved += verdict.IsProved ? 1 : 0;
            if (verdict.Agrees != true)
            {
                wrong.Add($"{entry.Id}: {verdict.Agrees} {verdict.Undecided} {verdict.Diagnosis}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{suite.Count} identities, {proved} of them proved by simplification too");
        Assert.Empty(wrong);
        Assert.Equal(112, suite.Count);
    }

    [Fact]
    public void Every_identity_written_differently_agrees()
    {
        List<string> wrong = [];
        int tried = 0;
        int entries = 0;
        foreach (Entry entry in Suite.Read())
        {
            ClaimCheck check = ClaimCheck.Of(entry.Problem);
            int before = tried;
            foreach ((string how, Syntax other) in Rewritings.Of(Parser.Parse(entry.EqualTo), entry.Problem.Scope))
            {
                tried++;
                ClaimVerdict verdict = check.Judge($"{other}");
                if (verdict.Agrees != true)
                {
                    wrong.Add($"{entry.Id}: {how}: {other}: {verdict.Diagnosis}");
                }
            }

            entries += tried > before ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{tried} rewritten claims for {entries} identities");
        Assert.Empty(wrong);
        Assert.True(tried > 600, $"{tried}");
        Assert.True(entries >= 105, $"{entries}");
    }
}

/// <summary>The same formula as somebody else would write it.</summary>
internal static class Rewritings
{
    public static IEnumerable<(string How, Syntax Other)> Of(Syntax root, Scope scope)
    {
        TrialBinder binder = new(scope, "");
        foreach (Place place in Places.Of(root))
        {
            foreach ((string how, Syntax other) in At(place.Node, binder))
            {
                yield return (how, place.Put(other));
            }
        }
    }

    private static IEnumerable<(string, Syntax)> At(Syntax node, TrialBinder binder)
    {
        Shape shape = binder.Try(node)!.Shape;
        static Syntax T(Syntax x) => Written.Transposed(x);
        if (node is not NumberSyntax)
        {
            yield return ("halved and doubled", Written.Of(new NumberSyntax(2), BinaryOperator.Multiply, Written.Of(node, BinaryOperator.Divide, new NumberSyntax(2))));
        }

        if (node is not BinarySyntax { Left: var x, Right: var y } binary || binder.Try(x) is not Expr left || binder.Try(y) is not Expr right)
        {
            if (node is CallSyntax { Function: "tr", Arguments: [BinarySyntax { Operator: BinaryOperator.Multiply } inner] })
            {
                yield return ("cyclic trace", new CallSyntax("tr", [Written.Of(inner.Right, BinaryOperator.Multiply, inner.Left)]));
            }

            yield break;
        }

        bool isMatrixProduct = binary.Operator == BinaryOperator.Multiply && !left.Shape.IsScalar && !right.Shape.IsScalar;
        if (binary.Operator is BinaryOperator.Add or BinaryOperator.Hadamard || (binary.Operator == BinaryOperator.Multiply && !isMatrixProduct))
        {
            yield return ("commuted", Written.Of(y, binary.Operator, x));
        }

        if (isMatrixProduct)
        {
            yield return ("transposed as a whole", new TransposeSyntax(Written.Of(T(y), BinaryOperator.Multiply, T(x))));
            if (shape.IsScalar)
            {
                yield return ("inner product turned", Written.Of(T(y), BinaryOperator.Multiply, T(x)));
                yield return ("inner product as a trace", new CallSyntax("tr", [Written.Of(y, BinaryOperator.Multiply, x)]));
            }

            if (x is BinarySyntax { Operator: BinaryOperator.Multiply } front && !binder.Try(front.Left)!.Shape.IsScalar && !binder.Try(front.Right)!.Shape.IsScalar)
            {
                yield return ("associated to the right", Written.Of(front.Left, BinaryOperator.Multiply, Written.Of(front.Right, BinaryOperator.Multiply, y)));
            }
        }

        if (binary.Operator is BinaryOperator.Multiply or BinaryOperator.Hadamard)
        {
            if (y is BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum)
            {
                yield return ("expanded", Written.Of(Written.Of(x, binary.Operator, sum.Left), sum.Operator, Written.Of(x, binary.Operator, sum.Right)));
            }

            if (x is BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract } first)
            {
                yield return ("expanded", Written.Of(Written.Of(first.Left, binary.Operator, y), first.Operator, Written.Of(first.Right, binary.Operator, y)));
            }
        }

        if (binary.Operator == BinaryOperator.Hadamard && left.Shape.IsColumn)
        {
            yield return ("diag for Hadamard", Written.Of(new CallSyntax("diag", [x]), BinaryOperator.Multiply, y));
        }

        if (binary.Operator == BinaryOperator.Subtract)
        {
            yield return ("difference turned", new MinusSyntax(Written.Of(y, BinaryOperator.Subtract, x)));
        }
    }
}

using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;

namespace Nabla.Calculus.Tests;

/// <summary>A derivation depends on what it is of, not on what was derived before it.</summary>
public sealed class DerivationsAreTheirOwn
{
    private readonly Workbench b = new();

    [Fact]
    public void A_second_derivation_prints_what_the_first_did()
    {
        (Expr cost, Named z) = Cost();
        string first = Printed(Derivation.Of(cost, [b.X, z], Naming(z)));
        Assert.Contains("D = ", first, StringComparison.Ordinal);
        Assert.Equal(first, Printed(Derivation.Of(cost, [b.X, z], Naming(z))));
    }

    [Fact]
    public void The_names_of_one_derivation_are_not_used_by_another()
    {
        (Expr cost, Named z) = Cost();
        string unnamed = Printed(Derivation.Of(Fresh(out Named freshZ), [freshZ]));
        Derivation.Of(cost, [b.X], Naming(z));
        Assert.Equal(unnamed, Printed(Derivation.Of(cost, [z])));
    }

    [Fact]
    public void One_name_may_stand_for_other_adjoints_in_another_derivation()
    {
        (Expr cost, Named z) = Cost();
        Named first = Derivation.Of(cost, [b.X], Naming(z)).AdjointNameOf(z)!;
        Named second = Derivation.Of(2 * cost, [b.X], Naming(z)).AdjointNameOf(z)!;
        Assert.Equal(first.Name, second.Name);
        Assert.NotSame(first, second);
    }

    [Fact]
    public void The_name_of_an_adjoint_must_be_free()
    {
        (Expr cost, Named z) = Cost();
        ArgumentException e = Assert.Throws<ArgumentException>(() => Derivation.Of(cost, [b.X], new() { AdjointNames = new Dictionary<Expr, Name> { [z] = new("Y") } }));
        Assert.Contains("the adjoint of Z (3×5) cannot be called Y", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>(() => Derivation.Of(cost, [b.X], new() { AdjointNames = new Dictionary<Expr, Name> { [z] = new("D"), [b.X] = new("D") } }));
        Assert.Equal("the adjoints of Z (3×5) and X (3×4) cannot both be called D", e.Message);
    }

    private static DerivationSettings Naming(Expr z) => new() { AdjointNames = new Dictionary<Expr, Name> { [z] = new("D") } };

    private static string Printed(Derivation derivation) => string.Join('\n', derivation.Steps
        .SelectMany(step => step.Steps.Append(step))
        .Select(step => Notation.Text.Print(step.Left, "=", step.Right)));

    private static Expr Fresh(out Named z)
    {
        (Expr cost, z) = new DerivationsAreTheirOwn().Cost();
        return cost;
    }

    private (Expr Cost, Named Z) Cost()
    {
        Named z = Expr.MatMul(b.X, b.B).As(new("Z"));
        return (Expr.SquaredNorm(Expr.Apply(Function.Sigmoid, z).As(new("A")) - b.H).As(new("C")), z);
    }
}

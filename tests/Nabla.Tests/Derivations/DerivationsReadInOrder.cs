using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Networks;

namespace Nabla.Tests.Derivations;

/// <summary>A derivation is read from above: nothing is used before it is defined, nothing is said twice, and what a line needs stands beside it.</summary>
public sealed class DerivationsReadInOrder
{
    public static TheoryData<string, string, string, bool> Networks() => new()
    {
        { "3-4-2", "sigmoid", "squared-error", false },
        { "2-4-3", "tanh", "cross-entropy", false },
        { "2-4-3", "sigmoid", "cross-entropy", true },
        { "2-3-4-1", "softplus", "binary-cross-entropy", true },
        { "5-2-3", "relu", "huber", true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void No_adjoint_is_called_by_its_name_before_the_line_that_defines_it(string sizes, string activation, string lossName, bool batch) =>
        Assert.All(All(sizes, activation, lossName, batch), derivation =>
        {
            HashSet<Expr> adjoints = new(derivation.Derivation.NamedAdjoints, ReferenceEqualityComparer.Instance);
            HashSet<Expr> defined = new(ReferenceEqualityComparer.Instance);
            // A line in elements is about what it shows, not about the matrices behind it.
            foreach (Step step in derivation.Sections.SelectMany(section => section.Steps).Where(step => step.Indexed is null))
            {
                if (step.Relation == Relation.Definition)
                {
                    defined.Add(step.Left);
                }

                Expr? early = Parts(step.Left).Concat(Parts(step.Right)).FirstOrDefault(part => adjoints.Contains(part) && !defined.Contains(part));
                Assert.True(early is null, $"{early?.Describe()} in {Notation.Text.Print(step.Left, "=", step.Right)}");
            }
        });

    [Theory]
    [MemberData(nameof(Networks))]
    public void No_line_is_said_twice(string sizes, string activation, string lossName, bool batch) =>
        Assert.All(All(sizes, activation, lossName, batch), derivation =>
        {
            string[] lines = [.. derivation.Sections.SelectMany(section => section.Steps).Where(step => step.Label != "Eq B" && step.Rule.Id != "textbook.known")
                .Select(step => DerivationText.Write("", [new("", [step with { Rule = new("", ""), Label = "", Conditions = [] }], [])]))];
            Assert.Equal(lines.Length, lines.Distinct().Count());
        });

    [Fact]
    public void P_minus_y_stands_beside_the_condition_that_it_needs_in_every_style_and_dialect() =>
        Assert.All(All("3-4-2", "sigmoid", "cross-entropy", batch: true), derivation =>
        {
            foreach (IReadOnlyList<Section> sections in new[] { derivation.Sections, derivation.Outline })
            {
                Step first = sections.SelectMany(section => section.Steps)
                    .First(step => step.Indexed is null && Notation.Text.Print(step.Right).Contains("(A² − Y)", StringComparison.Ordinal));
                Assert.Single(first.Conditions);
            }
        });

    /// <summary>What a formula is written with: names are not looked into.</summary>
    private static IEnumerable<Expr> Parts(Expr e) => e is Named ? [e] : e.Operands.SelectMany(Parts).Prepend(e);

    private static IEnumerable<NetworkDerivation> All(string sizes, string activation, string lossName, bool batch)
    {
        Loss loss = Loss.Named(lossName);
        return Enum.GetValues<DerivationStyle>().SelectMany(style => Enum.GetValues<Dialect>().Select(dialect => NetworkDerivation.Of(
            Network.Of(Network.ParseSizes(sizes), Activation.Named(activation), loss.OutputActivation).Express(loss, batch: batch), style, dialect, loss == Loss.CrossEntropy)));
    }
}

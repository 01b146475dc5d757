using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Checking;
using Nabla.Networks;

namespace Nabla.Tests.Checking;

/// <summary>
/// Every differential that networks use, broken in turn. The check must notice against right gradients, and also, by finite differences
/// alone, against gradients that were made with the same mistake.
/// </summary>
public class BrokenRulesAreCaughtByTheCheck
{
    private static readonly Func<Expr, Expr>[] mistakes = [x => -x, x => 1.25 * x];

    private static GradientCase[] Networks { get; } =
    [
        Cases.Random(Loss.SquaredError, 5, 3, new(4, Activation.Sigmoid), new(2, Activation.Softmax)),
        Cases.Random(Loss.CrossEntropy, 5, 3, new(4, Activation.Named("gelu")), new(6, Activation.Softmax)),
        Cases.Random(Loss.BinaryCrossEntropy, 5, 3, new(4, Activation.Named("tanh")), new(2, Activation.Sigmoid)),
    ];

    [Fact]
    public void A_sign_or_a_factor_in_any_term_of_any_rule_that_is_used_is_caught()
    {
        HashSet<Type> used = [];
        foreach (DifferentialRule rule in DifferentialRules.Standard.All)
        {
            for (int term = 0; term < rule.Terms.Length; term++)
            {
                foreach (Func<Expr, Expr> mistake in mistakes)
                {
                    Func<Expr, Expr, Expr> right = rule.Terms[term];
                    DerivationSettings broken = new()
                    {
                        Differentials = DifferentialRules.Standard.With(
                            rule with { Terms = rule.Terms.SetItem(term, (node, d) => mistake(right(node, d))) }),
                    };
                    (bool changes, bool noticed, bool noticedTogether) = Outcome(broken);
                    if (changes)
                    {
                        used.Add(rule.Node);
                        Assert.True(noticed, $"{rule.Rule.Id}, term {term}: not noticed");
                        Assert.True(noticedTogether, $"{rule.Rule.Id}, term {term}: not noticed where the given gradients have it too");
                    }
                }
            }
        }

        Type[] needed =
        [
            typeof(Add), typeof(Apply), typeof(Hadamard), typeof(LogSumExp), typeof(MatMul), typeof(Named), typeof(Negate), typeof(Scale),
            typeof(Softmax), typeof(SquaredNorm), typeof(Subtract), typeof(Sum),
        ];
        Assert.Empty(needed.Except(used));
    }

    private static (bool Changes, bool Noticed, bool NoticedTogether) Outcome(DerivationSettings broken)
    {
        (bool changes, bool noticed, bool together) = (false, false, false);
        foreach (GradientCase right in Networks)
        {
            GradientCase wrong = Cases.WithGradients(right, broken);
            bool differs = right.Given.Zip(wrong.Given).Any(pair =>
                pair.First.Values.Zip(pair.Second.Values, (x, y) => x - y).MaxAbs() > 1e-9 * pair.First.Values.MaxAbs());
            changes |= differs;
            if (differs)
            {
                noticed |= GradientCheck.Run(right, new() { Derivation = broken }).Any(tensor => tensor.Agrees == false);
                together |= GradientCheck.Run(wrong, new() { Derivation = broken })
                    .Any(tensor => tensor[CheckRoad.FiniteDifferences] is { Agrees: false });
            }
        }

        return (changes, noticed, together);
    }
}

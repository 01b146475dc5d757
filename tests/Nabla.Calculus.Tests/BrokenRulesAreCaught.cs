using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Tests;

/// <summary>Breaks every rule in every way that a pen slips, one at a time, and asserts that finite differences notice.</summary>
public sealed class BrokenRulesAreCaught(ITestOutputHelper output)
{
    /// <summary>What may go wrong with a formula; each gives null where there is nothing of its kind to break.</summary>
    private static readonly (string Name, Func<Expr, Expr?> Break)[] Slips =
    [
        ("a lost sign", x => x is Negate n ? n.Operands[0] : -x),
        ("a wrong constant", x => 2 * x),
        ("a missing term", x => 0 * x),
        ("a missing factor", WithoutFactor),
        ("a dropped transpose", WithoutTranspose),
    ];

    [Fact]
    public void The_rules_as_they_are_agree_with_finite_differences()
    {
        Workbench bench = new();
        Assert.All(bench.Samples.Values, sample => Assert.True(bench.GradientsAgree(sample, new())));
    }

    [Fact]
    public void Every_differential_rule_has_a_sample()
    {
        Workbench bench = new();
        Assert.All(DifferentialRules.Standard.All, rule => Assert.Contains(rule.Node, bench.Samples.Keys));
    }

    [Fact]
    public void Every_broken_differential_rule_is_caught()
    {
        int broken = 0;
        foreach (DifferentialRule rule in DifferentialRules.Standard.All)
        {
            for (int i = 0; i < rule.Terms.Length; i++)
            {
                foreach ((string name, Func<Expr, Expr?> slip) in Slips)
                {
                    broken += AssertCaught($"{rule.Rule.Id}, operand {i + 1}: {name}", Broken(rule.Terms[i], slip), term =>
                        new() { Differentials = DifferentialRules.Standard.With(rule with { Terms = rule.Terms.SetItem(i, term) }) });
                }
            }
        }

        output.WriteLine($"{broken} broken rules");
        Assert.True(broken > 80);
    }

    [Fact]
    public void Every_broken_pairing_rule_is_caught()
    {
        int broken = 0;
        foreach (PairingRule rule in PairingRules.Standard.All)
        {
            for (int i = 0; i < rule.Adjoints.Length; i++)
            {
                if (rule.Adjoints[i] is not Func<Expr, Expr, Expr> adjoint)
                {
                    continue;
                }

                foreach ((string name, Func<Expr, Expr?> slip) in Slips)
                {
                    broken += AssertCaught($"{rule.Rule.Id}, operand {i + 1}: {name}", Broken(adjoint, slip), turned =>
                        new() { Pairings = PairingRules.Standard.With(rule with { Adjoints = rule.Adjoints.SetItem(i, turned) }) });
                }
            }
        }

        output.WriteLine($"{broken} broken rules");
        Assert.True(broken > 40);
    }

    private static Func<Expr, Expr, Expr> Broken(Func<Expr, Expr, Expr> right, Func<Expr, Expr?> slip) =>
        (node, x) => slip(right(node, x)) ?? throw new NothingToBreakException();

    /// <summary>1 where the slip could be made, and then it was caught; 0 where the rule has nothing of its kind.</summary>
    private static int AssertCaught(string name, Func<Expr, Expr, Expr> broken, Func<Func<Expr, Expr, Expr>, DerivationSettings> settings)
    {
        // A rule may serve an operation other than the one that it is named after: softmax's differential has a difference to be turned.
        Workbench bench = new();
        bool caught = false;
        bool used = false;
        foreach (Expr sample in bench.Samples.Values)
        {
            try
            {
                caught |= !bench.GradientsAgree(sample, settings((node, x) =>
                {
                    used = true;
                    return broken(node, x);
                }));
            }
            catch (NothingToBreakException)
            {
                return 0;
            }
            catch (ShapeException)
            {
                // The slip does not even fit; noticed as it is made.
                (caught, used) = (true, true);
            }
        }

        Assert.True(used, $"{name}: no sample uses the rule");
        Assert.True(caught, $"{name} was not caught");
        return 1;
    }

    private static Expr? WithoutFactor(Expr x) => x switch
    {
        Hadamard h => h.Operands[Expr.Reachable(h.Operands[1]).Any(part => part is Differential) ? 1 : 0],
        Scale { Factor: var factor, Of: var of } when !Expr.Reachable(factor).Any(part => part is Differential) => of,
        Quotient q => q.Operands[0],
        Negate n => WithoutFactor(n.Operands[0]) is Expr y ? -y : null,
        _ => null,
    };

    private static Expr? WithoutTranspose(Expr x) => x switch
    {
        Transpose t => t.Operands[0],
        MatMul { Operands: [Transpose a, var b] } => Expr.MatMul(a.Operands[0], b),
        MatMul { Operands: [var a, Transpose b] } => Expr.MatMul(a, b.Operands[0]),
        _ => null,
    };

    private sealed class NothingToBreakException : Exception;
}

using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Tests.Language;
using Nabla.Calculus.Verification;

namespace Nabla.Calculus.Tests.Simplification;

/// <summary>Random expressions of every operation, depth up to 8, over pairwise distinct dimensions. A failure names the seed, which repeats it.</summary>
public sealed class SimplificationKeepsTheValue(ITestOutputHelper output)
{
    private const int Cases = 12_000;

    [Fact]
    public void Of_random_expressions_and_stays_as_it_is_when_repeated()
    {
        int judged = 0;
        int shorter = 0;
        Assert.All(Enumerable.Range(0, Cases), seed =>
        {
            Expr e = new RandomExpressions(seed, isTame: true).Next();
            Simplifier simplifier = new();
            Expr simple = simplifier.Simplify(e).Result;
            judged += Agree(e, simple, seed) ? 1 : 0;
            shorter += simplifier.SizeOf(simple) < simplifier.SizeOf(e) ? 1 : 0;
        });
        output.WriteLine($"seeds 0 to {Cases - 1}: {judged} judged, {shorter} made shorter");
        Assert.True(judged > 10_000, $"only {judged} of {Cases} have values that can be compared");
    }

    [Fact]
    public void Gradients_of_random_scalars_agree_with_differences_and_are_read_again_as_printed()
    {
        int judged = 0;
        int undecided = 0;
        Assert.All(Enumerable.Range(0, Cases), seed =>
        {
            RandomExpressions random = new(seed, isTame: true);
            Expr c = random.Next(Shape.Scalar, 1 + (seed % 8));
            if (!IsOrdinary(Evaluator.Evaluate(c, new RandomPoints(seed).Next([c], Conditions.None))))
            {
                // Such as 1/0.
                undecided++;
                return;
            }

            foreach (Symbol x in Expr.Reachable(c).OfType<Symbol>().Take(1))
            {
                Expr gradient;
                try
                {
                    gradient = Derivative.Find(DerivativeKind.Gradient, c, x).Result!;
                }
                catch (NotSupportedException)
                {
                    // The third differential of an exponential has no rule, and says so.
                    Assert.Contains(Expr.Reachable(c), node => node is ExponentialDifferential);
                    continue;
                }

                string printed = AsciiNotation.Print(gradient, random.Scope);
                Expr read = random.Scope.Parse(printed);
                Assert.True(read == gradient, $"seed {seed}: {printed} is read as something else: {Difference(gradient, read)}");
                switch (AgreesWithDifferences(c, x, gradient, seed))
                {
                    case true:
                        judged++;
                        break;
                    case null:
                        undecided++;
                        break;
                    default:
                        Assert.Fail($"seed {seed}: the gradient of {AsciiNotation.Print(c)} by {x.Name} is not {AsciiNotation.Print(gradient)}");
                        break;
                }
            }
        });
        output.WriteLine($"seeds 0 to {Cases - 1}: {judged} judged, {undecided} at a kink or not finite");
        Assert.True(judged > 8_000, $"only {judged} gradients could be judged");
    }

    /// <summary>False where the values cannot be compared: not finite, or so sensitive that rounding decides.</summary>
    private static bool Agree(Expr e, Expr simple, int seed)
    {
        RandomPoints points = new(seed);
        Bindings at = points.Next([e, simple], Conditions.None);
        Matrix value = Evaluator.Evaluate(e, at);
        if (!IsOrdinary(value))
        {
            return false;
        }

        Matrix other = Evaluator.Evaluate(simple, at);
        double error = Difference(value, other);
        if (!(error <= 1e-8 * Math.Max(1, value.MaxAbs())))
        {
            // An expression that changes as much when its variables change in the last digits is no judge.
            double sensitivity = Difference(value, Evaluator.Evaluate(e, Moved(e, at, 1e-13)));
            if (error <= 1e4 * sensitivity || !IsOrdinary(Evaluator.Evaluate(e, Moved(e, at, 1e-13))))
            {
                return false;
            }

            Assert.Fail($"seed {seed}: {AsciiNotation.Print(e)} is not {AsciiNotation.Print(simple)}: off by {error}");
        }

        return true;
    }

    private static bool? AgreesWithDifferences(Expr c, Symbol x, Expr gradient, int seed)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            Bindings at = new RandomPoints(seed + (attempt * 1_000_003)).Next([c, gradient], Conditions.None);
            if (Expr.Reachable(c).OfType<LargestElement>().Any(max => HasTie(Evaluator.Evaluate(max.Operands[0], at))))
            {
                continue;
            }

            Matrix slope = Evaluator.Evaluate(gradient, at);
            Matrix value = at.ValueOf(x)!;
            Random random = new(seed);
            Matrix direction = value.Map(_ => random.NextDouble() - 0.5);
            double expected = slope.Zip(direction, (g, v) => g * v).Sum();
            double F(double t) => Evaluator.Evaluate(c, at.Copy().Set(x, value.Zip(direction, (a, v) => a + (t * v))))[0, 0];
            double Along(double h) => (F(-2 * h) - (8 * F(-h)) + (8 * F(h)) - F(2 * h)) / (12 * h);
            (double coarse, double fine) = (Along(1e-3), Along(2.5e-4));
            double size = Math.Max(1, Math.Max(Math.Abs(F(0)) * 1e-2, slope.MaxAbs()));
            if (!double.IsFinite(expected) || !double.IsFinite(fine) || size > 1e6 || !(Math.Abs(coarse - fine) <= 2e-7 * size))
            {
                continue;
            }

            return Math.Abs(expected - fine) <= 1e-6 * size;
        }

        return null;
    }

    private static bool HasTie(Matrix x) => x.Elements.ToArray().OrderDescending().Take(2).ToArray() is [var first, var second] && first - second < 0.1;

    /// <summary>The first two parts that differ.</summary>
    private static string Difference(Expr x, Expr y)
    {
        while (x.GetType() == y.GetType() && x.Operands.Length == y.Operands.Length && x.Operands.Zip(y.Operands).Any(pair => pair.First != pair.Second))
        {
            (x, y) = x.Operands.Zip(y.Operands).First(pair => pair.First != pair.Second);
        }

        return $"{x} and {y}";
    }

    private static bool IsOrdinary(Matrix x) => x.MaxAbs() is < 1e9;

    private static double Difference(Matrix x, Matrix y) => x.Zip(y, (a, b) => Math.Abs(a - b)).MaxAbs();

    private static Bindings Moved(Expr e, Bindings at, double by)
    {
        Bindings moved = at.Copy();
        foreach (Symbol symbol in Expr.Reachable(e).OfType<Symbol>())
        {
            moved.Set(symbol, at.ValueOf(symbol)!.Map(x => x * (1 + by)));
        }

        return moved;
    }
}

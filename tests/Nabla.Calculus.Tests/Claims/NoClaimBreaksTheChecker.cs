using System.Diagnostics;
using System.Text.Json;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>Whatever is asked and claimed: an answer or one error, soon.</summary>
public class NoClaimBreaksTheChecker
{
    /// <summary>About a second on a machine of one's own; others may run beside this.</summary>
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10);

    private static readonly (string Where, string Expression, string Wrt, string Claim)[] builtIn =
    [
        ("A: n x n, x: n", "x'*A*x", "x", "(A+A')*x"),
        ("A: m x n, x: n, b: m", "0.5*norm2(A*x-b)^2", "x", "A'*(A*x-b)"),
        ("X: n x n, A: n x n", "tr(A*inv(X))", "X", "-(inv(X)*A*inv(X))'"),
        ("X: m x n, A: p x m", "vec(A*X)", "X", "kron(eye(n),A)"),
        ("z: n, y: n", "-y'*log(softmax(z))", "z", "softmax(z)*sum(y)-y"),
        ("X: n x n symmetric", "logdet(X)", "X", "inv(X)"),
        ("x: n, s: scalar", "s*sum(x.^3)/n", "x", "3*s*x.^2/n"),
    ];

    private static readonly string[] pieces =
    [
        "(", ")", ",", "'", "+", "-", "*", "/", ".*", "./", ".^", "^", "2", "0", "-1", "1e9", "1e300", "x", "A", "X", "s", "n", "m", "y", "b", "z", "ones(n)", "eye(n)", "sum(", "inv(",
        "softmax(", "kron(", "diag(", "ones(100000,100000)", "ones(2147483647)", "^1000000", ".^1000000", "commutation(n,n)", "expm(", "vec(", "norm2(", "log(", "unvec(", "1/0",
    ];

    [Fact]
    public void A_hundred_thousand_questions_and_claims_are_read_or_refused_with_one_sentence()
    {
        (string Where, string Expression, string Wrt, string Claim)[] seeds = Seeds();
        Random random = new(20270101);
        (int read, int refused) = (0, 0);
        for (int i = 0; i < 100_000; i++)
        {
            (string where, string expression, string wrt, string claim) = seeds[random.Next(seeds.Length)];
            try
            {
                ClaimProblem problem = ClaimProblem.Read(i % 7 == 0 ? Mutated(random, where, seeds) : where, i % 2 == 0 ? Mutated(random, expression, seeds) : expression, wrt);
                problem.Scope.Parse(Mutated(random, claim, seeds));
                read++;
            }
            catch (Exception e) when (e is LanguageException or ArgumentException)
            {
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }

        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Two_thousand_mutated_claims_are_judged_each_within_about_a_second()
    {
        (string Where, string Expression, string Wrt, string Claim)[] seeds = Seeds();
        Random random = new(7);
        List<(double Milliseconds, string What)> times = [];
        (int judged, int refused) = (0, 0);
        Stopwatch all = Stopwatch.StartNew();
        for (int i = 0; i < 2000 && all.Elapsed < TimeSpan.FromSeconds(100); i++)
        {
            (string where, string expression, string wrt, string claim) = seeds[random.Next(seeds.Length)];
            (string asked, string claimed) = (i % 3 == 0 ? Mutated(random, expression, seeds) : expression, i % 3 == 1 ? claim : Mutated(random, claim, seeds));
            Stopwatch watch = Stopwatch.StartNew();
            judged += Judge(where, asked, wrt, claimed) ? 1 : 0;
            refused = i + 1 - judged;
            times.Add((watch.Elapsed.TotalMilliseconds, $"{where} | {asked} | {wrt} | {claimed}"));
        }

        (double slowest, string what) = times.Max();
        for (int again = 0; again < 2 && slowest > longest.TotalMilliseconds; again++)
        {
            string[] parts = what.Split(" | ");
            Stopwatch watch = Stopwatch.StartNew();
            Judge(parts[0], parts[1], parts[2], parts[3]);
            slowest = Math.Min(slowest, watch.Elapsed.TotalMilliseconds);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{judged} judged, {refused} refused in {all.Elapsed}; slowest {slowest:0} ms: {what}");
        Assert.True(judged > 300, $"{judged} judged, {refused} refused");
        Assert.True(slowest <= longest.TotalMilliseconds, $"{slowest:0} ms: {what}");
        Assert.True(Process.GetCurrentProcess().PeakWorkingSet64 < 4L << 30);
    }

    public static TheoryData<string, string, string, string> Extremes()
    {
        string Sum(int terms, Func<int, string> term) => string.Join('+', Enumerable.Range(1, terms).Select(term));
        string Nested(int depth, Func<string, string> around) => Enumerable.Range(0, depth).Aggregate("X", (inner, _) => around(inner));
        return new()
        {
            { "x: 100000", "x'*x", "x", "2*x" },
            { "x: 100000, A: 100000 x 100000", "x'*A*x", "x", "2*A*x" },
            { "X: 2147483647 x 2147483647", "sum(X)", "X", "X" },
            { "x: n", "sum(ones(1000000000))*x'*x", "x", "x" },
            { "x: n", "x'*x", "x", "sum(ones(100000,100000))*x" },
            { "x: n", "x'*x", "x", "sum(commutation(3000,3000))*x" },
            { "X: n x n", "tr(X^1000000)", "X", "1000000*(X^999999)'" },
            { "X: n x n", "tr(((X^32)^32)^32)", "X", "X" },
            { "X: n x n", $"sum({Nested(8, x => $"kron({x},{x})")})", "X", "X" },
            { "X: n x n", Nested(6, x => $"kron({x},X)"), "X", "X" },
            { "x: n", Sum(880, i => $"sum(sin({i}*x))"), "x", "x" },
            { "x: n", "x'*x", "x", Sum(880, i => $"{i}*x") },
            { "X: n x n, A: n x n", $"tr({Nested(30, x => $"inv({x}+A)")})", "X", "X" },
            { "A: n x n, B: n x n", $"tr({string.Join('*', Enumerable.Repeat("A*B", 150))})", "A", "B" },
            { "x: n", $"sum({Sum(880, i => $"{i}*sin({i}*x)")})", "x", "x" },
            { "X: n x n", $"sum({string.Join(".*", Enumerable.Range(1, 300).Select(i => $"sin({i}*X)"))})", "X", "X" },
            { string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"x{i}: n{i}")), "x1'*x1", "x1", "x1" },
        };
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public void An_enormous_question_is_answered_and_does_not_hang(string where, string expression, string wrt, string claim)
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 0; i < 3 && least > longest; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Judge(where, expression, wrt, claim);
            least = watch.Elapsed < least ? watch.Elapsed : least;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{least.TotalMilliseconds:0} ms");
        Assert.True(least <= longest, $"{least}");
    }

    [Fact]
    public void A_factor_shows_where_the_derivative_is_zero_at_some_points()
    {
        ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read("x: scalar", "relu(x)", "x")).Judge("5*step(x)");
        Assert.Equal("factor", verdict.Diagnosis!.Code);
        Assert.Equal("step(x)", verdict.Diagnosis.NearestForm);
    }

    [Fact]
    public void The_form_with_the_doubled_elements_beside_the_diagonal_is_named()
    {
        ClaimCheck check = ClaimCheck.Of(ClaimProblem.Read("X: n x n symmetric", "logdet(X)", "X", conditions: [("well_conditioned", "X")]));
        ClaimVerdict verdict = check.Judge("2*inv(X)-diag(diagvec(inv(X)))");
        Assert.Equal("factor", verdict.Diagnosis!.Code);
        Assert.StartsWith("this is the form of The Matrix Cookbook", verdict.Diagnosis.Text, StringComparison.Ordinal);
        Assert.True(check.Judge(verdict.Diagnosis.NearestForm!).Agrees);
    }

    /// <summary>Whether a claim was judged; false where the question or the claim is refused with a sentence.</summary>
    private static bool Judge(string where, string expression, string wrt, string claim)
    {
        try
        {
            ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read(where, expression, wrt)).Judge(claim);
            Assert.True(verdict.Agrees is not null || verdict.Undecided is { Length: > 0 }, claim);
            Assert.True(verdict.Agrees != false || verdict.Diagnosis is not null, claim);
            return true;
        }
        catch (Exception e) when (e is LanguageException or ArgumentException)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }

    private static (string Where, string Expression, string Wrt, string Claim)[] Seeds()
    {
        if (SharedFolder.Find("reference", "identities.json") is not string file)
        {
            return builtIn;
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        string Text(JsonElement entry, string key) => entry.GetProperty(key).GetString()!;
        return [.. builtIn, .. document.RootElement.EnumerateArray().Select(entry => (Text(entry, "where"), Text(entry, "expression"), Text(entry, "wrt"), Text(entry, "equals")))];
    }

    private static string Mutated(Random random, string text, (string Where, string Expression, string Wrt, string Claim)[] seeds)
    {
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            int length = Math.Min(random.Next(3), text.Length - at);
            string other = seeds[random.Next(seeds.Length)].Claim;
            string piece = random.Next(4) switch
            {
                0 => "",
                1 or 2 => pieces[random.Next(pieces.Length)],
                _ => random.Next(other.Length) is var from ? other.Substring(from, Math.Min(random.Next(1, 8), other.Length - from)) : "",
            };
            text = string.Concat(text.AsSpan(0, at), piece, text.AsSpan(at + length));
        }

        return text;
    }
}

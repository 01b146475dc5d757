using System.Diagnostics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Tests.Language;

/// <summary>Whatever the text: an expression or one error, soon.</summary>
public sealed class NoTextBreaksTheParser
{
    private const string Where = "A: n x n, X: m x n, x: n, s: scalar, T: 3x4, y: p";

    private static readonly string[] seeds =
    [
        "x'*A*x", "0.5*(X*x)'*(X*x)", "sum(x.^2.5)", "-(X'*log(softmax(X*A)))", "norm2(X*A)^2/sum(ones(n))", "kron(A,eye(m))*vec(X*A)", "A^(-2)+A^3",
        "sigmoid'(x).*max(x,A*x)", "diag(diagvec(A))-inv(A)'", "unvec(vec(X),m,n)", "expm(0.3*A)", "s^s*tr(A)/n",
    ];

    private static readonly string[] pieces =
    [
        "(", ")", ",", "'", "+", "-", "*", "/", ".*", "./", ".^", "^", ".", "2", "1e9", "1e999", "x", "A", "X", "s", "n", "m", "ones(", "eye(", "sum(", "inv(", "²",
        "ᵀ", "×", "\0", "\ud800", "😀", " ", "\n", "sigmiod(", "softmax", "det(A)", "commutation(", "0", "-1", "9999999999", "é", "\u0301", "\u202e", "kron(",
    ];

    [Fact]
    public void A_hundred_thousand_random_and_mutated_texts_end_in_an_expression_or_one_error()
    {
        Random random = new(20260729);
        Scope scope = Scope.Of(Where);
        Stopwatch watch = Stopwatch.StartNew();
        (int read, int refused) = (0, 0);
        for (int i = 0; i < 100_000; i++)
        {
            string text = (i % 4) switch
            {
                0 => Bytes(random),
                1 => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => pieces[random.Next(pieces.Length)])),
                _ => Mutated(random),
            };
            try
            {
                Assert.NotNull(scope.Parse(text));
                read++;
            }
            catch (LanguageException e)
            {
                refused++;
                AssertClean(e);
            }

            if (scope.Pool.Count > 20_000)
            {
                scope = Scope.Of(Where);
            }
        }

        Assert.True(read > 1000 && refused > 10_000, $"{read} read, {refused} refused");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    [Fact]
    public void Random_and_mutated_declarations_end_in_declarations_or_one_error()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            string text = i % 2 == 0 ? Bytes(random) : Mutate(random, "A: p x m, x: n, s: scalar, S: n x n symmetric, T: 3 x 4");
            try
            {
                Declarations.Parse(text);
            }
            catch (LanguageException e)
            {
                AssertClean(e);
            }
        }
    }

    public static TheoryData<string, string> Extremes()
    {
        const int Deep = 10_000;
        const int Long = 1_000_000;
        return new()
        {
            { "opening brackets", new string('(', Deep) },
            { "nested brackets", new string('(', Deep) + "x" + new string(')', Deep) },
            { "closing brackets", new string(')', Deep) },
            { "nested calls", string.Concat(Enumerable.Repeat("exp(", Deep)) + "x" + new string(')', Deep) },
            { "nested calls never closed", string.Concat(Enumerable.Repeat("exp(", Deep)) },
            { "signs", new string('-', Long - 1) + "x" },
            { "transposes", "A" + new string('\'', Long - 1) },
            { "a long sum", "x" + string.Concat(Enumerable.Repeat("+x", Deep)) },
            { "a long power", "s" + string.Concat(Enumerable.Repeat("^s", Deep)) },
            { "a name", new string('a', Long) },
            { "a name's function", new string('a', Long - 3) + "(x)" },
            { "a number", new string('9', Long) },
            { "a decimal", "0." + new string('1', Long - 5) + "*" },
            { "points", new string('.', Long) },
            { "spaces", new string(' ', Long) },
            { "commas", "max(" + new string(',', Deep) },
            { "arguments", "max(" + string.Concat(Enumerable.Repeat("x,", 100_000)) + "x)" },
            { "too long", string.Concat(Enumerable.Repeat("(x)+", Long)) },
            { "a deep wide tree", string.Concat(Enumerable.Repeat("(x+", 1000)) + "x" + new string(')', 1000) },
            { "lone surrogates", new string('\ud800', Deep) },
            { "an unequal sum of long sides", $"({string.Concat(Enumerable.Repeat("x+", 800))}x)+A" },
        };
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public void An_extreme_text_is_one_short_error_within_a_second(string what, string text)
    {
        Scope scope = Scope.Of(Where);
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 0; i < 3 && least > TimeSpan.FromSeconds(1); i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            LanguageException e = Assert.Throws<LanguageException>(() => scope.Parse(text));
            least = watch.Elapsed < least ? watch.Elapsed : least;
            AssertClean(e);
        }

        Assert.True(least <= TimeSpan.FromSeconds(1), $"{what}: {least}");
    }

    [Fact]
    public void An_extreme_declaration_is_one_short_error()
    {
        const int Long = 1_000_000;
        string[] texts =
        [
            new('a', Long - 10), new string('a', Long - 10) + ": n", "A: " + new string('n', Long - 10), "A: " + new string('9', Long - 10), new(',', Long),
            "A: n x " + new string('x', Long - 10), new(':', Long), new('a', Long + 1),
        ];
        Assert.All(texts, text => AssertClean(Assert.Throws<LanguageException>(() => Declarations.Parse(text))));
    }

    [Fact]
    public void What_is_just_not_too_deep_is_read()
    {
        string text = "x" + string.Concat(Enumerable.Repeat("+mean(x)*x", 400));
        Assert.NotNull(Expr.Parse(text, "x: n"));
        Assert.NotNull(Expr.Parse(string.Concat(Enumerable.Repeat("mean(", 890)) + "x" + new string(')', 890), "x: n"));
    }

    /// <summary>Three lines, none of them long, with nothing in them that disturbs a terminal.</summary>
    private static void AssertClean(LanguageException e)
    {
        string[] lines = e.Message.Split('\n');
        if (lines is ["the expression is empty"])
        {
            return;
        }

        Assert.Equal(3, lines.Length);
        Assert.True(e.Message.Length < 700, e.Message);
        Assert.Matches(@"^ *~*\^~*$", lines[2]);
        Assert.True(lines[2].Length <= lines[1].Length + 1, e.Message);
        Assert.DoesNotContain(e.Message, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }

    private static string Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 60)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? System.Text.Encoding.Latin1.GetString(bytes) : System.Text.Encoding.UTF8.GetString(bytes);
    }

    private static string Mutated(Random random) => Mutate(random, seeds[random.Next(seeds.Length)]);

    private static string Mutate(Random random, string text)
    {
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            int length = Math.Min(random.Next(3), text.Length - at);
            string piece = random.Next(3) switch
            {
                0 => "",
                1 => pieces[random.Next(pieces.Length)],
                _ => seeds[random.Next(seeds.Length)] is var other && random.Next(other.Length) is var from ? other.Substring(from, Math.Min(3, other.Length - from)) : "",
            };
            text = string.Concat(text.AsSpan(0, at), piece, text.AsSpan(at + length));
        }

        return text;
    }
}

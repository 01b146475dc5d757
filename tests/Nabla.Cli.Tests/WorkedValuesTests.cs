namespace Nabla.Cli.Tests;

/// <summary><c>nabla derive --values</c> and <c>--set</c>: an example with drawn numbers, or with a person's own.</summary>
public sealed class WorkedValuesTests
{
    private static readonly string[] Quadratic = ["derive", "x'*A*x", "--where", "A: n x n, x: n", "--wrt", "x"];

    [Fact]
    public async Task Own_numbers_are_worked_with()
    {
        string text = await WrittenAsync([.. Quadratic, "--set", "A = [1 2; 3 4], x = [1; -1]"]);
        Assert.Contains("  A = ⎡1 2⎤\n      ⎣3 4⎦\n", text, StringComparison.Ordinal);
        Assert.Contains("⎡−3⎤ = ⎡2 5⎤ · ⎡ 1⎤\n           ⎣−3⎦   ⎣5 8⎦   ⎣−1⎦", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_given_is_drawn_in_sizes_that_fit()
    {
        string text = await WrittenAsync([.. Quadratic, "--set", "A=[1 0 0 2; 0 1 0 0; 0 0 1 0; 0 0 0 1]"]);
        Assert.Contains("  x = ⎢", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_of_the_book_gives_the_numbers_of_the_book()
    {
        string text = await WrittenAsync(
        [
            "derive", "3-4-1", "--no-bias", "--reduction", "sum", "--batch", "--set",
            "A0 = [0 0 1 1; 0 1 0 1; 1 1 1 1], Y = [0 1 1 0], "
            + "W1 = [0.41702 0.14676 0.39677; 0.72032 0.09234 0.53882; 0.00011 0.18626 0.41919; 0.30233 0.34556 0.68522], "
            + "W2 = [0.20445 0.87812 0.02739 0.67047]",
        ]);
        Assert.Contains("[0.7575 0.7711 0.7909 0.8012]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_may_be_those_that_are_printed() =>
        Assert.Contains("η = 2", await WrittenAsync(["derive", "2-1", "--set", "η = 2, W¹ = [1 2]"]), StringComparison.Ordinal);

    [Fact]
    public async Task Another_seed_draws_other_numbers()
    {
        string[] seeds = ["1", "2", "3"];
        string[] written = await Task.WhenAll(seeds.Select(seed => WrittenAsync([.. Quadratic, "--values", "--seed", seed])));
        Assert.Equal(seeds.Length, written.Distinct().Count());
        Assert.Equal(written[0], await WrittenAsync([.. Quadratic, "--values"]));
    }

    [Theory]
    [InlineData("A = [1 2; 3]", "the rows of A have 2, 1 elements")]
    [InlineData("B = 1", "there is no B here; there are A, x")]
    [InlineData("A = [1 2; 3 4], x = [1 2 3]", "A says n = 2")]
    [InlineData("A = [1 2 3; 4 5 6]", "A says n = 2")]
    [InlineData("A = [1 a; 3 4]", "'a' in A is no number")]
    [InlineData("A", "is not NAME = NUMBER")]
    [InlineData("x = [1 2], x = [1 2]", "x is given twice")]
    public async Task Numbers_that_do_not_fit_are_refused_with_the_reason(string set, string reason)
    {
        Run result = await CommandLine.RunAsync([.. Quadratic, "--set", set]);
        Assert.Contains(reason, result.Refused(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seed_without_numbers_to_draw_is_a_misunderstanding() => (await CommandLine.RunAsync([.. Quadratic, "--seed", "2"])).Refused(2);

    private static async Task<string> WrittenAsync(params string[] arguments)
    {
        Run result = await CommandLine.RunAsync(arguments);
        Assert.True(result.Code == 0, result.Error);
        return result.Output;
    }
}

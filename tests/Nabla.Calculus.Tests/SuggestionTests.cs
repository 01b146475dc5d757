namespace Nabla.Calculus.Tests;

public class SuggestionTests
{
    private static readonly string[] names = ["mnist", "digits", "xor", "book"];

    [Fact]
    public void The_sentence_names_the_nearest_and_all_known_names() => Assert.Equal(
        "unknown data set 'digts'; did you mean 'digits'? Known: book, digits, mnist, xor",
        Suggestion.Unknown("data set", "digts", names));

    [Fact]
    public void A_name_near_to_none_gets_the_list_only() => Assert.Equal(
        "unknown data set 'imagenet'; Known: book, digits, mnist, xor",
        Suggestion.Unknown("data set", "imagenet", names));

    [Theory]
    [InlineData("mnsit", "mnist")]
    [InlineData("MNIST", "mnist")]
    [InlineData("digit", "digits")]
    [InlineData("xro", "xor")]
    [InlineData("boook", "book")]
    [InlineData("", null)]
    [InlineData("q", null)]
    [InlineData("zzzzz", null)]
    public void A_slip_of_the_pen_is_recognised(string written, string? meant) =>
        Assert.Equal(meant, Suggestion.Nearest(written, names));

    [Fact]
    public void A_page_of_text_is_no_name() => Assert.Null(Suggestion.Nearest(new string('m', 100_000), names));
}

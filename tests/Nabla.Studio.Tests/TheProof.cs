using Nabla.Calculus.Derivations;
using Nabla.Networks;
using Nabla.Studio.Mathematics;

namespace Nabla.Studio.Tests;

/// <summary>The bottom of the page.</summary>
public sealed class TheProof(OpenStudio studio)
{
    [Fact]
    public async Task Checks_by_itself_while_nothing_trains_and_again_when_asked()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.UntilAsync("document.querySelector('#verdict').textContent.includes('right')");
        Assert.Equal(7, await view.Page.Locator(".proofs tbody tr").CountAsync());
        Assert.Equal(7, await view.Page.Locator(".proofs td.good").CountAsync());
        await view.Page.ClickAsync("#step");
        await view.Page.ClickAsync("#check");
        await view.UntilAsync("document.querySelector('#verdict').textContent.includes('(step 1)')");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Says_why_the_seed_s_Eq_5_is_wrong()
    {
        await using StudioView view = await studio.OpenAsync("data=book&hidden=4");
        await view.Page.SelectOptionAsync("#claim-of", "W1");
        await view.Page.FillAsync("#claim", "δ²·σ′(z²)·(a⁰)ᵀ·w²·σ′(z¹)");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#headline')?.textContent === 'Wrong: not conformable.'");
        string answer = await view.TextAsync("#answer");
        Assert.Contains("n₂×1", answer, StringComparison.Ordinal);
        Assert.Contains("dC/dW1 = delta1*a0'", answer, StringComparison.Ordinal);
        view.IsQuiet();
        await view.IsAccessibleAsync();
        await view.Page.ClickAsync("#example-right");
        await view.UntilAsync("document.querySelector('#headline')?.textContent.startsWith('Right')");
        await view.Page.ClickAsync("#example-matrix");
        await view.UntilAsync("document.querySelector('#headline')?.textContent === 'Wrong: only if symmetric.'");
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Takes_a_line_as_it_is_copied_from_the_page()
    {
        await using StudioView view = await studio.OpenAsync("data=moons");
        string[] copied = await view.Page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('.line')].map(line => {
                const range = document.createRange();
                range.selectNodeContents(line.querySelector('math'));
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return getSelection().toString();
            })
            """);
        ClaimDesk desk = new(new(2, new Layer(8, Activation.Named("tanh")), new Layer(4, Activation.Named("tanh")), new Layer(2, Activation.Softmax)), Loss.CrossEntropy, targetsSumToOne: true, Dialect.Nielsen);
        string[] equations = [.. copied.Where(line => desk.ParameterOf(line) is not null && line.IndexOf('∂', line.IndexOf('=', StringComparison.Ordinal)) < 0)];
        Assert.True(equations.Length >= 5, string.Join(" | ", copied));
        Assert.All(equations, line => Assert.True(desk.Judge("W1", line).Agrees, line));
        await view.Page.FillAsync("#claim", equations[^1]);
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#headline')?.textContent.startsWith('Right')");
        Assert.Equal(desk.ParameterOf(equations[^1]), await view.Page.InputValueAsync("#claim-of"));
    }

    [Fact]
    public async Task Takes_a_text_that_is_too_long_or_too_deep_for_what_it_is()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.FillAsync("#claim", new string('(', 10_000) + "a1" + new string(')', 9_000));
        await view.Page.ClickAsync("#judge");
        await view.UntilAsync("document.querySelector('#headline')?.textContent === 'Not a formula.'");
        await view.Page.FillAsync("#claim", string.Concat(Enumerable.Repeat("a1+", 10_000)));
        await view.Page.ClickAsync("#judge");
        await view.UntilAsync("document.querySelector('#headline')?.textContent === 'Too long.'");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }
}

namespace Nabla.Studio.Tests;

public sealed class TheFirstView(OpenStudio studio)
{
    [Fact]
    public async Task Shows_a_derivation_and_a_training_that_moves_by_itself()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false });
        await view.UntilAsync("document.querySelectorAll('.line math').length > 10");
        double before = await view.NumberAsync("#steps");
        await view.UntilAsync($"+document.querySelector('#steps').textContent.replaceAll(',', '') > {before} + 50");
        await view.UntilAsync("document.querySelector('#loss-chart canvas') !== null");
        await view.IsFineAsync();
    }

    [Theory]
    [InlineData(640, 360, false)]
    [InlineData(640, 360, true)]
    [InlineData(1920, 1080, true)]
    public async Task Is_whole_at_twice_the_size_and_on_a_large_screen_in_light_and_dark(int width, int height, bool dark)
    {
        // A window of 1280×720 at 200 % is one of 640×360 for the page.
        await using StudioView view = await studio.OpenAsync(options: new() { Width = width, Height = height, Dark = dark });
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        foreach (string part in (string[])["#experiment-title", "#mathematics-title", "#training-title", "#proof-title", "#run", "#help"])
        {
            await view.Page.Locator(part).ScrollIntoViewIfNeededAsync();
            Assert.True(await view.Page.Locator(part).IsVisibleAsync(), part);
        }

        await view.IsFineAsync();
    }

    [Fact]
    public async Task Moves_nothing_by_itself_where_reduced_motion_is_asked_for()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Still = true });
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal("Ready", await view.TextAsync("#state"));
        Assert.Equal("0", await view.TextAsync("#steps"));
    }

    [Fact]
    public async Task Says_where_the_training_stands_to_who_listens_and_not_all_the_time()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false });
        await view.UntilAsync("document.querySelector('#announcement').textContent.startsWith('Epoch')");
        await view.Page.EvaluateAsync("window.said = 0; new MutationObserver(all => window.said += all.length).observe(document.querySelector('#announcement'), { childList: true, characterData: true, subtree: true })");
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        Assert.True(await view.Page.EvaluateAsync<int>("window.said") <= 1);
        Assert.Equal(1, await view.Page.Locator("[aria-live]").CountAsync());
    }

    [Fact]
    public async Task Says_the_end_of_a_training_and_the_verdict_of_a_check_to_who_listens()
    {
        await using StudioView view = await studio.OpenAsync("data=xor&epochs=2");
        await view.Page.ClickAsync("#check");
        await view.UntilAsync("document.querySelector('#announcement').textContent.startsWith('Gradient check: All gradients are right')");
        await view.Page.ClickAsync("#step");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'");
        await view.UntilAsync("document.querySelector('#announcement').textContent.startsWith('The training is done: 2 steps, loss 0.')");
    }
}

using Microsoft.Playwright;

namespace Nabla.Studio.Tests;

public sealed class TheTrainingPanel(OpenStudio studio)
{
    private const string Moons = "data=moons&epochs=60";

    [Fact]
    public async Task Draws_the_curves_and_says_them_as_a_table()
    {
        await using StudioView view = await studio.OpenAsync(Moons);
        await TrainAsync(view);
        await view.UntilAsync("document.querySelector('#loss-chart').ariaLabel.includes('held out')");
        string words = (await view.Page.Locator("#loss-chart").GetAttributeAsync("aria-label"))!;
        Assert.StartsWith("Loss. training: ", words, StringComparison.Ordinal);
        await view.UntilAsync("document.querySelector('#accuracy-chart canvas') !== null");
        Assert.Contains("%", await view.Page.Locator("#accuracy-chart").GetAttributeAsync("aria-label"), StringComparison.Ordinal);

        await view.Page.Locator("#loss-chart ~ details summary").ClickAsync();
        await view.UntilAsync("document.querySelectorAll('#loss-chart ~ details tbody tr').length > 3");
        Assert.True(await view.Page.Locator("#loss-chart ~ details tbody tr").CountAsync() <= 22);
        Assert.Equal("2,400", await view.Page.Locator("#loss-chart ~ details tbody tr th").Last.InnerTextAsync());

        await view.Page.Locator("#loss-chart-logarithmic").CheckAsync();
        await view.UntilAsync("document.querySelector('#loss-chart').ariaLabel.startsWith('Loss, logarithmic.')");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Saves_a_chart_as_a_picture()
    {
        await using StudioView view = await studio.OpenAsync(Moons);
        await TrainAsync(view);
        await view.Page.Locator("#loss-chart ~ details summary").ClickAsync();
        IDownload download = await view.Page.RunAndWaitForDownloadAsync(() => view.Page.Locator("#loss-chart-save").ClickAsync());
        Assert.Equal("loss-chart.png", download.SuggestedFilename);
        byte[] bytes = await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.True(bytes.Length > 2000, $"only {bytes.Length} bytes");
        view.IsQuiet();
    }

    [Fact]
    public async Task Lays_the_next_run_over_one_that_was_kept()
    {
        await using StudioView view = await studio.OpenAsync(Moons);
        await TrainAsync(view);
        await view.Page.Locator("#keep").ClickAsync();
        await view.UntilAsync("document.querySelector('.kept').textContent.includes('seed 1')");
        await view.Page.Locator("#data").SelectOptionAsync("circles");
        await view.UntilAsync("document.querySelector('#loss-chart').ariaLabel.includes('training, kept run: ')");
        await view.Page.Locator("#step").ClickAsync();
        await view.UntilAsync("/training, kept run: .*; training, this run: /.test(document.querySelector('#loss-chart').ariaLabel)");
        await view.Page.Locator("#drop").ClickAsync();
        await view.UntilAsync("!document.querySelector('#loss-chart').ariaLabel.includes('kept')");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Says_what_makes_gradients_vanish()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=8-8-8-8-8&activation=sigmoid");
        await view.Page.Locator("#tab-curves").FocusAsync();
        await view.Page.Keyboard.PressAsync("ArrowRight");
        await view.UntilAsync("document.querySelector('#flow')?.textContent.startsWith('Vanishing: ‖Δ¹‖ is 1/') ?? false");
        Assert.Equal("tab-gradients", await view.Page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Contains("f′(Z", await view.TextAsync("#flow"), StringComparison.Ordinal);
        Assert.Equal(5, await view.Page.Locator("#tab-panel tbody math").CountAsync());
        await view.Page.Locator("#step").ClickAsync();
        await view.UntilAsync("document.querySelector('#gradient-chart').ariaLabel.includes('W⁶: ') && document.querySelector('#gradient-chart canvas') !== null");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Maps_decisions_and_counts_confusions_of_points_of_the_plane()
    {
        await using StudioView view = await studio.OpenAsync(Moons);
        await TrainAsync(view);
        await view.Page.Locator("#tab-answers").ClickAsync();
        await view.UntilAsync("document.querySelector('#decision-map')?.width === 480");
        Assert.Contains("of the plane", await view.Page.Locator("#decision-map").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        string[] cells = [.. await view.Page.Locator("#confusion tbody td").AllInnerTextsAsync()];
        Assert.Equal(200, cells.Sum(int.Parse));
        await view.Page.Locator("#decision-map ~ details summary").ClickAsync();
        Assert.Equal(36, await view.Page.Locator("#decision-map ~ details td").CountAsync());
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Shows_the_first_layer_of_pictures_as_pictures()
    {
        await using StudioView view = await studio.OpenAsync("data=digits&hidden=16");
        await view.Page.Locator("#tab-weights").ClickAsync();
        await view.UntilAsync("document.querySelector('.board')?.width === 298");
        await view.Page.Locator("#step").ClickAsync();
        await view.UntilAsync("document.querySelectorAll('.matrices .heat').length === 3");
        await view.IsAccessibleAsync();
        await view.Page.Locator("#tab-answers").ClickAsync();
        await view.UntilAsync("document.querySelectorAll('.worst .board').length === 12 && document.querySelector('.worst .board').width === 28");
        Assert.Equal(100, await view.Page.Locator("#confusion tbody td").CountAsync());
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    [Fact]
    public async Task Lays_predicted_beside_true_numbers()
    {
        await using StudioView view = await studio.OpenAsync("data=xor");
        await view.Page.Locator("#tab-answers").ClickAsync();
        await view.UntilAsync("document.querySelector('#true-chart canvas') !== null");
        Assert.Contains("4 samples, on average", await view.Page.Locator("#true-chart").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }

    private static async Task TrainAsync(StudioView view)
    {
        await view.Page.SelectOptionAsync("#pace", "0");
        await view.Page.Locator("#run").ClickAsync();
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'");
        await view.UntilAsync("document.querySelector('#loss-chart canvas') !== null && document.querySelector('#loss-chart').ariaLabel.includes('2,400')");
    }
}

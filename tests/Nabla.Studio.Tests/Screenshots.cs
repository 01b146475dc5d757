using Nabla.Tests;

namespace Nabla.Studio.Tests;

/// <summary>The pictures of the README and of the documentation, which docs/images/make makes anew; they are no tests of each build.</summary>
public sealed class Screenshots(OpenStudio studio)
{
    private static readonly string folder = Environment.GetEnvironmentVariable("NABLA_SCREENSHOTS") is { Length: > 0 } named ? named : Path.Combine(RepositoryFolder.Root, "docs", "images");

    [Theory(Explicit = true)]
    [InlineData(1280, 720, false)]
    [InlineData(1280, 720, true)]
    [InlineData(1920, 1080, false)]
    [InlineData(1920, 1080, true)]
    public async Task Are_made_of_a_trained_network_with_its_proof(int width, int height, bool dark)
    {
        await using StudioView view = await TrainedAsync("data=moons&epochs=60", "answers", width, height, dark);
        await ShootAsync(view, $"studio-{width}x{height}-{(dark ? "dark" : "light")}");
    }

    [Fact(Explicit = true)]
    public async Task Are_made_of_a_name_that_is_pointed_at()
    {
        await using StudioView view = await TrainedAsync("data=moons&epochs=60", "curves", 1280, 720, dark: false);
        await view.Page.Locator("#line-3 [data-name='W²']").First.HoverAsync();
        await view.Page.WaitForSelectorAsync("#inspector");
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await ShootAsync(view, "inspector");
    }

    [Theory(Explicit = true)]
    [InlineData("moons", "gradients", false)]
    [InlineData("digits", "weights", true)]
    [InlineData("digits", "answers", false)]
    public async Task Are_made_of_the_tabs_of_the_training(string data, string tab, bool dark)
    {
        await using StudioView view = await TrainedAsync($"data={data}&epochs=5", tab, 1280, 1080, dark);
        await ShootAsync(view, $"{data}-{tab}");
    }

    [Fact(Explicit = true)]
    public async Task Are_made_of_a_walk_and_of_a_formula_that_is_judged()
    {
        await using StudioView view = await TrainedAsync("data=moons&hidden=3&activation=sigmoid&output-activation=sigmoid&loss=squared-error&learning-rate=1&epochs=100", "curves", 1280, 1080, dark: false);
        await view.Page.ClickAsync("#walk");
        await view.Page.GetByText("the seed's Eq 5").ClickAsync();
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        await ShootAsync(view, "walk");
    }

    private async Task<StudioView> TrainedAsync(string query, string tab, int width, int height, bool dark)
    {
        StudioView view = await studio.OpenAsync(query, new() { Width = width, Height = height, Dark = dark });
        await view.Page.SelectOptionAsync("#pace", "0");
        await view.Page.ClickAsync($"#tab-{tab}");
        await view.Page.ClickAsync("#run");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'", seconds: 60);
        await view.UntilAsync("document.querySelector('.proofs') !== null", seconds: 60);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        return view;
    }

    private static Task ShootAsync(StudioView view, string name) => view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
}

using Nabla.Tests;

namespace Nabla.Studio.Tests;

/// <summary>The pictures of the README and of the documentation, which docs/images/make makes anew; they are no tests of each build.</summary>
public sealed class Screenshots(OpenStudio studio)
{
    private static readonly string folder = Environment.GetEnvironmentVariable("NABLA_SCREENSHOTS") ?? Path.Combine(RepositoryFolder.Root, "docs", "images");

    [Theory(Explicit = true)]
    [InlineData(1280, 720, false)]
    [InlineData(1280, 720, true)]
    [InlineData(1920, 1080, false)]
    [InlineData(1920, 1080, true)]
    public async Task Are_made_of_the_main_states(int width, int height, bool dark)
    {
        string name = $"{width}x{height}-{(dark ? "dark" : "light")}";
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false, Width = width, Height = height, Dark = dark });
        await view.UntilAsync("+document.querySelector('#steps').textContent.replaceAll(',', '') > 800");
        await view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"moons-{name}.png") });
        await view.Page.ClickAsync("#run");
        await view.Page.Locator("#line-3 [data-name='W²']").First.HoverAsync();
        await view.Page.WaitForSelectorAsync("#inspector");
        await view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"inspector-{name}.png") });
    }

    [Theory(Explicit = true)]
    [InlineData("moons", "gradients", false)]
    [InlineData("moons", "answers", false)]
    [InlineData("moons", "answers", true)]
    [InlineData("digits", "weights", false)]
    [InlineData("digits", "weights", true)]
    [InlineData("digits", "answers", true)]
    [InlineData("digits", "curves", false)]
    public async Task Are_made_of_the_tabs_of_the_training(string data, string tab, bool dark)
    {
        await using StudioView view = await studio.OpenAsync($"data={data}&epochs=3", new() { Width = 1280, Height = 1080, Dark = dark });
        await view.Page.Locator($"#tab-{tab}").ClickAsync();
        await view.Page.Locator("#run").ClickAsync();
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'", seconds: 60);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        await view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{data}-{tab}-{(dark ? "dark" : "light")}.png") });
    }
}

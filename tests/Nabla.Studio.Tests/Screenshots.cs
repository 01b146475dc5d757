using Nabla.Tests;

namespace Nabla.Studio.Tests;

/// <summary>The pictures of the README and of the documentation: NABLA_SCREENSHOTS=1 makes them anew.</summary>
public sealed class Screenshots(OpenStudio studio)
{
    private static readonly string folder = Environment.GetEnvironmentVariable("NABLA_SCREENSHOTS") ?? "";

    [Theory]
    [InlineData(1280, 720, false)]
    [InlineData(1280, 720, true)]
    [InlineData(1920, 1080, false)]
    [InlineData(1920, 1080, true)]
    public async Task Are_made_of_the_main_states(int width, int height, bool dark)
    {
        Assert.SkipWhen(folder.Length == 0, "pictures are made with NABLA_SCREENSHOTS=FOLDER");
        string name = $"{width}x{height}-{(dark ? "dark" : "light")}";
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false, Width = width, Height = height, Dark = dark });
        await view.UntilAsync("+document.querySelector('#steps').textContent.replaceAll(',', '') > 800");
        await view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"moons-{name}.png") });
        await view.Page.ClickAsync("#run");
        await view.Page.Locator("#line-3 [data-name='W²']").First.HoverAsync();
        await view.Page.WaitForSelectorAsync("#inspector");
        await view.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"inspector-{name}.png") });
    }
}

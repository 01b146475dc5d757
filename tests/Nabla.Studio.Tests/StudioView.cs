using System.Globalization;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Nabla.Studio.Tests;

/// <summary>A page of the studio as a test sees it.</summary>
internal sealed class StudioView : IAsyncDisposable
{
    private readonly List<string> errors = [];
    private readonly List<string> strangers = [];

    private StudioView(IPage page, string address)
    {
        Page = page;
        string host = new Uri(address).Authority;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                errors.Add($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => errors.Add(error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Authority.Length: > 0 } uri && uri.Authority != host && uri.Scheme is not ("data" or "blob"))
            {
                strangers.Add(request.Url);
            }
        };
    }

    public IPage Page { get; }

    public static async Task<StudioView> OpenAsync(IPage page, string url, string address, bool waits)
    {
        StudioView view = new(page, address);
        await page.GotoAsync(url);
        if (waits)
        {
            await page.WaitForSelectorAsync("main.studio", new() { Timeout = 20_000 });
        }

        return view;
    }

    /// <summary>What an element says.</summary>
    public Task<string> TextAsync(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>A number that the page shows.</summary>
    public async Task<double> NumberAsync(string selector) => double.Parse(await TextAsync(selector), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Waits until something holds on the page. Asked from outside, again and again: the page's own policy forbids it to evaluate text.</summary>
    public async Task UntilAsync(string script, int seconds = 15)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await Page.EvaluateAsync<bool>(script))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"after {seconds} s it still does not hold that {script}");
            await Task.Delay(20);
        }
    }

    /// <summary>Asserts what holds in every state: a quiet console, nobody else asked, nothing for axe to complain about, and no bar to scroll sideways by.</summary>
    public async Task IsFineAsync()
    {
        await IsAccessibleAsync();
        IsQuiet();
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window");
    }

    /// <summary>Asserts that axe finds nothing to complain about in the present state.</summary>
    public async Task IsAccessibleAsync()
    {
        AxeResult result = await Page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } });
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(one => $"{one.Id}: {one.Help}: {string.Join(" | ", one.Nodes.Take(3).Select(node => node.Html))}")));
    }

    /// <summary>Asserts that the console is empty and that no other host was asked for anything.</summary>
    public void IsQuiet()
    {
        Assert.Empty(errors);
        Assert.Empty(strangers);
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Nabla.Studio.Server;

[assembly: AssemblyFixture(typeof(Nabla.Studio.Tests.OpenStudio))]

namespace Nabla.Studio.Tests;

/// <summary>A studio that is open for all tests, and Debian's Chromium to look at it with; each test has a page of its own.</summary>
public sealed class OpenStudio : IAsyncLifetime
{
    private static readonly string? chromium = new[] { "chromium", "chromium-browser", "google-chrome" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private WebApplication? server;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The address with the token.</summary>
    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        server = StudioServer.Create(new StudioOptions { OpensBrowser = false });
        await server.StartAsync();
        Address = StudioServer.AddressOf(server);
    }

    /// <summary>Opens a page, of another studio where its address is given; whatever it writes to its console as an error, or asks another host for, is remembered.</summary>
    internal async Task<StudioView> OpenAsync(string query = "", ViewOptions? options = null, string? other = null)
    {
        Assert.SkipWhen(chromium is null && Environment.GetEnvironmentVariable("CI") != "true", "Chromium is not installed");
        options ??= new();
        if (browser is null)
        {
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        }

        IBrowserContext context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = options.Width, Height = options.Height },
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = options.Still ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
            AcceptDownloads = true,
        });
        string address = other ?? Address;
        return await StudioView.OpenAsync(await context.NewPageAsync(), query.Length == 0 ? address : $"{address}&{query}", address, options.Waits);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>How a page is opened.</summary>
internal sealed record ViewOptions
{
    public int Width { get; init; } = 1280;

    public int Height { get; init; } = 720;

    public bool Dark { get; init; }

    /// <summary>Whether to wait until there is an experiment.</summary>
    public bool Waits { get; init; } = true;

    /// <summary>Whether the user asked for reduced motion: then nothing runs by itself.</summary>
    public bool Still { get; init; } = true;
}

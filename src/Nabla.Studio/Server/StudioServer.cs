using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Nabla.Studio.Components;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Server;

/// <summary>The web server of the studio: on the loopback address alone, for whoever has the address with its token.</summary>
internal static class StudioServer
{
    private const int MostConnections = 4000;
    private const int MostMessageBytes = 256 << 10;
    private static readonly TimeSpan patienceWithLostPages = TimeSpan.FromSeconds(30);

    /// <summary>Serves until it is stopped; gives the exit code.</summary>
    public static async Task<int> RunAsync(StudioOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        await using WebApplication app = Create(options, error);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await error.WriteLineAsync($"nabla: the studio cannot listen on port {options.Port}: {e.Message}; --port N takes another one");
            return 1;
        }

        string address = AddressOf(app);
        await output.WriteLineAsync(address);
        await error.WriteLineAsync("nabla: the studio is open at this address, on this machine only; Ctrl-C ends it");
        if (options.OpensBrowser && !Browser.Open(address))
        {
            await error.WriteLineAsync("nabla: no browser could be started; open the address in one");
        }

        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>The address with its token, after the start.</summary>
    public static string AddressOf(WebApplication app)
    {
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return $"{address}/?token={app.Services.GetRequiredService<AccessToken>().Text}";
    }

    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <param name="options">How it is started.</param>
    /// <param name="error">Where it says what went wrong; stderr where it is null.</param>
    /// <param name="clock">The clock; that of the system where it is null.</param>
    public static WebApplication Create(StudioOptions options, TextWriter? error = null, TimeProvider? clock = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddProvider(new SentenceLog(error ?? Console.Error));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = MostMessageBytes;
        });
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(new AccessToken(options.Token ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))));
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddSingleton<Uploads>();
        builder.Services.AddSingleton<OpenExperiments>();
        builder.Services.AddScoped<StudioSession>();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = options.MostExperiments;
            circuits.DisconnectedCircuitRetentionPeriod = patienceWithLostPages;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = MostMessageBytes);
        WebApplication app = builder.Build();
        app.UseMiddleware<RequestLimit>();
        app.UseMiddleware<AccessGuard>();
        app.UseAntiforgery();
        Assets.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}

/// <summary>What the address must carry.</summary>
internal sealed record AccessToken(string Text);

/// <summary>Opens the user's browser.</summary>
internal static class Browser
{
    /// <returns>Whether there was a program to open it with.</returns>
    public static bool Open(string address)
    {
        (string program, bool shell) = OperatingSystem.IsWindows() ? (address, true) : (OperatingSystem.IsMacOS() ? "open" : "xdg-open", false);
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, shell ? [] : [address]) { UseShellExecute = shell, RedirectStandardError = !shell, RedirectStandardOutput = !shell });
            return process is not null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

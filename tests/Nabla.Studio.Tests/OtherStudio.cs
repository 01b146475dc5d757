using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nabla.Studio.Experiments;
using Nabla.Studio.Server;

namespace Nabla.Studio.Tests;

/// <summary>A studio of a test's own, with other limits.</summary>
internal sealed class OtherStudio : IAsyncDisposable
{
    private readonly WebApplication server;

    private OtherStudio(WebApplication server) => this.server = server;

    /// <summary>The address with the token.</summary>
    public string Address => StudioServer.AddressOf(server);

    /// <summary>The experiments that are open in it.</summary>
    public OpenExperiments Experiments => server.Services.GetRequiredService<OpenExperiments>();

    public static async Task<OtherStudio> StartAsync(StudioOptions options, TimeProvider? clock = null)
    {
        OtherStudio studio = new(StudioServer.Create(options, clock: clock));
        await studio.server.StartAsync();
        return studio;
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync();
        await server.DisposeAsync();
    }
}


namespace Nabla.Studio.Server;

/// <summary>Refuses requests while too many are under way: a page holds one as long as it is open.</summary>
internal sealed class RequestLimit(RequestDelegate next, StudioOptions options)
{
    private int running;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref running) > options.MostRequests)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.ContentType = "text/plain; charset=utf-8";
                await context.Response.WriteAsync($"The studio answers {options.MostRequests} requests at once, and so many are under way; try again in a moment.\n", context.RequestAborted);
                return;
            }

            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }
}

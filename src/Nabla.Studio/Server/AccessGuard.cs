using System.Security.Cryptography;
using System.Text;

namespace Nabla.Studio.Server;

/// <summary>
/// Lets in only whoever came by the address with the token, from a page of this very server. A page of another origin in the same browser can send requests
/// to a loopback address too; what stops it are the Host (a name that was rebound to 127.0.0.1), the Origin, and a cookie that goes to no other site.
/// </summary>
internal sealed class AccessGuard(RequestDelegate next, AccessToken token)
{
    /// <summary>Nothing from anywhere else, no script or style in the markup, and no frame around the page.</summary>
    public const string ContentSecurityPolicy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private readonly byte[] expected = Encoding.UTF8.GetBytes(token.Text);

    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        (HttpRequest request, IHeaderDictionary headers) = (context.Request, context.Response.Headers);
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        int port = context.Connection.LocalPort;
        if ((request.Host.Port ?? 80) != port || request.Host.Host is not ("127.0.0.1" or "localhost"))
        {
            await RefuseAsync(context, $"The studio answers at http://127.0.0.1:{port} only, but the request was for '{Short(request.Host.Value)}'.");
            return;
        }

        if (request.Headers.Origin is [string origin, ..] && origin != $"http://{request.Host.Value}")
        {
            await RefuseAsync(context, $"The studio answers its own page only, but the request came from '{Short(origin)}'.");
            return;
        }

        string cookie = $"nabla-studio-{port}";
        if (request.Query["token"] is [string given, ..])
        {
            if (!IsRight(given))
            {
                await RefuseAsync(context, "The token in the address is not the one of this studio; open the address that it printed when it started.");
                return;
            }

            context.Response.Cookies.Append(cookie, given, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
            if (HttpMethods.IsGet(request.Method))
            {
                // The token does not stay in the address, which people copy.
                context.Response.Redirect($"{request.Path}{QueryString.Create(request.Query.Where(pair => pair.Key != "token"))}");
                return;
            }
        }
        else if (request.Cookies[cookie] is not string known || !IsRight(known))
        {
            await RefuseAsync(context, "The studio opens with the address that it printed when it started, which carries its token; this request had none.");
            return;
        }

        await next(context);
    }

    private bool IsRight(string given) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected);

    private static string Short(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text ?? "";

    private static Task RefuseAsync(HttpContext context, string sentence)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence + "\n", context.RequestAborted);
    }
}

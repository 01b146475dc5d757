using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Nabla.Studio.Server;

/// <summary>The files that the page asks for: they are in the program.</summary>
internal static class Assets
{
    private const string Folder = "assets/";

    /// <summary>Serves each at <c>/assets/NAME</c>, compressed where the browser takes that.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        Assembly assembly = typeof(Assets).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            byte[] packed = Compress(bytes);
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"";
            string type = TypeOf(name);
            endpoints.MapGet("/" + name, async context =>
            {
                context.Response.Headers.ETag = tag;
                context.Response.Headers.CacheControl = "no-cache";
                context.Response.Headers.Vary = "Accept-Encoding";
                if (context.Request.Headers.IfNoneMatch == tag)
                {
                    context.Response.StatusCode = StatusCodes.Status304NotModified;
                    return;
                }

                context.Response.ContentType = type;
                bool isPacked = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
                if (isPacked)
                {
                    context.Response.Headers.ContentEncoding = "br";
                }

                await context.Response.Body.WriteAsync(isPacked ? packed : bytes, context.RequestAborted);
            });
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (BrotliStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{name}: no content type is known for {other}"),
    };
}

using System.Globalization;

namespace Nabla.Studio.Server;

/// <summary>How the studio is started.</summary>
public sealed record StudioOptions
{
    /// <summary>The port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the browser is opened.</summary>
    public bool OpensBrowser { get; init; } = true;

    /// <summary>The folder with the files of MNIST; null is the cache folder.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The address opens only with it; null draws one.</summary>
    public string? Token { get; init; }

    /// <summary>The largest file that may be dropped on the page, in bytes.</summary>
    public long MostUploadBytes { get; init; } = 64L << 20;

    /// <summary>The most bytes that such a file may unpack to.</summary>
    public long MostUnpackedBytes { get; init; } = 512L << 20;

    /// <summary>How many requests may be under way at once; each open page holds one.</summary>
    public int MostRequests { get; init; } = 200;

    /// <summary>How many experiments may be open at once.</summary>
    public int MostExperiments { get; init; } = 32;

    /// <summary>Reads <c>--port N</c>, <c>--no-browser</c> and <c>--data-folder DIR</c>; the tool reads them itself.</summary>
    /// <exception cref="ArgumentException">Something else is given.</exception>
    public static StudioOptions Parse(IReadOnlyList<string> arguments)
    {
        StudioOptions options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value");
            options = arguments[i] switch
            {
                "--no-browser" => options with { OpensBrowser = false },
                "--port" => options with { Port = PortOf(Value()) },
                "--data-folder" => options with { DataFolder = Value() },
                var other => throw new ArgumentException($"'{other}' is no option of the studio; it takes --port N, --data-folder DIR and --no-browser"),
            };
        }

        return options;
    }

    /// <exception cref="ArgumentException">It is no port.</exception>
    private static int PortOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue
        ? port
        : throw new ArgumentException($"--port must be a whole number from 0 to {ushort.MaxValue}, but it is '{text}'");
}

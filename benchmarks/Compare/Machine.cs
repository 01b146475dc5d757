using System.Runtime.InteropServices;

namespace Nabla.Compare;

/// <summary>What the figures depend on, without the name of the host.</summary>
internal static class Machine
{
    /// <summary>A name for a file, such as <c>amd-epyc-2</c>.</summary>
    public static string Name => $"{string.Join('-', Processor.ToLowerInvariant().Split([.. Processor.ToLowerInvariant().Where(c => !char.IsAsciiLetterOrDigit(c))], StringSplitOptions.RemoveEmptyEntries))}-{Environment.ProcessorCount}";

    /// <summary>The processor as it calls itself.</summary>
    public static string Processor => Info("model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Lines of a table.</summary>
    public static IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("processor", Info("cpu family") is string family ? $"{Processor} (family {family}, model {Info("model")})" : Processor);
        yield return ("logical processors", $"{Environment.ProcessorCount}");
        string[] flags = Info("flags")?.Split(' ') ?? [];
        string[] wide = ["avx2", "fma", "avx512f", "avx512_bf16", "amx_tile"];
        if (wide.Intersect(flags, StringComparer.Ordinal).Any())
        {
            yield return ("instruction sets", string.Join(", ", wide.Intersect(flags, StringComparer.Ordinal)));
        }

        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return (".NET", $"{Environment.Version}");
    }

    private static string? Info(string key) => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).FirstOrDefault(pair => pair[0] == key)?[1]
        : null;
}

using System.Globalization;
using System.IO.Compression;
using System.Text;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>The data sets that Debian's package python3-sklearn installs, as tables with names. A test that lacks them is skipped, visibly.</summary>
internal static class InstalledTables
{
    private const string Folder = "/usr/lib/python3/dist-packages/sklearn/datasets/data";

    /// <summary>Writes iris, wine or cancer, whose first row counts the rows and columns and names the classes; the target is named <c>kind</c>.</summary>
    public static string Classes(TemporaryFolder folder, string file)
    {
        string[][] rows = [.. Lines(file).Select(line => line.Split(','))];
        int columns = rows[1].Length - 1;
        StringBuilder table = new($"{string.Join(',', Enumerable.Range(1, columns).Select(i => $"x{i}"))},kind\n");
        foreach (string[] row in rows.Skip(1))
        {
            table.Append($"{string.Join(',', row[..columns])},{rows[0][2 + int.Parse(row[columns], CultureInfo.InvariantCulture)]}\n");
        }

        return Write(folder, $"{table}");
    }

    /// <summary>The digits as they are installed: compressed, without names.</summary>
    public static string Digits()
    {
        Require("digits.csv.gz");
        return Path.Combine(Folder, "digits.csv.gz");
    }

    /// <summary>Writes diabetes, whose target is a file of its own; it is named <c>progression</c>.</summary>
    public static string Diabetes(TemporaryFolder folder)
    {
        IEnumerable<string> rows = Lines("diabetes_data_raw.csv.gz").Zip(Lines("diabetes_target.csv.gz"))
            .Select(pair => $"{string.Join(',', pair.First.Split(' ', StringSplitOptions.RemoveEmptyEntries))},{pair.Second.Trim()}\n");
        return Write(folder, "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression\n" + string.Concat(rows));
    }

    private static string Write(TemporaryFolder folder, string text)
    {
        folder.Write("table.csv", Encoding.UTF8.GetBytes(text));
        return Path.Combine(folder.Path, "table.csv");
    }

    private static string[] Lines(string file)
    {
        Require(file);
        using Stream stream = File.OpenRead(Path.Combine(Folder, file));
        using StreamReader reader = new(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static void Require(string file)
    {
        if (!File.Exists(Path.Combine(Folder, file)))
        {
            Assert.Skip($"there is no {Path.Combine(Folder, file)}; apt-get install python3-sklearn brings it");
        }
    }
}

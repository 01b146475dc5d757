using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;

namespace TorchSharpPeer;

/// <summary>Tries all settings in turn, goes on with those near the best, and prints the one with the smallest median.</summary>
internal static class Peer
{
    /// <summary>Blocks that every setting gets before the slow ones are left out.</summary>
    private const int ScreeningRounds = 3;

    /// <summary>A setting goes on while its best block is at most this many times the best of all.</summary>
    private const double KeepWithin = 1.2;

    private const int FewestBlocks = 5;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Measures, prints, and gives the exit code: 0, 1 where libtorch cannot be loaded, 2 for a question that makes no sense, 4 where two settings disagree.</summary>
    public static int Answer(Question question)
    {
        if (question.CrossEntropy != (question.OutputActivation == "softmax"))
        {
            Console.Error.WriteLine("torchsharp: cross-entropy and a softmax output are for each other");
            return 2;
        }

        try
        {
            torch.set_num_threads(question.Threads);
        }
        catch (TypeInitializationException e)
        {
            Console.Error.WriteLine($"torchsharp: its native libraries cannot be loaded here (they need libstdc++ of GCC 13 or newer): {e.GetBaseException().Message.Split('\n')[0]}");
            return 1;
        }

        torch.set_num_interop_threads(1);
        Setting[] settings = [.. Settings.For(question)];
        foreach (Setting setting in settings)
        {
            setting.Prepare(question.Seconds / 60, question.Seconds / 10);
        }

        double expected = settings[0].Check;
        if (settings.FirstOrDefault(setting => !(Math.Abs(setting.Check - expected) <= 1e-4 * Math.Abs(expected))) is Setting wrong)
        {
            Console.Error.WriteLine($"torchsharp: {wrong.Name} gives {wrong.Check} where {settings[0].Name} gives {expected}");
            return 4;
        }

        Setting winner = Measure(question.Seconds, settings);
        Console.WriteLine(Report(question, winner, settings).ToJsonString(Plain));
        return 0;
    }

    private static Setting Measure(double seconds, Setting[] settings)
    {
        for (int round = 0; round < ScreeningRounds; round++)
        {
            foreach (Setting setting in settings)
            {
                setting.Block();
            }
        }

        double best = settings.Min(setting => setting.Best);
        Setting[] finalists = [.. settings.Where(setting => setting.Best <= KeepWithin * best)];
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds < seconds || finalists[0].Blocks < FewestBlocks)
        {
            foreach (Setting setting in finalists)
            {
                setting.Block();
            }
        }

        return finalists.MinBy(setting => setting.Median)!;
    }

    private static JsonObject Report(Question question, Setting winner, Setting[] settings)
    {
        string version = typeof(torch).Assembly.GetName().Version!.ToString(3);
        JsonObject result = new()
        {
            ["peer"] = "torchsharp",
            ["version"] = $"{version} (libtorch {torch.__version__})",
            ["threads"] = question.Threads,
        };
        if (question.Gemm is int n)
        {
            result["gemm"] = n;
            result["microseconds"] = Rounded(winner.Median * 1e6);
        }
        else
        {
            result["layers"] = question.Layers;
            result["batch_size"] = question.BatchSize;
            result["activation"] = question.Activation;
            result["output_activation"] = question.OutputActivation;
            result["loss"] = question.Loss;
            result["optimizer"] = question.Infer ? null : question.Optimizer;
            result["infer"] = question.Infer;
            result["microseconds_per_step"] = Rounded(winner.Median * 1e6);
            result["samples_per_second"] = Rounded(question.BatchSize / winner.Median);
        }

        result["gflops"] = Rounded(question.Operations / winner.Median / 1e9);
        result["setting"] = winner.Name;
        result["check"] = winner.Check;
        result["tried"] = new JsonObject(settings.Select(setting => KeyValuePair.Create(setting.Name, (JsonNode?)Rounded(setting.Median * 1e6))));
        return result;
    }

    private static double Rounded(double value) => double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

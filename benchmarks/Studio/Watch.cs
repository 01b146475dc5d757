using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using Nabla.Benchmarking;
using Nabla.Networks;

namespace Nabla.StudioBenchmark;

/// <summary>Watches the studio from outside.</summary>
internal static class Watch
{
    private const string Query = "data=digits&hidden=128-64&activation=sigmoid&output-activation=sigmoid&loss=squared-error&optimizer=sgd&learning-rate=0.1&batch-size=64&epochs=1000000";

    private static readonly string[] tabs = ["curves", "gradients", "weights", "answers"];
    private static readonly string[] browsers = ["chromium", "chromium-browser", "google-chrome"];

    public static async Task<int> RunAsync(double seconds, double minutes, CancellationToken stop)
    {
        double before = Bench();

        // Chromium first: what is measured is the studio, from its start on and with a browser that is open already.
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-gpu"] });
        IPage page = await (await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 720 } })).NewPageAsync();
        await page.GotoAsync("about:blank");
        long start = TimeProvider.System.GetTimestamp();
        using Process server = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Nabla.Studio.dll"), "--no-browser"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Queue<string> complaints = new();
        Task draining = DrainAsync(server.StandardError, complaints);
        try
        {
            if (await server.StandardOutput.ReadLineAsync(stop) is not string address)
            {
                await draining;
                throw new InvalidOperationException($"the studio did not start: {string.Join(' ', complaints)}");
            }

            double started = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            start = TimeProvider.System.GetTimestamp();
            await page.GotoAsync(address);
            await page.WaitForSelectorAsync(".line math");
            double shown = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            Print($"first view: address printed {started:F2} s after the start of the server; derivation on the page {shown:F2} s after that, in a browser that is open already");
            start = TimeProvider.System.GetTimestamp();
            await page.GotoAsync($"{address}&{Query}");
            await page.WaitForSelectorAsync(".line math");
            Print($"784-128-64-10: derivation on the page {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F2} s after the address was asked for");
            await page.SelectOptionAsync("#pace", "0");
            if (await page.InnerTextAsync("#run") == "Run")
            {
                await page.ClickAsync("#run");
            }

            await Task.Delay(TimeSpan.FromSeconds(5), stop);
            (double steps, double training) = await ReadAsync(page);
            start = TimeProvider.System.GetTimestamp();
            List<string> frames = [];
            foreach (string tab in tabs)
            {
                await page.ClickAsync($"#tab-{tab}");
                double perSecond = await page.EvaluateAsync<double>(
                    "seconds => new Promise(done => { let count = 0; const start = performance.now(); (function tick() { count++; const passed = performance.now() - start; if (passed < 1000 * seconds) requestAnimationFrame(tick); else done(1000 * count / passed); })(); })", seconds / tabs.Length);
                frames.Add(string.Create(CultureInfo.InvariantCulture, $"{tab} {perSecond:F1}"));
            }

            (double laterSteps, double laterTraining) = await ReadAsync(page);
            double wall = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            await page.ClickAsync("#run");
            double after = Bench();
            double bench = Math.Min(before, after);
            double own = (laterTraining - training) / (laterSteps - steps) * 1e6;
            double all = wall / (laterSteps - steps) * 1e6;
            Print($"nabla bench {before:F1} µs a step before, {after:F1} µs after, 1 thread");
            Print($"with the page open {own:F1} µs a step of training time ({bench / own:P1} of the throughput), {all:F1} µs with the evaluation after each epoch ({bench / all:P1})");
            Console.WriteLine($"frames a second: {string.Join(", ", frames)}");
            await page.ClickAsync("#run");
            await WatchMemoryAsync(server, minutes, stop);
            return 0;
        }
        finally
        {
            server.Kill();
            await draining;
            foreach (string complaint in complaints)
            {
                Console.WriteLine($"the server said: {complaint}");
            }
        }
    }

    /// <summary>Reads what the server complains about as it comes: nobody else does, and with a full pipe it would stand still.</summary>
    private static async Task DrainAsync(StreamReader error, Queue<string> last)
    {
        const int Most = 20;
        while (await error.ReadLineAsync() is string line)
        {
            last.Enqueue(line);
            if (last.Count > Most)
            {
                last.Dequeue();
            }
        }
    }

    private static async Task WatchMemoryAsync(Process server, double minutes, CancellationToken stop)
    {
        if (minutes <= 0)
        {
            return;
        }

        await Task.Delay(TimeSpan.FromMinutes(1), stop);
        double first = await MemoryOfAMinuteAsync(server, stop);
        Print($"memory in minute 2 {first:F1} MB");
        for (int minute = 3; minute <= minutes + 1; minute++)
        {
            double now = await MemoryOfAMinuteAsync(server, stop);
            Print($"memory in minute {minute} {now:F1} MB ({now / first - 1:+0.0%;-0.0%})");
        }
    }

    /// <summary>The mean of a minute: between two collections the memory goes up and down.</summary>
    private static async Task<double> MemoryOfAMinuteAsync(Process server, CancellationToken stop)
    {
        const int Looks = 20;
        double sum = 0;
        for (int look = 0; look < Looks; look++)
        {
            await Task.Delay(TimeSpan.FromMinutes(1) / Looks, stop);
            sum += Memory(server);
        }

        return sum / Looks;
    }

    private static double Memory(Process server)
    {
        server.Refresh();
        return server.WorkingSet64 / 1e6;
    }

    private static double Bench()
    {
        using StepBenchmark benchmark = new(new()
        {
            Network = Network.Of([784, 128, 64, 10], Activation.Sigmoid),
            Loss = Loss.SquaredError,
            BatchSize = 64,
        });
        return benchmark.Measure(TimeSpan.FromSeconds(3), TimeProvider.System).Seconds * 1e6;
    }

    private static async Task<(double Steps, double Training)> ReadAsync(IPage page)
    {
        string[] texts = (await page.Locator("#steps").GetAttributeAsync("data-exact") ?? "").Split(' ');
        return (double.Parse(texts[0], CultureInfo.InvariantCulture), double.Parse(texts[1], CultureInfo.InvariantCulture));
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Chromium() => browsers
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("there is no Chromium on the path");
}

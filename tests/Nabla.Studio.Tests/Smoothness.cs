using System.Diagnostics;

namespace Nabla.Studio.Tests;

/// <summary>How smooth the page stays beside a training, measured: NABLA_MEASURE=SECONDS for each tab. It depends on the machine, so it is no test of each build.</summary>
public sealed class Smoothness(OpenStudio studio)
{
    private const double LeastFrames = 30;
    private static readonly int seconds = int.TryParse(Environment.GetEnvironmentVariable("NABLA_MEASURE"), out int given) ? given : 0;

    [Theory]
    [InlineData("curves")]
    [InlineData("gradients")]
    [InlineData("weights")]
    [InlineData("answers")]
    public async Task Is_thirty_frames_a_second_while_digits_are_trained(string tab)
    {
        Assert.SkipWhen(seconds == 0, "measured with NABLA_MEASURE=SECONDS");
        await using StudioView view = await studio.OpenAsync("data=digits&hidden=128-64&activation=relu&batch-size=64&epochs=100000");
        await view.Page.Locator($"#tab-{tab}").ClickAsync();
        await view.Page.Locator("#run").ClickAsync();
        await view.UntilAsync("+document.querySelector('#steps').textContent.replaceAll(',', '') > 200");
        long before = Settled();
        double steps = await view.NumberAsync("#steps");
        double[] frames = await view.Page.EvaluateAsync<double[]>(
            "duration => new Promise(done => { const times = []; const next = now => { times.push(now); now - times[0] < duration ? requestAnimationFrame(next) : done(times); }; requestAnimationFrame(next); })", 1000 * seconds);
        double[] gaps = [.. frames.Skip(1).Zip(frames, (after, earlier) => after - earlier).Order()];
        double perSecond = (frames.Length - 1) / ((frames[^1] - frames[0]) / 1000);
        long grown = Settled() - before;
        double speed = (await view.NumberAsync("#steps") - steps) / seconds;
        TestContext.Current.SendDiagnosticMessage(
            $"{tab}: {perSecond:0.0} frames/s, 95 % of gaps below {gaps[(int)(0.95 * gaps.Length)]:0} ms, longest {gaps[^1]:0} ms; {speed:0} steps/s; heap grew by {grown / 1024.0:0} KiB in {seconds} s, {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB resident");
        Assert.True(perSecond >= LeastFrames, $"{perSecond:0.0} frames a second");
        view.IsQuiet();
    }

    private static long Settled() => GC.GetTotalMemory(forceFullCollection: true);
}

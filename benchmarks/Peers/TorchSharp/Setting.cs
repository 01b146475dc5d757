using System.Diagnostics;

namespace TorchSharpPeer;

/// <summary>One way to do the work.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="make">Gives the step and a number that all ways must agree in.</param>
internal sealed class Setting(string name, Func<(Action Step, double Check)> make)
{
    private readonly List<double> blocks = [];
    private Action step = null!;
    private int count = 1;

    public string Name => name;

    public double Check { get; private set; }

    public int Blocks => blocks.Count;

    public double Best => blocks.Min();

    public double Median
    {
        get
        {
            double[] sorted = [.. blocks.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Finds how many steps fill a block, and goes on until the code is compiled in its last tier.</summary>
    public void Prepare(double blockSeconds, double warmUpSeconds)
    {
        (step, Check) = make();
        long start = Stopwatch.GetTimestamp();
        do
        {
            double taken = Run();
            count = Math.Max(1, (int)Math.Ceiling(count * Math.Min(10, blockSeconds / taken)));
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < warmUpSeconds);
    }

    /// <summary>One block: the mean time of its steps, in seconds.</summary>
    public void Block() => blocks.Add(Run() / count);

    private double Run()
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            step();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

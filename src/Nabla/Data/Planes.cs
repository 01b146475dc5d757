namespace Nabla.Data;

/// <summary>Generated points of the plane in two classes that no line parts, to look at how a network bends its boundary.</summary>
internal static class Planes
{
    private const int Training = 400;
    private const int Held = 200;

    /// <summary>A circle of radius ½ around the origin and one of radius 1, each with Gaussian noise of σ = 0.1.</summary>
    public static (double X, double Y) Circles(int label, double t, SeededRandom random) =>
        Noisy((label == 0 ? 0.5 : 1) * Math.Cos(2 * Math.PI * t), (label == 0 ? 0.5 : 1) * Math.Sin(2 * Math.PI * t), 0.1, random);

    /// <summary>Two half circles of radius 1 that reach into each other, with Gaussian noise of σ = 0.15; the middle of both is the origin.</summary>
    public static (double X, double Y) Moons(int label, double t, SeededRandom random) => label == 0
        ? Noisy(Math.Cos(Math.PI * t) - 0.5, Math.Sin(Math.PI * t) - 0.25, 0.15, random)
        : Noisy(0.5 - Math.Cos(Math.PI * t), 0.25 - Math.Sin(Math.PI * t), 0.15, random);

    /// <summary>Two spirals of one and a half turns, the one the other turned by half a turn, with Gaussian noise of σ = 0.03.</summary>
    public static (double X, double Y) Spirals(int label, double t, SeededRandom random)
    {
        // The root spreads the points evenly along the arm.
        double r = Math.Sqrt(t);
        double angle = 3 * Math.PI * r + Math.PI * label;
        return Noisy(1.2 * r * Math.Cos(angle), 1.2 * r * Math.Sin(angle), 0.03, random);
    }

    /// <summary>A set of 400 points to train with and 200 to test with, as many of each class.</summary>
    public static Dataset Generate(string name, ulong seed, Func<int, double, SeededRandom, (double X, double Y)> point) => new(
        name, Draw(Training, new(seed, stream: 1), point), Draw(Held, new(seed, stream: 2), point), ["0", "1"]);

    private static Samples Draw(int count, SeededRandom random, Func<int, double, SeededRandom, (double X, double Y)> point)
    {
        double[,] inputs = new double[count, 2];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            (inputs[i, 0], inputs[i, 1]) = point(labels[i], random.NextDouble(), random);
        }

        return Samples.OfClasses(inputs, labels, 2);
    }

    private static (double X, double Y) Noisy(double x, double y, double deviation, SeededRandom random) =>
        (x + deviation * random.NextNormal(), y + deviation * random.NextNormal());
}

public static partial class Datasets
{
    /// <summary>A circle in a circle.</summary>
    public static BuiltInDataset Circles { get; } = Plane("circles", "a circle in a circle", Planes.Circles);

    /// <summary>Two half circles that reach into each other.</summary>
    public static BuiltInDataset Moons { get; } = Plane("moons", "two half circles that reach into each other", Planes.Moons);

    /// <summary>Two spirals.</summary>
    public static BuiltInDataset Spirals { get; } = Plane("spirals", "two spirals", Planes.Spirals);

    private static BuiltInDataset Plane(string name, string what, Func<int, double, SeededRandom, (double X, double Y)> point) => new(
        name,
        $"{what}: points of the plane in 2 classes, 400 to train and 200 to test",
        (options, _) => Task.FromResult(Planes.Generate(name, options.Seed, point)));
}

namespace Nabla.Compare;

/// <summary>One question of the table, put to everyone in the same words.</summary>
/// <param name="Work">What is timed.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Arguments">The options of <c>nabla bench</c>, which the peers share.</param>
internal sealed record Row(string Work, int Threads, IReadOnlyList<string> Arguments)
{
    private const string Nielsen = "--activation sigmoid --output-activation sigmoid --loss squared-error --optimizer sgd";

    private const string Modern = "--activation relu --loss cross-entropy --optimizer adam";

    private const string Pictures = "--zeros 0.81";

    /// <summary>The table, from networks where calls cost the most to those where products do.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [
        Training("3-4-1", 4, 1, Nielsen),
        Training("784-30-10", 10, 1, Nielsen),
        Training("784-128-64-10", 64, 1, Nielsen),
        Training("784-128-64-10", 64, 2, Nielsen),
        Training("784-512-128-10", 128, 1, Modern),
        Training("784-512-128-10", 128, 2, Modern),
        Training("784-30-10", 10, 1, $"{Nielsen} {Pictures}"),
        Training("784-128-64-10", 64, 1, $"{Nielsen} {Pictures}"),
        Training("784-512-128-10", 128, 1, $"{Modern} {Pictures}"),
        Training("1024-2048-2048-2048-10", 512, 2, Nielsen),
        .. new[] { 64, 128, 256, 512, 1024, 2048 }.SelectMany(n => new[] { Product(n, 1), Product(n, 2) }),
        Of(
            "inference of 784-128-64-10, 1 sample",
            1,
            "--layers 784-128-64-10 --batch-size 1 --infer --activation sigmoid --output-activation sigmoid --loss squared-error"),
    ];

    /// <summary>How a filter names it.</summary>
    public string Name => $"{Work}, {Threads} {(Threads == 1 ? "thread" : "threads")}";

    private static Row Training(string layers, int batchSize, int threads, string rest) => Of(
        $"{layers}, batch {batchSize}{(rest.StartsWith(Modern, StringComparison.Ordinal) ? ", relu, softmax cross-entropy, Adam" : "")}"
            + (rest.EndsWith(Pictures, StringComparison.Ordinal) ? ", 81 % of the inputs zero as in MNIST" : ""),
        threads,
        $"--layers {layers} --batch-size {batchSize} {rest}");

    private static Row Product(int n, int threads) => Of($"product of {n}×{n}", threads, $"--gemm {n}");

    private static Row Of(string work, int threads, string arguments) => new(work, threads, [.. arguments.Split(' '), "--threads", $"{threads}"]);
}

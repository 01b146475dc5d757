namespace Nabla.Tests;

/// <summary>The networks whose derivations are kept as files that are read and reviewed like a text.</summary>
internal static class ReviewedNetworks
{
    /// <summary>Name, sizes, activation, loss, and whether it is a batch.</summary>
    public static TheoryData<string, string, string, string, bool> All() => new()
    {
        { "seed-3-4-2", "3-4-2", "sigmoid", "squared-error", false },
        { "seed-3-4-2-batch", "3-4-2", "sigmoid", "squared-error", true },
        { "one-layer-softmax-cross-entropy", "4-3", "sigmoid", "cross-entropy", false },
        { "one-layer-softmax-cross-entropy-batch", "4-3", "sigmoid", "cross-entropy", true },
        { "one-layer-binary-cross-entropy", "4-1", "sigmoid", "binary-cross-entropy", false },
        { "three-layers-gelu-huber-batch", "5-4-3-2", "gelu", "huber", true },
        { "two-layers-relu-cross-entropy-batch", "784-30-10", "relu", "cross-entropy", true },
    };
}

namespace TorchSharpPeer;

/// <summary>What is to be timed: the options of the command line.</summary>
internal sealed record Question
{
    /// <summary>Different batches, used in turn.</summary>
    public const int Batches = 8;

    public required string Layers { get; init; }

    public required int BatchSize { get; init; }

    public required string Activation { get; init; }

    public required string OutputActivation { get; init; }

    public required string Loss { get; init; }

    public required string Optimizer { get; init; }

    public required int Threads { get; init; }

    /// <summary>The part of the inputs that is zero.</summary>
    public required double Zeros { get; init; }

    public required bool Infer { get; init; }

    public required int? Gemm { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Sizes of the layers, inputs first.</summary>
    public int[] Sizes => [.. Layers.Split('-').Select(int.Parse)];

    public bool CrossEntropy => Loss == "cross-entropy";

    public double Rate => Optimizer == "adam" ? 0.001 : 0.1;

    /// <summary>The activation of each layer of the network.</summary>
    public string[] Activations => [.. Enumerable.Repeat(Activation, Sizes.Length - 2), OutputActivation];

    /// <summary>2 per multiply-add of the products that a step needs; no gradient of the inputs.</summary>
    public double Operations
    {
        get
        {
            if (Gemm is int n)
            {
                return 2.0 * n * n * n;
            }

            double[] layers = [.. Sizes.Zip(Sizes.Skip(1), (a, b) => (double)a * b)];
            return 2 * BatchSize * (Infer ? layers.Sum() : (3 * layers.Sum()) - layers[0]);
        }
    }

    /// <summary>One matrix a layer, outputs × inputs, scaled so that pre-activations have variances near 1. Biases begin at zero.</summary>
    public IEnumerable<float[,]> Weights() => Sizes.Zip(Sizes.Skip(1)).Select((pair, layer) =>
    {
        float[,] weights = Uniform(100 + layer, pair.Second, pair.First);
        float scale = (float)(2 * Math.Sqrt(3.0 / pair.First));
        for (int i = 0; i < pair.Second; i++)
        {
            for (int j = 0; j < pair.First; j++)
            {
                weights[i, j] = (weights[i, j] - 0.5f) * scale;
            }
        }

        return weights;
    });

    /// <summary>Inputs and class numbers of one batch, a sample a row.</summary>
    public (float[,] Inputs, long[] Classes) Batch(int batch) => (
        Inputs(batch),
        [.. Enumerable.Range(0, BatchSize).Select(sample => (long)(Hash(300 + batch, sample) % (uint)Math.Max(Sizes[^1], 2)))]);

    private float[,] Inputs(int batch)
    {
        float[,] inputs = Uniform(200 + batch, BatchSize, Sizes[0]);
        float[,] chances = Uniform(400 + batch, BatchSize, Sizes[0]);
        for (int i = 0; i < BatchSize; i++)
        {
            for (int j = 0; j < Sizes[0]; j++)
            {
                inputs[i, j] = chances[i, j] >= (float)Zeros ? inputs[i, j] : 0;
            }
        }

        return inputs;
    }

    /// <summary>One-hot rows; where there is one output, the class itself.</summary>
    public float[,] Targets(long[] classes)
    {
        float[,] targets = new float[classes.Length, Sizes[^1]];
        for (int sample = 0; sample < classes.Length; sample++)
        {
            if (Sizes[^1] == 1)
            {
                targets[sample, 0] = classes[sample];
            }
            else
            {
                targets[sample, classes[sample]] = 1;
            }
        }

        return targets;
    }

    /// <summary>Numbers in (0, 1) that every peer can make alike: a 32-bit hash of the place, none of them zero.</summary>
    public static float[,] Uniform(int seed, int rows, int columns)
    {
        float[,] numbers = new float[rows, columns];
        for (int k = 0; k < rows * columns; k++)
        {
            numbers[k / columns, k % columns] = ((Hash(seed, k) >> 8) | 1) * (1f / (1 << 24));
        }

        return numbers;
    }

    private static uint Hash(int seed, int place)
    {
        uint x = unchecked((uint)place + ((uint)seed * 0x9E3779B9u));
        x = unchecked((x ^ (x >> 16)) * 0x7FEB352Du);
        x = unchecked((x ^ (x >> 15)) * 0x846CA68Bu);
        return x ^ (x >> 16);
    }
}

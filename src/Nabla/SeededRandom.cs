namespace Nabla;

/// <summary>
/// Random numbers that are the same on every machine and in every version: xoshiro256** seeded by SplitMix64
/// (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). Not for secrets.
/// </summary>
public sealed class SeededRandom
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;
    private double spareNormal = double.NaN;

    /// <summary>A stream that the seed fixes. A second number gives independent streams of one seed (an epoch, a sample).</summary>
    public SeededRandom(ulong seed, ulong stream = 0)
    {
        ulong state = seed ^ Scramble(stream + 0x632BE59BD9B4E019);
        s0 = SplitMix(ref state);
        s1 = SplitMix(ref state);
        s2 = SplitMix(ref state);
        s3 = SplitMix(ref state);
    }

    /// <summary>The key of a row of random bits that a seed and two numbers fix, for <see cref="BitsAt"/>.</summary>
    internal static ulong KeyOf(ulong seed, ulong first, ulong second) => Scramble(Scramble(Scramble(seed + 0x9E3779B97F4A7C15) ^ first) ^ (second + 0xD1B54A32D192ED03));

    /// <summary>64 random bits by their place in a row: no place needs those before it, so whoever begins anywhere gets the same.</summary>
    internal static ulong BitsAt(ulong key, ulong place) => Scramble(key + place * 0x9E3779B97F4A7C15);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = ulong.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [low, high).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>An integer in [0, bound), each equally likely (Lemire's multiplication with rejection).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        ulong range = (ulong)bound;
        ulong threshold = (0 - range) % range;
        while (true)
        {
            ulong high = Math.BigMul(NextBits(), range, out ulong low);
            if (low >= threshold)
            {
                return (int)high;
            }
        }
    }

    /// <summary>A number from the standard normal distribution N(0, 1) (Marsaglia's polar method).</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(spareNormal))
        {
            double spare = spareNormal;
            spareNormal = double.NaN;
            return spare;
        }

        double u;
        double v;
        double square;
        do
        {
            u = NextDouble(-1, 1);
            v = NextDouble(-1, 1);
            square = u * u + v * v;
        }
        while (square >= 1 || square == 0);

        double factor = Math.Sqrt(-2 * Math.Log(square) / square);
        spareNormal = v * factor;
        return u * factor;
    }

    /// <summary>Puts the items into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state) => Scramble(state += 0x9E3779B97F4A7C15);

    private static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

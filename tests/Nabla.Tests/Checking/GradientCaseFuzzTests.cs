using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Nabla.Checking;

namespace Nabla.Tests.Checking;

/// <summary>Whatever the bytes: a case, or one sentence; and whatever the case: results.</summary>
public class GradientCaseFuzzTests
{
    private const int Iterations = 20_000;

    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(Cases.ToJson(Cases.Small()));

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"weights\"", "\"biases\"", "\"inputs\"", "\"optimizer\": 1, ", "\"a\"", "\"\\ud800\"", "\"\\u0000\"",
        "0", "-", "e9", "e308", "1e999", "null", "true", "NaN", " ", "\n", "//", "[[1]]", "{\"loss\": 1}", "softmax", "tanh", "é", "\uFEFF",
    ];

    private static readonly Gen<Func<byte[], byte[]>> Mutation = Gen
        .Select(Gen.Int[0, 5], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, 255])
        .Select((kind, at, from, value) => (Func<byte[], byte[]>)(bytes => Mutate(bytes, kind, at, from, value)));

    [Fact]
    public void Mutated_cases_are_read_and_checked_or_refused()
    {
        int refused = 0;
        int accepted = 0;
        int disagreeing = 0;
        Mutation.Array[1, 3].Sample(
            mutations =>
            {
                byte[] bytes = mutations.Aggregate(Valid, (current, mutate) => mutate(current));
                GradientCase gradientCase;
                try
                {
                    gradientCase = GradientCase.Parse(bytes, "case.json");
                }
                catch (InvalidDataException error)
                {
                    Interlocked.Increment(ref refused);
                    Assert.StartsWith("case.json: ", error.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain(error.Message, char.IsControl);
                    Assert.False(error.Message.EndsWith('.'), error.Message);
                    Assert.InRange(error.Message.Length, 30, 400);
                    return;
                }

                // A check takes a while; some hundred of them are enough.
                if (Interlocked.Increment(ref accepted) <= 300)
                {
                    ImmutableArray<ComparedTensor> results = GradientCheck.Run(gradientCase);
                    Interlocked.Add(ref disagreeing, results.Any(tensor => tensor.Agrees == false) ? 1 : 0);
                }
            },
            iter: Iterations);
        Assert.True(refused > 1000 && accepted > 300 && disagreeing > 100, $"{refused} refused, {accepted} accepted, {disagreeing} disagree");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Valid.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => GradientCase.Parse(Valid.AsMemory(0, length), "case.json"));
        }
    }

    private static byte[] Mutate(byte[] bytes, int kind, int at, int from, int value)
    {
        if (bytes.Length == 0)
        {
            return [(byte)value];
        }

        at %= bytes.Length;
        from %= bytes.Length;
        int until = Math.Min(at + 1 + value % 60, bytes.Length);
        return kind switch
        {
            0 => [.. bytes[..at], (byte)value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], (byte)('0' + value % 10), .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], .. bytes[until..]],
            3 => [.. bytes[..at], .. bytes[from..Math.Min(from + 1 + value % 60, bytes.Length)], .. bytes[at..]],
            _ => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Pieces[value % Pieces.Length]), .. bytes[at..]],
        };
    }
}

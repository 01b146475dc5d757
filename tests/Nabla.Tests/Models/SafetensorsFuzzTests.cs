using System.Text;
using CsCheck;
using Nabla.Models;

namespace Nabla.Tests.Models;

/// <summary>Whatever the bytes: a file, or one sentence.</summary>
public class SafetensorsFuzzTests
{
    private const int Cases = 5000;
    private const int DataLength = 6 * sizeof(float) + 2 * sizeof(double);

    private static readonly byte[] Valid = SafetensorsBytes.Write(
        [
            new Tensor("layers.0.weight", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }),
            new Tensor("layers.0.bias", [2], new double[] { 1, 2 }),
            new Tensor("none", [0, 7], Array.Empty<float>()),
        ],
        new Dictionary<string, string> { ["nabla"] = """{"version":1}""", ["ü"] = "€" });

    // The pieces that headers are made of, right and wrong, so that random headers get past the first check.
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"dtype\"", "\"F32\"", "\"F64\"",
        "\"BF16\"", "\"I8\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "0", "1", "4", "8", "-1", "1.5", "1e9", "9223372036854775807", "18446744073709551616",
        "null", "true", "\"\\uD800\"", "\"\\u0061\"", " ", "\n", "//",
        "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}",
        "\"b\":{\"dtype\":\"F32\",\"shape\":[", "],\"data_offsets\":[",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);

    private static readonly Gen<Mutation> AnyMutation = Gen
        .Select(Gen.Int[0, 5], Gen.Int[0, 10_000], Gen.Int[0, 10_000], Gen.Int[0, 255])
        .Select((kind, at, from, value) => new Mutation(kind, at, from, value));

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Gen.Byte.Array[0, 300].Sample(bytes => { ReadsOrRefuses(bytes); }, iter: Cases);

    [Fact]
    public void Random_bytes_as_the_header_are_read_or_refused() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, 8]).Sample(
            (header, length) =>
            {
                ReadsOrRefuses(SafetensorsBytes.Assemble((ReadOnlySpan<byte>)[(byte)'{', .. header], new byte[length]));
            },
            iter: Cases);

    [Fact]
    public void Random_pieces_as_the_header_are_read_or_refused() =>
        Gen.Select(Piece.Array[0, 25], Gen.Int[0, 2]).Sample(
            (pieces, length) => { ReadsOrRefuses(SafetensorsBytes.Zeros("{" + string.Concat(pieces), 4 * length)); },
            iter: 4 * Cases);

    [Fact]
    public void Mutated_valid_files_are_read_or_refused() =>
        AnyMutation.Array[1, 4].Sample(
            mutations => { ReadsOrRefuses(mutations.Aggregate(Valid, (bytes, mutation) => mutation.Apply(bytes))); },
            iter: 4 * Cases);

    [Fact]
    public void Mutated_headers_of_the_right_length_are_read_or_refused()
    {
        int accepted = 0;
        int refused = 0;
        AnyMutation.Array[1, 4].Sample(
            mutations =>
            {
                byte[] header = mutations.Aggregate(Valid[8..^DataLength], (bytes, mutation) => mutation.Apply(bytes));
                bool reads = ReadsOrRefuses(SafetensorsBytes.Assemble((ReadOnlySpan<byte>)header, Valid.AsSpan(^DataLength..)));
                Interlocked.Increment(ref reads ? ref accepted : ref refused);
            },
            iter: 4 * Cases);

        // Changes inside a name or a text leave a valid file; if none did, the cases would not reach far into the reader.
        Assert.True(accepted > 100 && refused > 100, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Every_truncation_and_every_extension_is_refused()
    {
        for (int length = 0; length < Valid.Length; length++)
        {
            Assert.False(ReadsOrRefuses(Valid[..length]), $"the first {length} bytes were accepted");
        }

        Assert.False(ReadsOrRefuses([.. Valid, 0]));
        Assert.True(ReadsOrRefuses(Valid));
    }

    /// <summary>Any exception but the one that is promised escapes from here and fails the test.</summary>
    private static bool ReadsOrRefuses(byte[] bytes)
    {
        SafetensorsFile file;
        try
        {
            file = SafetensorsBytes.Read(bytes);
        }
        catch (InvalidDataException error)
        {
            Assert.StartsWith($"{SafetensorsBytes.Name}: ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.False(error.Message.EndsWith('.'), error.Message);
            Assert.InRange(error.Message.Length, 40, 2000);
            return false;
        }

        // What was accepted means the same when it is written again.
        SafetensorsFile again = SafetensorsBytes.Read(SafetensorsBytes.Write(file.Tensors, file.Metadata));
        Assert.Equal(file.Tensors.Select(t => t.ToString()), again.Tensors.Select(t => t.ToString()));
        return true;
    }

    /// <summary>One change of a file; positions wrap around, so that every number means something for every length.</summary>
    private sealed record Mutation(int Kind, int At, int From, int Value)
    {
        private const string Meaningful = "0123456789{}[],:\"\\ -.eFu";

        public byte[] Apply(byte[] bytes)
        {
            if (bytes.Length == 0)
            {
                return [(byte)Value];
            }

            int at = At % bytes.Length;
            int from = From % bytes.Length;
            int count = 1 + Value % 60;
            return Kind switch
            {
                0 => Replace(bytes, at, [(byte)Value]),
                1 => Replace(bytes, at, [(byte)(bytes[at] ^ (1 << (Value % 8)))]),
                2 => Replace(bytes, at, [(byte)Meaningful[Value % Meaningful.Length]]),
                3 => [.. bytes[..at], .. bytes[Math.Min(at + count, bytes.Length)..]],
                4 => [.. bytes[..at], .. bytes[from..Math.Min(from + count, bytes.Length)], .. bytes[at..]],
                _ => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Pieces[Value % Pieces.Length]), .. bytes[at..]],
            };
        }

        private static byte[] Replace(byte[] bytes, int at, byte[] piece) => [.. bytes[..at], .. piece, .. bytes[(at + 1)..]];
    }
}

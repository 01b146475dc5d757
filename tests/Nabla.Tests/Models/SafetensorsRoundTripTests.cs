using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Nabla.Models;

namespace Nabla.Tests.Models;

public class SafetensorsRoundTripTests
{
    // Every pair of bits, so NaN with their payloads, infinities, negative zero and subnormal numbers too.
    private static readonly Gen<float> AnySingle = Gen.Int.Select(BitConverter.Int32BitsToSingle);
    private static readonly Gen<double> AnyDouble = Gen.Long.Select(BitConverter.Int64BitsToDouble);
    private static readonly Gen<string> AnyText = Gen.Char.Array[0, 12].Select(c => new string(c)).Where(IsUnicode);
    private static readonly Gen<string> AnyName = AnyText.Where(name => name != "__metadata__");
    private static readonly Gen<ImmutableArray<long>> AnyShape = Gen.Long[0, 4].Array[0, 4].Select(s => s.ToImmutableArray());

    private static readonly Gen<Tensor> AnyTensor = Gen.Select(AnyName, AnyShape, Gen.Bool).SelectMany((name, shape, single) =>
    {
        int count = (int)shape.Aggregate(1L, (a, b) => a * b);
        return single
            ? AnySingle.Array[count].Select(values => new Tensor(name, shape, values))
            : AnyDouble.Array[count].Select(values => new Tensor(name, shape, values));
    });

    private static readonly Gen<Tensor[]> AnyTensors = AnyTensor.Array[0, 6].Select(all => all.DistinctBy(t => t.Name).ToArray());

    [Fact]
    public void What_is_written_is_read_bit_for_bit_in_the_same_order() =>
        Gen.Select(AnyTensors, Gen.Dictionary(AnyText, AnyText)[0, 4]).Sample((tensors, metadata) =>
        {
            byte[] bytes = SafetensorsBytes.Write(tensors, metadata);
            SafetensorsFile file = SafetensorsBytes.Read(bytes);

            Assert.Equal(
                metadata.OrderBy(p => p.Key, StringComparer.Ordinal), file.Metadata.OrderBy(p => p.Key, StringComparer.Ordinal));
            Assert.Equal(tensors.Select(t => t.ToString()), file.Tensors.Select(t => t.ToString()));
            Assert.Equal(tensors.Select(Bits), file.Tensors.Select(Bits));
            Assert.Equal(bytes, SafetensorsBytes.Write(file.Tensors, file.Metadata));
            Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        }, iter: 3000);

    [Fact]
    public void A_tiny_file_has_exactly_the_bytes_that_the_format_prescribes()
    {
        byte[] expected =
        [
            152, 0, 0, 0, 0, 0, 0, 0,
            .. """{"__metadata__":{"nabla":"{\"v\":1}"},"""u8,
            .. "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"u8,
            .. "\"ℓ\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[8,16]}}      "u8,
            0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0,
            0x18, 0x2D, 0x44, 0x54, 0xFB, 0x21, 0x09, 0x40,
        ];

        byte[] actual = SafetensorsBytes.Write(
            [new Tensor("b", [2], new float[] { 1, -2 }), new Tensor("ℓ", [], new double[] { Math.PI })],
            new Dictionary<string, string> { ["nabla"] = """{"v":1}""" });

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void The_state_of_a_PyTorch_module_is_read_from_hand_assembled_bytes()
    {
        // The names of a ModuleList called layers, and what the format leaves open: spaces, the order of keys, any padding.
        byte[] bytes = SafetensorsBytes.Assemble(
            """{"__metadata__": {"format": "pt"}, "layers.0.bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}"""
            + """, "layers.0.weight": {"shape": [2, 3], "data_offsets": [8, 32], "dtype": "F32"}}     """,
            0, 0, 0, 0x3F, 0, 0, 0x80, 0xBF,
            0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xA0, 0x40, 0, 0, 0xC0, 0x40);

        SafetensorsFile file = SafetensorsBytes.Read(bytes);

        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(["layers.0.bias F32 [2]", "layers.0.weight F32 [2, 3]"], file.Tensors.Select(t => t.ToString()));
        Assert.Equal([0.5f, -1f], file.Find("layers.0.bias")!.Singles.ToArray());
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], file.Find("layers.0.weight")!.Singles.ToArray());
        Assert.Null(file.Find("layers.1.weight"));
    }

    [Fact]
    public void Sixteen_bit_values_are_widened_exactly()
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Assemble(
            """{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}""",
            0x00, 0x3C, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0xFC,
            0x80, 0x3F, 0x49, 0x40, 0x80, 0xFF));

        Assert.Equal([1f, 5.9604645e-8f, 65504f, float.NegativeInfinity], file.Tensors[0].Singles.ToArray());
        Assert.Equal([1f, 3.140625f, float.NegativeInfinity], file.Tensors[1].Singles.ToArray());
        Assert.All(file.Tensors, tensor => Assert.Equal(TensorType.F32, tensor.Type));
    }

    [Fact]
    public void Tensors_come_in_the_order_of_the_header_wherever_their_data_lie()
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Assemble(
            """{"second":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"none":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]}"""
            + ""","first":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""",
            0, 0, 0x80, 0x3F, 0, 0, 0, 0x40));

        Assert.Equal(["second F32 [1]", "none F32 [3, 0]", "first F32 []"], file.Tensors.Select(t => t.ToString()));
        Assert.Equal(2f, file.Tensors[0].Singles[0]);
        Assert.True(file.Tensors[1].Singles.IsEmpty);
        Assert.Equal(1f, file.Tensors[2].Singles[0]);
    }

    [Fact]
    public void A_file_without_tensors_is_read() => Assert.Empty(SafetensorsBytes.Read(SafetensorsBytes.Assemble("{}")).Tensors);

    [Fact]
    public void A_stream_is_read_from_its_position()
    {
        byte[] file = SafetensorsBytes.Write([new Tensor("a", [1], new float[] { 7 })]);
        using MemoryStream stream = new([1, 2, 3, .. file]) { Position = 3 };
        Assert.Equal(7f, Safetensors.Read(stream, "embedded").Tensors[0].Singles[0]);
    }

    [Fact]
    public void Values_longer_than_a_chunk_survive()
    {
        float[] singles = [.. Enumerable.Range(0, 40_001).Select(i => i / 3f)];
        double[] doubles = [.. Enumerable.Range(0, 20_003).Select(i => i / 3.0)];
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Write(
            [new Tensor("s", [40_001], singles), new Tensor("d", [20_003], doubles)]));

        Assert.Equal(singles, file.Tensors[0].ToSingles());
        Assert.Equal(doubles, file.Tensors[1].ToDoubles());
        Assert.Equal(Array.ConvertAll(singles, x => (double)x), file.Tensors[0].ToDoubles());
        Assert.Equal(Array.ConvertAll(doubles, x => (float)x), file.Tensors[1].ToSingles());
    }

    [Fact]
    public void Values_of_the_other_type_are_refused_not_reinterpreted()
    {
        Assert.Throws<InvalidOperationException>(() => new Tensor("a", [1], new float[1]).Doubles.Length);
        Assert.Throws<InvalidOperationException>(() => new Tensor("a", [1], new double[1]).Singles.Length);
    }

    [Fact]
    public void A_tensor_that_could_not_be_written_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new Tensor("__metadata__", [1], new float[1]));
        Assert.Throws<ArgumentException>(() => new Tensor("\uD800", [1], new float[1]));
        Assert.Throws<ArgumentException>(() => new Tensor("a", default, new float[1]));
        Assert.Throws<ArgumentException>(() => new Tensor("a", [2, 3], new float[5]));
        Assert.Throws<ArgumentException>(() => new Tensor("a", [-1, -1], new float[1]));
        Assert.Throws<ArgumentException>(() => new Tensor("a", [1L << 32, 1L << 32], Array.Empty<float>()));
    }

    private static string Bits(Tensor tensor) => tensor.Type == TensorType.F32
        ? string.Join(' ', tensor.Singles.ToArray().Select(BitConverter.SingleToInt32Bits))
        : string.Join(' ', tensor.Doubles.ToArray().Select(BitConverter.DoubleToInt64Bits));

    private static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}

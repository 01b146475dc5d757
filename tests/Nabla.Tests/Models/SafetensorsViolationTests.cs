using System.IO.Compression;
using Nabla.Models;
using Nabla.Tests.Data;

namespace Nabla.Tests.Models;

public class SafetensorsViolationTests
{
    [Theory]
    // Not JSON, or not the JSON of a header.
    [InlineData("", 0, "the header is empty, but it is a JSON object and must start with '{'")]
    [InlineData(" {}", 0, "the header starts with the byte 0x20, but it is a JSON object and must start with '{'")]
    [InlineData("\uFEFF{}", 0, "the header starts with the byte 0xEF, but it is a JSON object and must start with '{'")]
    [InlineData("[]", 0, "the header starts with the byte 0x5B, but it is a JSON object and must start with '{'")]
    [InlineData("{", 0, "the header is not JSON near byte 9 of the file, but it must be one JSON object")]
    [InlineData("{\"a\"}", 0, "the header is not JSON near byte 12 of the file, but it must be one JSON object")]
    [InlineData("{\"a\":{},}", 0, "tensor 'a' has no dtype, but every tensor needs dtype, shape and data_offsets")]
    [InlineData("{\"__metadata__\":{},}", 0, "the header is not JSON near byte 27 of the file, but it must be one JSON object")]
    [InlineData("{}\n", 0, "the header's object ends at byte 10 of the file, but the byte 0x0A follows where only spaces may")]
    [InlineData("{} {}", 0, "the header's object ends at byte 10 of the file, but the byte 0x7B follows where only spaces may")]
    [InlineData("{}\0", 0, "the header's object ends at byte 10 of the file, but the byte 0x00 follows where only spaces may")]
    // Keys.
    [InlineData(A + "[0],\"data_offsets\":[0,0]}," + AWithoutBrace + "[0],\"data_offsets\":[0,0]}}", 0, "the header has the key 'a' twice, but every key may stand only once")]
    [InlineData(A + "[0],\"data_offsets\":[0,0]},\"\\u0061\":{}}", 0, "the header has the key 'a' twice, but every key may stand only once")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "the header has the key '__metadata__' twice, but every key may stand only once")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", 0, "__metadata__ has the key 'k' twice, but every key may stand only once")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "tensor 'a' has the key 'dtype' twice, but every key may stand only once")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"strides\":[1]}}", 0, "tensor 'a' has the key 'strides', but only dtype, shape and data_offsets are allowed")]
    [InlineData("{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "tensor 'a' has no dtype, but every tensor needs dtype, shape and data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}", 0, "tensor 'a' has no shape, but every tensor needs dtype, shape and data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[0]}}", 0, "tensor 'a' has no data_offsets, but every tensor needs dtype, shape and data_offsets")]
    // Values of the wrong kind.
    [InlineData("{\"__metadata__\":null}", 0, "__metadata__ is null, but it must be an object of strings")]
    [InlineData("{\"__metadata__\":{\"epochs\":30}}", 0, "__metadata__ 'epochs' is 30, but it must be a string")]
    [InlineData("{\"__metadata__\":{\"k\":{}}}", 0, "__metadata__ 'k' is an object, but it must be a string")]
    [InlineData("{\"__metadata__\":{\"k\":\"\\uD800\"}}", 0, "__metadata__ 'k' holds half of a surrogate pair at byte 29 of the file, but a string must be whole characters")]
    [InlineData("{\"\\uDC00\":{}}", 0, "the header holds half of a surrogate pair at byte 9 of the file, but a string must be whole characters")]
    [InlineData("{\"a\":[]}", 0, "tensor 'a' is an array, but it must be an object with dtype, shape and data_offsets")]
    [InlineData("{\"a\":{\"dtype\":true}}", 0, "tensor 'a': dtype is true, but it must be a string")]
    [InlineData("{\"a\":{\"dtype\":\"I64\"}}", 0, "tensor 'a' has the dtype 'I64', but F16, BF16, F32 or F64 is needed")]
    [InlineData("{\"a\":{\"dtype\":\"f32\"}}", 0, "tensor 'a' has the dtype 'f32', but F16, BF16, F32 or F64 is needed")]
    [InlineData("{\"a\":{\"shape\":\"2\"}}", 0, "tensor 'a': shape is a string, but it must be an array of whole numbers")]
    [InlineData("{\"a\":{\"shape\":[2,-3]}}", 0, "tensor 'a': shape[1] is -3, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"shape\":[2.0]}}", 0, "tensor 'a': shape[0] is 2.0, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"shape\":[1e3]}}", 0, "tensor 'a': shape[0] is 1e3, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"shape\":[-0]}}", 0, "tensor 'a': shape[0] is -0, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"shape\":[9223372036854775808]}}", 0, "tensor 'a': shape[0] is 9223372036854775808, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"shape\":[[2]]}}", 0, "tensor 'a': shape[0] is an array, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"data_offsets\":[0,null]}}", 0, "tensor 'a': data_offsets[1] is null, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"data_offsets\":[-4,0]}}", 0, "tensor 'a': data_offsets[0] is -4, but a whole number from 0 to 9223372036854775807 is needed")]
    [InlineData("{\"a\":{\"data_offsets\":[0,4,8]}}", 0, "tensor 'a': data_offsets has more than 2 numbers, but at most 2 are allowed")]
    [InlineData(A + "[1],\"data_offsets\":[4]}}", 4, "tensor 'a': data_offsets has length 1, but it must be [begin, end]")]
    // The layout of the data.
    [InlineData(A + "[1],\"data_offsets\":[4,0]}}", 4, "tensor 'a' begins at byte 4 and ends at 0, but it must not end before it begins")]
    [InlineData(A + "[10,30],\"data_offsets\":[0,400]}}", 400, "tensor 'a' spans bytes 0–400, but F32 [10, 30] needs 1200 bytes")]
    [InlineData(A + "[],\"data_offsets\":[0,0]}}", 0, "tensor 'a' spans bytes 0–0, but F32 [] needs 4 bytes")]
    [InlineData(A + "[2],\"data_offsets\":[0,8]}}", 7, "tensor 'a' spans bytes 0–8, but only 7 bytes follow the header")]
    [InlineData(A + "[2],\"data_offsets\":[0,8]}}", 9, "the tensors end at byte 8 of the data, but 9 bytes follow the header and the last tensor must end with the file")]
    [InlineData("{}", 1, "the tensors end at byte 0 of the data, but 1 bytes follow the header and the last tensor must end with the file")]
    [InlineData(A + "[1],\"data_offsets\":[4,8]}}", 8, "tensor 'a' starts at byte 4 of the data, but bytes 0–4 before it belong to no tensor, so it must start at 0")]
    [InlineData(A + "[2],\"data_offsets\":[0,8]}," + B + "[2],\"data_offsets\":[4,12]}}", 12, "tensor 'b' starts at byte 4 of the data, but tensor 'a' ends at 8, so it must start at 8")]
    [InlineData(A + "[2],\"data_offsets\":[0,8]}," + B + "[2],\"data_offsets\":[0,8]}}", 8, "tensor 'b' starts at byte 0 of the data, but tensor 'a' ends at 8, so it must start at 8")]
    [InlineData(A + "[2],\"data_offsets\":[0,8]}," + B + "[0],\"data_offsets\":[4,4]}}", 8, "tensor 'b' starts at byte 4 of the data, but tensor 'a' ends at 8, so it must start at 8")]
    [InlineData(A + "[1],\"data_offsets\":[0,4]}," + B + "[1],\"data_offsets\":[8,12]}}", 12, "tensor 'b' starts at byte 8 of the data, but bytes 4–8 before it belong to no tensor, so it must start at 4")]
    [InlineData(A + "[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "tensor 'a' is F32 [4294967296, 4294967296], but its size must fit 63 bits")]
    [InlineData(A + "[4611686018427387904],\"data_offsets\":[0,0]}}", 0, "tensor 'a' is F32 [4611686018427387904], but its size must fit 63 bits")]
    [InlineData(A + "[9223372036854775807,2],\"data_offsets\":[0,0]}}", 0, "tensor 'a' is F32 [9223372036854775807, 2], but its size must fit 63 bits")]
    public void A_header_that_breaks_a_rule_is_refused_in_one_sentence(string header, int dataLength, string sentence) =>
        Refused(SafetensorsBytes.Zeros(header, dataLength), sentence);

    [Theory]
    [InlineData(new byte[0], "the file has 0 bytes, but the length of the header alone takes 8")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0 }, "the file has 7 bytes, but the length of the header alone takes 8")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "the header is empty, but it is a JSON object and must start with '{'")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "the header's length is 3 bytes, but only 2 follow in the file")]
    [InlineData(new byte[] { 1, 0xE1, 0xF5, 5, 0, 0, 0, 0, 123, 125 }, "the header's length is 100000001 bytes, but at most 100000000 are allowed; this is no safetensors file")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "the header's length is 18446744073709551615 bytes, but at most 100000000 are allowed; this is no safetensors file")]
    [InlineData(new byte[] { 6, 0, 0, 0, 0, 0, 0, 0, 123, 34, 0xC3, 34, 58, 125 }, "the header holds bytes that are not UTF-8, but it must be UTF-8 text")]
    public void Bytes_that_break_a_rule_are_refused_in_one_sentence(byte[] bytes, string sentence) => Refused(bytes, sentence);

    [Fact]
    public void Nothing_is_allocated_for_lengths_that_the_file_does_not_have()
    {
        byte[] longHeader = [0, 0xE1, 0xF5, 5, 0, 0, 0, 0, 123, 125];
        byte[] longTensor = SafetensorsBytes.Assemble(A + "[1000000000],\"data_offsets\":[0,4000000000]}}");
        Refused(longHeader, "the header's length is 100000000 bytes, but only 2 follow in the file");
        Refused(longTensor, "tensor 'a' spans bytes 0–4000000000, but only 0 bytes follow the header");

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<InvalidDataException>(() => SafetensorsBytes.Read(longHeader));
        Assert.ThrowsAny<InvalidDataException>(() => SafetensorsBytes.Read(longTensor));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Too_many_dimensions_are_refused()
    {
        string Header(int rank) => A + "[" + string.Join(',', Enumerable.Repeat("1", rank)) + "],\"data_offsets\":[0,4]}}";
        Assert.Equal(64, SafetensorsBytes.Read(SafetensorsBytes.Zeros(Header(64), 4)).Tensors[0].Shape.Length);
        Refused(SafetensorsBytes.Zeros(Header(65), 4), "tensor 'a': shape has more than 64 numbers, but at most 64 are allowed");
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_refused_without_deep_recursion(char bracket)
    {
        byte[] bytes = SafetensorsBytes.Assemble("{\"a\":{\"shape\":" + new string(bracket, 1_000_000));
        Assert.Throws<InvalidDataException>(() => SafetensorsBytes.Read(bytes));
    }

    [Fact]
    public void A_name_from_the_file_cannot_break_the_sentence()
    {
        const string Right = "is 3, but it must be an object with dtype, shape and data_offsets";
        string longName = new('n', 100_000);
        Refused(SafetensorsBytes.Assemble("{\"a\\n\\u001b[2J\\u202e\":3}"), $"tensor 'a\\u{{A}}\\u{{1B}}[2J\\u{{202E}}' {Right}");
        Refused(SafetensorsBytes.Assemble("{\"" + longName + "\":3}"), $"tensor '{longName[..80]}…' {Right}");
        Refused(SafetensorsBytes.Assemble("{\"a\":3" + new string('3', 100_000) + "}"), $"tensor 'a' {Right.Replace("3", $"{new string('3', 80)}…", StringComparison.Ordinal)}");
    }

    [Fact]
    public void A_path_is_named_by_its_file_only()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("broken.safetensors"), []);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(folder.File("broken.safetensors")));
        Assert.Equal("broken.safetensors: the file has 0 bytes, but the length of the header alone takes 8", error.Message);
    }

    [Fact]
    public void A_stream_that_ends_before_its_length_is_refused()
    {
        using ShrinkingStream stream = new(SafetensorsBytes.Zeros(A + "[2],\"data_offsets\":[0,8]}}", 8));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(stream, "a"));
        Assert.Equal("a: the file became shorter while it was read, but it must stay as it is until then", error.Message);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_refused()
    {
        using DeflateStream pipe = new(new MemoryStream(), CompressionMode.Decompress);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(pipe, "a"));
        Assert.Equal("a: the length is not known before the end, but a model is read from a file, not from a pipe", error.Message);
    }

    private const string AWithoutBrace = "\"a\":{\"dtype\":\"F32\",\"shape\":";
    private const string A = "{" + AWithoutBrace;
    private const string B = "\"b\":{\"dtype\":\"F32\",\"shape\":";

    private static void Refused(byte[] bytes, string sentence)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafetensorsBytes.Read(bytes));
        Assert.Equal($"{SafetensorsBytes.Name}: {sentence}", error.Message);
    }

    private sealed class ShrinkingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) =>
            base.Read(buffer[..(int)Math.Min(buffer.Length, Math.Max(0, Length - 3 - Position))]);
    }
}

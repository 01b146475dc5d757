using System.Buffers.Binary;
using System.IO.Compression;

namespace Nabla.Data;

/// <summary>
/// Reads one gzip member strictly (RFC 1952). The framework's GZipStream passes over a missing trailer and over bytes
/// behind the end; a file read by this class was whole, had the right checksum and nothing more.
/// </summary>
internal sealed class Gzip : IDisposable
{
    private const int TrailerLength = 8;

    private readonly string file;
    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Body body;
    private readonly DeflateStream inflater;
    private Crc32 crc = Crc32.Empty;
    private uint length;

    /// <summary>Reads the member's header.</summary>
    /// <exception cref="InvalidDataException">It is not a gzip header.</exception>
    public Gzip(ReadOnlyMemory<byte> bytes, string file)
    {
        this.file = file;
        this.bytes = bytes;
        int header = HeaderLength(bytes.Span);
        body = new Body(bytes[header..^TrailerLength]);
        inflater = new DeflateStream(body, CompressionMode.Decompress);
    }

    /// <summary>Whether these bytes begin as gzip does.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;

    /// <summary>The next uncompressed bytes; fewer than asked for only at the end.</summary>
    /// <exception cref="InvalidDataException">The compressed data is corrupt.</exception>
    public int Read(Span<byte> destination)
    {
        try
        {
            int read = inflater.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            crc = crc.With(destination[..read]);
            length += (uint)read;
            return read;
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException(
                $"{file}: the compressed data is corrupt after {length} uncompressed bytes; "
                + "the file may have been damaged on its way",
                error);
        }
    }

    /// <summary>Whether the compressed data stopped before its own end mark.</summary>
    public bool IsCutShort => body.WasExhausted;

    /// <summary>The sentence for compressed data that stops before its end mark.</summary>
    public InvalidDataException CutShort() => new(
        $"{file}: the gzip data is cut off after {length} uncompressed bytes; "
        + $"the file is {bytes.Length} bytes long and should be longer");

    /// <summary>Checks, when all was read, that the member's end is the file's end and that its trailer is right.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void RequireEnd()
    {
        if (IsCutShort)
        {
            throw CutShort();
        }

        ReadOnlySpan<byte> trailer = bytes.Span[^TrailerLength..];
        if (body.Remaining > 0)
        {
            throw new InvalidDataException(
                $"{file}: at least {body.Remaining} bytes follow the end of the gzip data, but nothing may follow it");
        }

        uint expectedCrc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        uint expectedLength = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (expectedCrc != crc.Value || expectedLength != length)
        {
            throw new InvalidDataException(
                $"{file}: the gzip trailer says checksum 0x{expectedCrc:x8} and {expectedLength} bytes, "
                + $"but the data has 0x{crc.Value:x8} and {length}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        inflater.Dispose();
        body.Dispose();
    }

    private int HeaderLength(ReadOnlySpan<byte> header)
    {
        const int Fixed = 10;
        if (header.Length < Fixed + TrailerLength)
        {
            throw new InvalidDataException(
                $"{file}: {header.Length} bytes are too few for gzip, "
                + $"whose header and trailer alone have {Fixed + TrailerLength}");
        }

        if (header[2] != 8 || (header[3] & 0xe0) != 0)
        {
            throw new InvalidDataException(
                $"{file}: the gzip header has method {header[2]} and flags 0x{header[3]:x2}, "
                + "but method 8 (deflate) and flags below 0x20 are expected");
        }

        int flags = header[3];
        int at = Fixed;
        if ((flags & 4) != 0)
        {
            at += at + 2 <= header.Length ? 2 + BinaryPrimitives.ReadUInt16LittleEndian(header[at..]) : header.Length;
        }

        at = (flags & 8) != 0 ? AfterZero(header, at) : at;
        at = (flags & 16) != 0 ? AfterZero(header, at) : at;
        at += (flags & 2) != 0 ? 2 : 0;
        return at + TrailerLength <= header.Length
            ? at
            : throw new InvalidDataException($"{file}: the gzip header does not end within the file's {header.Length} bytes");
    }

    private static int AfterZero(ReadOnlySpan<byte> header, int at)
    {
        int zero = at < header.Length ? header[at..].IndexOf((byte)0) : -1;
        return zero < 0 ? header.Length : at + zero + 1;
    }

    /// <summary>
    /// The compressed data as a stream that tells where the inflater stopped: the inflater asks for more only when it has used
    /// up what it has, so the last bytes are handed out one by one.
    /// </summary>
    private sealed class Body(ReadOnlyMemory<byte> bytes) : Stream
    {
        private const int OneByOne = 64;

        private int position;

        /// <summary>Bytes not yet handed out.</summary>
        public int Remaining => bytes.Length - position;

        /// <summary>Whether more was asked for than there is.</summary>
        public bool WasExhausted { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int length = Math.Min(buffer.Length, Remaining > OneByOne ? Remaining - OneByOne : Math.Min(1, Remaining));
            WasExhausted |= length == 0 && buffer.Length > 0;
            bytes.Span.Slice(position, length).CopyTo(buffer);
            position += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

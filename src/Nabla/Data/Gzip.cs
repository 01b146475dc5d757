using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>
/// Reads one gzip member strictly (RFC 1952). The framework's GZipStream passes over a missing trailer and over bytes
/// behind the end; a file read by this class was whole, had the right checksum and nothing more.
/// </summary>
internal sealed class Gzip : IDisposable
{
    private const int TrailerLength = 8;

    private readonly string file;
    private readonly Stream source;
    private readonly bool leaveOpen;
    private readonly long fileLength;
    private readonly Body body;
    private readonly DeflateStream inflater;
    private Crc32 crc = Crc32.Empty;
    private uint length;

    /// <summary>Reads the member's header.</summary>
    /// <param name="source">A file, or bytes, from the beginning: something that can seek, which is closed with this object unless it is to stay open.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="leaveOpen">Whether it stays open.</param>
    /// <exception cref="InvalidDataException">It is not a gzip header.</exception>
    public Gzip(Stream source, string file, bool leaveOpen = false)
    {
        (this.source, this.file, this.leaveOpen, fileLength) = (source, file, leaveOpen, source.Length);
        source.Position = 0;
        body = new Body(source, fileLength - HeaderLength() - TrailerLength);
        inflater = new DeflateStream(body, CompressionMode.Decompress);
    }

    /// <summary>Bytes as a stream that can seek; they are not copied where they lie in an array.</summary>
    public static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
        ? new(array.Array!, array.Offset, array.Count, writable: false)
        : new(bytes.ToArray(), writable: false);

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
        + $"the file is {fileLength} bytes long and should be longer");

    /// <summary>Checks, when all was read, that the member's end is the file's end and that its trailer is right.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void RequireEnd()
    {
        if (IsCutShort)
        {
            throw CutShort();
        }

        if (body.Remaining > 0)
        {
            throw new InvalidDataException(
                $"{file}: at least {body.Remaining} bytes follow the end of the gzip data, but nothing may follow it");
        }

        Span<byte> trailer = stackalloc byte[TrailerLength];
        if (source.ReadAtLeast(trailer, TrailerLength, throwOnEndOfStream: false) < TrailerLength)
        {
            throw CutShort();
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
        if (!leaveOpen)
        {
            source.Dispose();
        }
    }

    private long HeaderLength()
    {
        const int Fixed = 10;
        if (fileLength < Fixed + TrailerLength)
        {
            throw new InvalidDataException(
                $"{file}: {fileLength} bytes are too few for gzip, "
                + $"whose header and trailer alone have {Fixed + TrailerLength}");
        }

        Span<byte> header = stackalloc byte[Fixed];
        source.ReadExactly(header);
        if (header[2] != 8 || (header[3] & 0xe0) != 0)
        {
            throw new InvalidDataException(
                $"{file}: the gzip header has method {header[2]} and flags 0x{header[3]:x2}, "
                + "but method 8 (deflate) and flags below 0x20 are expected");
        }

        int flags = header[3];
        if ((flags & 4) != 0)
        {
            // The trailer is behind it at least, so that these two bytes are there.
            Span<byte> extra = stackalloc byte[2];
            source.ReadExactly(extra);
            source.Position += BinaryPrimitives.ReadUInt16LittleEndian(extra);
        }

        SkipText((flags & 8) != 0);
        SkipText((flags & 16) != 0);
        long end = source.Position += (flags & 2) != 0 ? 2 : 0;
        return end + TrailerLength <= fileLength
            ? end
            : throw new InvalidDataException($"{file}: the gzip header does not end within the file's {fileLength} bytes");
    }

    /// <summary>Passes over a name or a comment, which end with a zero.</summary>
    private void SkipText(bool isThere)
    {
        while (isThere && source.ReadByte() > 0)
        {
        }
    }

    /// <summary>
    /// The compressed data as a stream that tells where the inflater stopped: the inflater asks for more only when it has used
    /// up what it has, so the last bytes are handed out one by one.
    /// </summary>
    private sealed class Body(Stream source, long length) : ForwardStream
    {
        private const int OneByOne = 64;

        /// <summary>Bytes not yet handed out.</summary>
        public long Remaining { get; private set; } = length;

        /// <summary>Whether more was asked for than there is.</summary>
        public bool WasExhausted { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int read = source.Read(buffer[..(int)Math.Min(buffer.Length, Remaining > OneByOne ? Remaining - OneByOne : Math.Min(1, Remaining))]);
            WasExhausted |= read == 0 && buffer.Length > 0;
            Remaining -= read;
            return read;
        }
    }
}

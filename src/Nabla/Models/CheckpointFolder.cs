using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Nabla.Training;

namespace Nabla.Models;

/// <summary>
/// The checkpoints of one training, each a file that is named by its step and by the beginning of its own SHA-256: what a name promises can be
/// verified at any time. A file gets its name only after it lies whole on the disk and has been read back; only then older ones are removed. So whenever the program
/// or the machine stops, the newest file with a name is whole.
/// </summary>
public sealed partial class CheckpointFolder : IDisposable
{
    private const int DigitsOfHash = 16;
    private const string TemporaryPrefix = ".nabla-checkpoint-";
    private const string LockName = ".nabla-lock";

    private readonly int kept;
    private FileStream? ownership;

    /// <summary>A folder, which need not exist yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="kept">How many checkpoints are kept, the newest ones.</param>
    public CheckpointFolder(string path, int kept = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        (Path, this.kept) = (path, kept);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether there are checkpoints, whole or not.</summary>
    public bool IsInUse => Named().Count > 0;

    /// <summary>
    /// Makes the folder where it is missing, takes it for this training until <see cref="Dispose"/> or the end of the process, and removes what a save that was stopped in the middle
    /// has left.
    /// </summary>
    /// <exception cref="IOException">It cannot be made, or another training has it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made, or not be changed.</exception>
    public void Prepare()
    {
        Directory.CreateDirectory(Path);
        try
        {
            ownership ??= new(System.IO.Path.Combine(Path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (Directory.Exists(Path))
        {
            throw new IOException($"another training is writing its checkpoints to {Path}, or no file can be made there: {e.Message}", e);
        }

        foreach (string left in Directory.EnumerateFiles(Path, $"{TemporaryPrefix}*").ToList())
        {
            File.Delete(left);
        }

        // Whether a file can be written is better known before the training than after its first hour.
        string probe = System.IO.Path.Combine(Path, $"{TemporaryPrefix}{System.IO.Path.GetRandomFileName()}");
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
    }

    /// <summary>Lets others have the folder.</summary>
    public void Dispose()
    {
        ownership?.Dispose();
        ownership = null;
    }

    /// <summary>Saves a training as it stands; gives the name of the file.</summary>
    /// <exception cref="ArgumentException">It trains by L-BFGS, which cannot be resumed.</exception>
    /// <exception cref="IOException">The disk is full, or the file cannot be written or does not read back as it was written; older checkpoints are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public string Save<T>(Model<T> model, Trainer<T> trainer, ModelDescription description, IEnumerable<string> arguments, string dataFingerprint)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (!trainer.CanBeResumed)
        {
            throw new ArgumentException(!trainer.Options.KeepsReports
                ? "without the reports of all epochs a training cannot be resumed; KeepsReports keeps them"
                : "L-BFGS remembers its last steps, which no checkpoint keeps; another optimizer can be resumed");
        }

        string temporary = System.IO.Path.Combine(Path, $"{TemporaryPrefix}{System.IO.Path.GetRandomFileName()}");
        try
        {
            byte[] hash;
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                using (IncrementalHash written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
                {
                    AtomicFile.WriteOut(stream, file => Checkpoint.Write(new HashingStream(file, written), model, trainer, description, arguments, dataFingerprint));
                    hash = written.GetHashAndReset();
                }

                stream.Position = 0;
                if (!SHA256.HashData(stream).AsSpan().SequenceEqual(hash))
                {
                    throw new IOException($"a checkpoint in {Path} does not read back as it was written; the disk may be damaged");
                }
            }

            string name = $"step-{trainer.Position.Steps.ToString("D12", CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(hash)[..DigitsOfHash]}.safetensors";
            File.Move(temporary, System.IO.Path.Combine(Path, name), overwrite: true);
            AtomicFile.FlushFolder(Path);
            foreach (string old in Named().Skip(kept))
            {
                File.Delete(System.IO.Path.Combine(Path, old));
            }

            return name;
        }
        catch
        {
            AtomicFile.Remove(temporary);
            throw;
        }
    }

    /// <summary>The newest checkpoint that is whole, and a sentence on each newer one that is not.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public (Checkpoint Checkpoint, ImmutableArray<string> Notes) Latest()
    {
        if (!Directory.Exists(Path))
        {
            throw new DirectoryNotFoundException($"there is no folder {Path}; nabla train --checkpoint {Path} makes one");
        }

        List<string> notes = [];
        foreach (string name in Named())
        {
            using FileStream stream = new(System.IO.Path.Combine(Path, name), FileMode.Open, FileAccess.Read, FileShare.Read);
            string hash = Convert.ToHexStringLower(SHA256.HashData(stream))[..DigitsOfHash];
            if (!name.Contains(hash, StringComparison.Ordinal))
            {
                notes.Add($"{name} does not hold what its name promises (its checksum begins {hash}), so the checkpoint before it is taken");
                continue;
            }

            stream.Position = 0;
            return (Checkpoint.Read(stream, name), [.. notes]);
        }

        throw new InvalidDataException(notes.Count > 0
            ? $"{Path} has no checkpoint that is whole: {notes[0].Split(',')[0]}"
            : $"{Path} holds no checkpoint; their names are like step-000000012345-0123456789abcdef.safetensors");
    }

    /// <summary>The names of the checkpoints, from the newest.</summary>
    private List<string> Named() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateFiles(Path).Select(file => System.IO.Path.GetFileName(file)!).Where(name => NamePattern().IsMatch(name)).OrderDescending(StringComparer.Ordinal)];

    [GeneratedRegex(@"\Astep-[0-9]{12,}-[0-9a-f]{16}\.safetensors\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();

    /// <summary>Passes on what is written, and hashes it.</summary>
    private sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException("what is hashed is written from the beginning to the end");
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("what is hashed is only written");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("what is hashed is written from the beginning to the end");

        public override void SetLength(long value) => throw new NotSupportedException("what is hashed is written from the beginning to the end");

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }
    }
}

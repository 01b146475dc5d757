using System.Runtime.CompilerServices;

namespace Nabla.Data.Parquet;

/// <summary>
/// The buffers that the columns of a file are read into, again and again. Shared pools keep lengths of powers of two, up to twice what a group of rows needs; these are as long as the group.
/// Any number of threads may use them.
/// </summary>
internal sealed class ColumnBuffers
{
    private readonly Lock gate = new();
    private readonly Dictionary<Type, Stack<Array>> free = [];

    /// <summary>A buffer of at least so many values, which are whatever was there before.</summary>
    public T[] Rent<T>(int length)
    {
        lock (gate)
        {
            // One that is too short is of a smaller group: the longer one takes its place.
            if (free.TryGetValue(typeof(T), out Stack<Array>? buffers) && buffers.TryPop(out Array? buffer) && buffer.Length >= length)
            {
                return (T[])buffer;
            }
        }

        return GC.AllocateUninitializedArray<T>(length);
    }

    /// <summary>Takes a buffer that is not used any more.</summary>
    public void Return<T>(T[] buffer)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(buffer);
        }

        lock (gate)
        {
            if (!free.TryGetValue(typeof(T), out Stack<Array>? buffers))
            {
                free.Add(typeof(T), buffers = new());
            }

            buffers.Push(buffer);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>The first elements of a vector of 128 bits, read and written without touching what follows them in memory.</summary>
internal static unsafe class PartialVector
{
    /// <summary>The first <paramref name="count"/> &lt; Count elements, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load<T>(T* source, int count)
        where T : unmanaged
    {
        byte* p = (byte*)source;
        int bytes = count * sizeof(T);
        long low = 0;
        long high = 0;
        if ((bytes & 8) != 0)
        {
            low = *(long*)p;
            high = (bytes & 4) != 0 ? *(uint*)(p + 8) : 0;
        }
        else if ((bytes & 4) != 0)
        {
            low = *(uint*)p;
        }

        return Vector128.Create(low, high).As<long, T>();
    }

    /// <summary>Writes the first <paramref name="count"/> &lt; Count elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector128<T> value, T* target, int count)
        where T : unmanaged
    {
        byte* p = (byte*)target;
        int bytes = count * sizeof(T);
        Vector128<long> rest = value.As<T, long>();
        if ((bytes & 8) != 0)
        {
            *(long*)p = rest.ToScalar();
            rest = Vector128.Shuffle(rest, Vector128.Create(1L, 1L));
            p += 8;
        }

        if ((bytes & 4) != 0)
        {
            *(int*)p = rest.AsInt32().ToScalar();
        }
    }
}

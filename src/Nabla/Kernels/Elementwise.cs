using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Loops over n elements in a row. The last elements go through the same vector arithmetic as all others.</summary>
internal static unsafe class Elementwise<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>z = x ∘ y; z may be x or y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binary<TOperation>(T* x, T* y, T* z, nint n)
        where TOperation : struct, IBinary
    {
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TOperation.Of(TLane.Load(x + i), TLane.Load(y + i)).Store(z + i);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TOperation.Of(TLane.LoadPartial(x + i, rest), TLane.LoadPartial(y + i, rest)).StorePartial(z + i, rest);
        }
    }

    /// <summary>z = x ∘ c for one number c; z may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BinaryOfNumber<TOperation>(T* x, T number, T* z, nint n)
        where TOperation : struct, IBinary
    {
        TLane c = TLane.Broadcast(number);
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TOperation.Of(TLane.Load(x + i), c).Store(z + i);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TOperation.Of(TLane.LoadPartial(x + i, rest), c).StorePartial(z + i, rest);
        }
    }

    /// <summary>z = c ∘ y for one number c; z may be y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NumberAndBinary<TOperation>(T number, T* y, T* z, nint n)
        where TOperation : struct, IBinary
    {
        TLane c = TLane.Broadcast(number);
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TOperation.Of(c, TLane.Load(y + i)).Store(z + i);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TOperation.Of(c, TLane.LoadPartial(y + i, rest)).StorePartial(z + i, rest);
        }
    }

    /// <summary>z = x · c + w for one number c; z may be x or w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleAndAdd(T* x, T number, T* w, T* z, nint n)
    {
        TLane c = TLane.Broadcast(number);
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TLane.MultiplyAdd(TLane.Load(x + i), c, TLane.Load(w + i)).Store(z + i);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TLane.MultiplyAdd(TLane.LoadPartial(x + i, rest), c, TLane.LoadPartial(w + i, rest)).StorePartial(z + i, rest);
        }
    }
}

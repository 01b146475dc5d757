using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>softmax and log-sum-exp of one column, with the largest element subtracted, so that nothing overflows.</summary>
internal static unsafe class Softmax<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x); y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Column(T* x, T* y, int n)
    {
        TLane largest = TLane.Broadcast(Reductions<TLane, T>.Maximum(x, n));
        int i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TLane.Exp(TLane.Load(x + i) - largest).Store(y + i);
        }

        int rest = n - i;
        if (rest > 0)
        {
            TLane.Exp(TLane.LoadPartial(x + i, rest) - largest).StorePartial(y + i, rest);
        }

        double sum = Reductions<TLane, T>.Sum<Plain>(y, y, n, default);
        Elementwise<TLane, T>.Scale(T.CreateTruncating(1 / sum), y, y, n);
    }

    /// <summary>log Σⱼ exp(xⱼ).</summary>
    public static T LogSumExp(T* x, int n)
    {
        T largest = Reductions<TLane, T>.Maximum(x, n);
        if (!T.IsFinite(largest))
        {
            return largest;
        }

        double sum = Reductions<TLane, T>.Sum<ShiftedExponentials>(x, x, n, TLane.Broadcast(largest));
        return T.CreateTruncating(double.CreateTruncating(largest) + Math.Log(sum));
    }
}

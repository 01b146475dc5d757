using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>softmax, log-softmax and log-sum-exp of one column, with the largest element subtracted, so that nothing overflows.</summary>
/// <remarks>
/// <para>Errors in single precision, u = 2⁻²⁴ and dᵢ = |xᵢ − max x|: an exponential is wrong by (2.5 + dᵢ)u of itself (its own error and the rounding of its
/// argument), so their sum s by at most (2.5 + log n)u, since Σ dᵢe⁻ᵈⁱ ≤ s log n, and by 18u for the additions.</para>
/// <para>softmax is therefore within (25 + dᵢ + log n)u of itself, log-sum-exp within (21 + log n)u of 1 and half a unit of its last place,
/// log-softmax within (22 + log n)u of 1 and (1 + dᵢ)·2u. A test holds these bounds.</para>
/// </remarks>
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
        Elementwise<TLane, T>.BinaryOfNumber<Multiplication>(y, T.CreateTruncating(1 / sum), y, n);
    }

    /// <summary>yᵢ = (xᵢ − max x) − log Σⱼ exp(xⱼ − max x), accurate where one element is far above the others; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LogColumn(T* x, T* y, int n)
    {
        T maximum = Reductions<TLane, T>.Maximum(x, n);
        TLane largest = TLane.Broadcast(maximum);
        TLane log = TLane.Broadcast(T.CreateTruncating(LogOfShiftedSum(x, n, maximum)));
        int i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            (TLane.Load(x + i) - largest - log).Store(y + i);
        }

        int rest = n - i;
        if (rest > 0)
        {
            (TLane.LoadPartial(x + i, rest) - largest - log).StorePartial(y + i, rest);
        }
    }

    /// <summary>log Σⱼ exp(xⱼ).</summary>
    public static T LogSumExp(T* x, int n)
    {
        T largest = Reductions<TLane, T>.Maximum(x, n);
        return T.CreateTruncating(double.CreateTruncating(largest) + LogOfShiftedSum(x, n, largest));
    }

    /// <summary>
    /// log Σⱼ exp(xⱼ − max x) = log(1 + Σ exp(xⱼ − max x)) over all j but the largest, however small they are; 0 where the largest is not finite.
    /// </summary>
    private static double LogOfShiftedSum(T* x, int n, T largest)
    {
        if (!T.IsFinite(largest))
        {
            return 0;
        }

        int at = new ReadOnlySpan<T>(x, n).IndexOf(largest);
        TLane shift = TLane.Broadcast(largest);
        double others = Reductions<TLane, T>.Sum<ShiftedExponentials>(x, x, at, shift)
            + Reductions<TLane, T>.Sum<ShiftedExponentials>(x + at + 1, x + at + 1, n - at - 1, shift);
        return DoubleLane.LogOnePlus(new(others)).Value;
    }
}

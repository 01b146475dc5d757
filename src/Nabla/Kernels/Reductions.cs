using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Sums over elements in a row: four vectors of partial sums, emptied into a double after every 64 vectors, so that the error does
/// not grow with the length. The order is fixed.
/// </summary>
internal static unsafe class Reductions<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    private const int VectorsInBlock = 64;

    /// <summary>Σ term(xᵢ, yᵢ) with a parameter that all terms share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<TTerm>(T* x, T* y, nint n, TLane parameter)
        where TTerm : struct, ITerm
    {
        double total = 0;
        nint i = 0;
        while (i <= n - 4 * TLane.Count)
        {
            nint end = Math.Min(n, i + VectorsInBlock * TLane.Count) - 4 * TLane.Count;
            TLane s0 = default, s1 = default, s2 = default, s3 = default;
            for (; i <= end; i += 4 * TLane.Count)
            {
                s0 = Term<TTerm>(s0, x + i, y + i, parameter);
                s1 = Term<TTerm>(s1, x + i + TLane.Count, y + i + TLane.Count, parameter);
                s2 = Term<TTerm>(s2, x + i + 2 * TLane.Count, y + i + 2 * TLane.Count, parameter);
                s3 = Term<TTerm>(s3, x + i + 3 * TLane.Count, y + i + 3 * TLane.Count, parameter);
            }

            total += TLane.Sum((s0 + s1) + (s2 + s3));
        }

        TLane last = default;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            last = Term<TTerm>(last, x + i, y + i, parameter);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TLane u = TLane.Select(TLane.FirstElements(rest), TLane.LoadPartial(x + i, rest), TLane.Of(TTerm.Padding));
            last = TTerm.Add<TLane, T>(last, u, TLane.LoadPartial(y + i, rest), parameter);
        }

        return total + TLane.Sum(last);
    }

    /// <summary>The largest of n &gt; 0 elements; NaN if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Maximum(T* x, nint n)
    {
        TLane lowest = TLane.Of(double.NegativeInfinity);
        TLane largest = lowest;
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            largest = TLane.Max(largest, TLane.Load(x + i));
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TLane u = TLane.Select(TLane.FirstElements(rest), TLane.LoadPartial(x + i, rest), lowest);
            largest = TLane.Max(largest, u);
        }

        return TLane.Maximum(largest);
    }

    /// <summary>y = alpha · X 1: the sum of the columns, 32 columns at a time so that the error does not grow with their number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(T alpha, T* x, T* y, int rows, int columns, nint ldx)
    {
        for (int i = 0; i < rows; i += TLane.Count)
        {
            int rest = rows - i;
            TLane total = default;
            for (int j = 0; j < columns;)
            {
                TLane sum = default;
                for (int end = Math.Min(columns, j + 32); j < end; j++)
                {
                    T* p = x + i + j * ldx;
                    sum += rest >= TLane.Count ? TLane.Load(p) : TLane.LoadPartial(p, rest);
                }

                total += sum;
            }

            total *= TLane.Broadcast(alpha);
            if (rest >= TLane.Count)
            {
                total.Store(y + i);
            }
            else
            {
                total.StorePartial(y + i, rest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Term<TTerm>(TLane sum, T* x, T* y, TLane parameter)
        where TTerm : struct, ITerm => TTerm.Add<TLane, T>(sum, TLane.Load(x), TLane.Load(y), parameter);
}

/// <summary>What a sum adds up, as a type.</summary>
internal interface ITerm
{
    /// <summary>The x whose term is zero if y is zero.</summary>
    static abstract double Padding { get; }

    /// <summary>sum + term(x, y).</summary>
    static abstract TLane Add<TLane, T>(TLane sum, TLane x, TLane y, TLane parameter)
        where TLane : struct, IVectorLane<TLane, T>
        where T : unmanaged;
}

/// <summary>x.</summary>
internal readonly struct Plain : ITerm
{
    public static double Padding => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Add<TLane, T>(TLane sum, TLane x, TLane y, TLane parameter)
        where TLane : struct, IVectorLane<TLane, T>
        where T : unmanaged => sum + x;
}

/// <summary>x · y.</summary>
internal readonly struct Products : ITerm
{
    public static double Padding => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Add<TLane, T>(TLane sum, TLane x, TLane y, TLane parameter)
        where TLane : struct, IVectorLane<TLane, T>
        where T : unmanaged => TLane.MultiplyAdd(x, y, sum);
}

/// <summary>exp(x − parameter).</summary>
internal readonly struct ShiftedExponentials : ITerm
{
    public static double Padding => double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Add<TLane, T>(TLane sum, TLane x, TLane y, TLane parameter)
        where TLane : struct, IVectorLane<TLane, T>
        where T : unmanaged => sum + TLane.Exp(x - parameter);
}

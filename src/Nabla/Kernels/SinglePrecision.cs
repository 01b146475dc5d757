using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// exp, log, log1p, tanh and erf of vectors of floats. The polynomials are minimax fits (Remez exchange in 60 decimal digits), each with
/// the interval and the largest relative error of the exact polynomial; the tests measure what remains after rounding.
/// </summary>
internal static class SinglePrecision<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>1.5·2²³: adding it rounds to an integer, which is then found in the low bits.</summary>
    private const double Rounder = 12582912;

    private const int RounderBits = 0x4B400000;

    private const double InverseLn2 = 1.44269504088896340736;

    /// <summary>ln 2 in two parts, the first with 9 significant bits: its product with an exponent is exact.</summary>
    private const double Ln2High = 0.693359375;

    private const double Ln2Low = 0.69314718055994530942 - Ln2High;

    /// <summary>The bits of √½: mantissas are taken from [√½, √2).</summary>
    private const int SqrtHalfBits = 0x3F3504F3;

    /// <summary>eˣ; results below the smallest normal number are computed 2⁶⁴ times as large and then rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Exp(TLane x)
    {
        TLane tiny = TLane.Less(x, TLane.Of(-87.33654022));
        TLane result = TLane.AddBits(Exponential(x), TLane.AndBits(tiny, 64 << 23));
        result *= TLane.Select(tiny, TLane.Of(5.42101086242752217e-20), TLane.Of(1));
        return TLane.Select(TLane.Less(x, TLane.Of(-104)), default, Overflow(x, result));
    }

    /// <summary>
    /// 1 / (1 + e⁻ˣ), but eˣ below −20: their difference, 2·10⁻⁹ of the result, is less than its rounding, and e⁻ˣ overflows before eˣ is zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Sigmoid(TLane x)
    {
        TLane far = TLane.Less(x, TLane.Of(-20));
        TLane e = Exp(TLane.Select(far, x, -x));
        return TLane.Select(far, e, TLane.Of(1) / (TLane.Of(1) + e));
    }

    /// <summary>log(x) = e ln 2 + log(m), m in [√½, √2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Log(TLane x)
    {
        TLane subnormal = TLane.Less(x, TLane.Of(1.17549435e-38));
        TLane scaled = TLane.Select(subnormal, x * TLane.Of(1 << 23), x);
        TLane m = Split(scaled, out TLane e);
        e -= TLane.Select(subnormal, TLane.Of(23), default);
        return Limits(LogOfParts(m - TLane.Of(1), e, default), x, x);
    }

    /// <summary>
    /// log(1 + x) = log(u) + c with u = 1 + x rounded and c = (1 + x − u) / u, the first-order effect of that rounding; where u is in
    /// [√½, √2), x itself is the argument and nothing was rounded.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane LogOnePlus(TLane x)
    {
        TLane one = TLane.Of(1);
        TLane u = one + x;
        TLane t = u - x;
        TLane lost = (one - t) + (x - (u - t));
        TLane m = Split(u, out TLane e);
        TLane near = TLane.Equal(e, default);
        TLane f = TLane.Select(near, x, m - one);
        TLane c = TLane.Select(near, default, lost / u);
        return Limits(LogOfParts(f, e, c), u, x);
    }

    /// <summary>
    /// tanh(x) = x + x³ p(x²) for |x| &lt; 0.625 (error 4.2·10⁻⁹), else 1 − 2 / (exp(2|x|) + 1) with the sign of x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Tanh(TLane x)
    {
        TLane z = x * x;
        TLane p = TLane.MultiplyAdd(z, TLane.Of(-5.714784413e-03), TLane.Of(2.064865753e-02));
        p = TLane.MultiplyAdd(p, z, TLane.Of(-5.374293796e-02));
        p = TLane.MultiplyAdd(p, z, TLane.Of(1.333148500e-01));
        p = TLane.MultiplyAdd(p, z, TLane.Of(-3.333328371e-01));
        TLane small = TLane.MultiplyAdd(p * z, x, x);
        TLane a = TLane.Abs(x);
        TLane large = TLane.Of(1) - TLane.Of(2) / (Overflow(a + a, Exponential(a + a)) + TLane.Of(1));
        return TLane.Select(TLane.Less(a, TLane.Of(0.625)), small, TLane.CopySign(large, x));
    }

    /// <summary>
    /// erf(x) = x + x q(x²) for |x| &lt; 1 (error 1.2·10⁻⁹), else 1 − exp(g(|x| − 1)) with the sign of x, where g fits log(erfc) on
    /// [1, 4] (error 2.1·10⁻¹¹); beyond 4 the result is ±1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Erf(TLane x)
    {
        TLane z = x * x;
        TLane q = TLane.MultiplyAdd(z, TLane.Of(7.889123966e-05), TLane.Of(-8.020842013e-04));
        q = TLane.MultiplyAdd(q, z, TLane.Of(5.189535358e-03));
        q = TLane.MultiplyAdd(q, z, TLane.Of(-2.685444457e-02));
        q = TLane.MultiplyAdd(q, z, TLane.Of(1.128360017e-01));
        q = TLane.MultiplyAdd(q, z, TLane.Of(-3.761262714e-01));
        q = TLane.MultiplyAdd(q, z, TLane.Of(1.283791659e-01));
        TLane small = TLane.MultiplyAdd(q, x, x);
        TLane a = TLane.Abs(x);
        TLane t = TLane.Min(a, TLane.Of(4)) - TLane.Of(1);
        TLane g = TLane.MultiplyAdd(t, TLane.Of(-2.168629899e-05), TLane.Of(2.895255966e-04));
        g = TLane.MultiplyAdd(g, t, TLane.Of(-2.011961926e-03));
        g = TLane.MultiplyAdd(g, t, TLane.Of(1.004644802e-02));
        g = TLane.MultiplyAdd(g, t, TLane.Of(-4.156347877e-02));
        g = TLane.MultiplyAdd(g, t, TLane.Of(-8.431070822e-01));
        g = TLane.MultiplyAdd(g, t, TLane.Of(-2.638967514e+00));
        g = TLane.MultiplyAdd(g, t, TLane.Of(-1.849605510e+00));
        TLane large = TLane.Of(1) - Overflow(g, Exponential(g));
        return TLane.Select(TLane.Less(a, TLane.Of(1)), small, TLane.CopySign(large, x));
    }

    /// <summary>
    /// eˣ = 2ⁿ eʳ with r = x − n ln 2 in ±½ ln 2, eʳ = 1 + r + r² q(r) (error 3.1·10⁻⁹), for x whose result is a normal number. The
    /// exponent is added to the bits; where it does not fit into them, the bits are no number's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Exponential(TLane x)
    {
        TLane shifted = TLane.MultiplyAdd(x, TLane.Of(InverseLn2), TLane.Of(Rounder));
        TLane n = shifted - TLane.Of(Rounder);
        TLane r = TLane.MultiplyAdd(n, TLane.Of(-Ln2High), x);
        r = TLane.MultiplyAdd(n, TLane.Of(-Ln2Low), r);
        TLane q = TLane.MultiplyAdd(r, TLane.Of(1.381457080e-03), TLane.Of(8.368756054e-03));
        q = TLane.MultiplyAdd(q, r, TLane.Of(4.166839081e-02));
        q = TLane.MultiplyAdd(q, r, TLane.Of(1.666652031e-01));
        q = TLane.MultiplyAdd(q, r, TLane.Of(4.999999343e-01));
        TLane p = TLane.MultiplyAdd(q, r * r, r) + TLane.Of(1);
        return TLane.AddBits(p, TLane.ShiftBitsLeft(shifted, 23));
    }

    /// <summary>
    /// The exponential of x where it is finite; NaN passes. ln of the largest float is 88.722839; what is not below the next number is infinity or NaN, and
    /// the sum says which.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Overflow(TLane x, TLane exponential) =>
        TLane.Select(TLane.Less(x, TLane.Of(88.72284698)), exponential, x + TLane.Of(double.PositiveInfinity));

    /// <summary>x = m·2ᵉ with m in [√½, √2), for a normal positive x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Split(TLane x, out TLane e)
    {
        TLane bits = TLane.AddBits(x, 0x3F800000 - SqrtHalfBits);
        e = TLane.AddBits(TLane.ShiftBitsRight(bits, 23), RounderBits - 127) - TLane.Of(Rounder);
        return TLane.AddBits(TLane.AndBits(bits, 0x007FFFFF), SqrtHalfBits);
    }

    /// <summary>
    /// e ln 2 + log(1 + f) + c. With s = f / (2 + f), log(1 + f) = f − h + s (h + r(s²)), h = f²/2 (the arrangement of FreeBSD's msun,
    /// which keeps f exact); r fits (log((1 + s)/(1 − s)) − 2s)/s with error 1.6·10⁻⁹.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane LogOfParts(TLane f, TLane e, TLane c)
    {
        TLane s = f / (TLane.Of(2) + f);
        TLane z = s * s;
        TLane r = TLane.MultiplyAdd(z, TLane.Of(2.987322828e-01), TLane.Of(3.997749025e-01));
        r = TLane.MultiplyAdd(r, z, TLane.Of(6.666677676e-01)) * z;
        TLane h = TLane.Of(0.5) * f * f;
        TLane low = TLane.MultiplyAdd(e, TLane.Of(Ln2Low), c);
        low = TLane.MultiplyAdd(s, h + r, low);
        return TLane.MultiplyAdd(e, TLane.Of(Ln2High), f - (h - low));
    }

    /// <summary>The logarithm's limits: −∞ at 0, ∞ at ∞, NaN below 0; NaN passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Limits(TLane result, TLane u, TLane x)
    {
        TLane infinity = TLane.Of(double.PositiveInfinity);
        result = TLane.Select(TLane.Less(u, infinity), result, x);
        result = TLane.Select(TLane.Equal(u, default), -infinity, result);
        return TLane.Select(TLane.Less(u, default), TLane.Of(double.NaN), result);
    }
}

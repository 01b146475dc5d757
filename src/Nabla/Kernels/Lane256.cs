using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>256 bits of float or double.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct Lane256<T>(Vector256<T> value) : IVectorLane<Lane256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector256<T> value = value;

    public static int Count => Vector256<T>.Count;

    public static int TileColumns => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Of(double value) => typeof(T) == typeof(float)
        ? new(Vector256.Create((float)value).As<float, T>())
        : new(Vector256.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Broadcast(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> LoadPartial(T* source, int count) => LoadPartial(source, count, FirstElements(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> LoadPartial(T* source, int count, Lane256<T> mask) => typeof(T) == typeof(float)
        ? new(Avx.MaskLoad((float*)source, mask.value.AsSingle()).As<float, T>())
        : new(Avx.MaskLoad((double*)source, mask.value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> FirstElements(int count) => typeof(T) == typeof(float)
        ? new(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).As<int, T>())
        : new(Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator +(Lane256<T> x, Lane256<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator -(Lane256<T> x, Lane256<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator *(Lane256<T> x, Lane256<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator /(Lane256<T> x, Lane256<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> operator -(Lane256<T> x) => new(-x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> MultiplyAdd(Lane256<T> x, Lane256<T> y, Lane256<T> z) => typeof(T) == typeof(float)
        ? new(Vector256.MultiplyAddEstimate(x.value.AsSingle(), y.value.AsSingle(), z.value.AsSingle()).As<float, T>())
        : new(Vector256.MultiplyAddEstimate(x.value.AsDouble(), y.value.AsDouble(), z.value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Max(Lane256<T> x, Lane256<T> y) => new(Vector256.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Min(Lane256<T> x, Lane256<T> y) => new(Vector256.Min(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Abs(Lane256<T> x) => new(Vector256.Abs(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Step(Lane256<T> x) => Select(Equal(x, x), Select(Less(default, x), Of(1), default), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Sqrt(Lane256<T> x) => new(Vector256.Sqrt(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Exp(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.Exp(x)
        : DoublePrecision<Lane256<T>, T>.Map<Exp>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Log(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.Log(x)
        : DoublePrecision<Lane256<T>, T>.Map<Log>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> LogOnePlus(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.LogOnePlus(x)
        : DoublePrecision<Lane256<T>, T>.Map<LogOnePlus>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Tanh(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.Tanh(x)
        : DoublePrecision<Lane256<T>, T>.Map<Tanh>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Sigmoid(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.Sigmoid(x)
        : DoublePrecision<Lane256<T>, T>.Map<Sigmoid>(x);

    /// <remarks>In double precision for floats as well: no network has needed it faster.</remarks>
    public static Lane256<T> Sin(Lane256<T> x) => DoublePrecision<Lane256<T>, T>.Map<Sin>(x);

    /// <inheritdoc cref="Sin"/>
    public static Lane256<T> Cos(Lane256<T> x) => DoublePrecision<Lane256<T>, T>.Map<Cos>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Erf(Lane256<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane256<T>, T>.Erf(x)
        : DoublePrecision<Lane256<T>, T>.Map<Erf>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Call<TFunction>(Lane256<T> x)
        where TFunction : struct, IElementwise => TFunction.Value(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Less(Lane256<T> x, Lane256<T> y) => new(Vector256.LessThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Equal(Lane256<T> x, Lane256<T> y) => new(Vector256.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(Lane256<T> mask) => mask.value.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> Select(Lane256<T> mask, Lane256<T> x, Lane256<T> y) =>
        new(Vector256.ConditionalSelect(mask.value, x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> CopySign(Lane256<T> magnitude, Lane256<T> sign) =>
        new(Vector256.CopySign(magnitude.value, sign.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Maximum(Lane256<T> x) =>
        Lane128<T, Six>.Maximum(new(Vector128.Max(x.value.GetLower(), x.value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Lane256<T> x) => typeof(T) == typeof(float)
        ? Vector256.Sum(Vector256.WidenLower(x.value.AsSingle()) + Vector256.WidenUpper(x.value.AsSingle()))
        : Vector256.Sum(x.value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> AddBits(Lane256<T> x, int value) => new((x.value.AsInt32() + Vector256.Create(value)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> AddBits(Lane256<T> x, Lane256<T> y) => new((x.value.AsInt32() + y.value.AsInt32()).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> AndBits(Lane256<T> x, int mask) => new((x.value.AsInt32() & Vector256.Create(mask)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> ShiftBitsLeft(Lane256<T> x, int places) => new((x.value.AsInt32() << places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256<T> ShiftBitsRight(Lane256<T> x, int places) => new((x.value.AsInt32() >> places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => value.Store(target);

    /// <remarks>In halves: a masked store of 256 bits is slow on AMD's processors.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count)
    {
        if (count >= Vector128<T>.Count)
        {
            value.GetLower().Store(target);
            PartialVector.Store(value.GetUpper(), target + Vector128<T>.Count, count - Vector128<T>.Count);
        }
        else
        {
            PartialVector.Store(value.GetLower(), target, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count, Lane256<T> mask) => StorePartial(target, count);
}

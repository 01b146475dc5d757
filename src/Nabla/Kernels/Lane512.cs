using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>512 bits of float or double.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct Lane512<T>(Vector512<T> value) : IVectorLane<Lane512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector512<T> value = value;

    public static int Count => Vector512<T>.Count;

    public static int TileColumns => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Of(double value) => typeof(T) == typeof(float)
        ? new(Vector512.Create((float)value).As<float, T>())
        : new(Vector512.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Broadcast(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Load(T* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> LoadPartial(T* source, int count) => LoadPartial(source, count, FirstElements(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> LoadPartial(T* source, int count, Lane512<T> mask) => typeof(T) == typeof(float)
        ? new(Avx512F.MaskLoad((float*)source, mask.value.AsSingle(), default).As<float, T>())
        : new(Avx512F.MaskLoad((double*)source, mask.value.AsDouble(), default).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> FirstElements(int count) => typeof(T) == typeof(float)
        ? new(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).As<int, T>())
        : new(Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator +(Lane512<T> x, Lane512<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator -(Lane512<T> x, Lane512<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator *(Lane512<T> x, Lane512<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator /(Lane512<T> x, Lane512<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> operator -(Lane512<T> x) => new(-x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> MultiplyAdd(Lane512<T> x, Lane512<T> y, Lane512<T> z) => typeof(T) == typeof(float)
        ? new(Vector512.MultiplyAddEstimate(x.value.AsSingle(), y.value.AsSingle(), z.value.AsSingle()).As<float, T>())
        : new(Vector512.MultiplyAddEstimate(x.value.AsDouble(), y.value.AsDouble(), z.value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Max(Lane512<T> x, Lane512<T> y) => new(Vector512.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Min(Lane512<T> x, Lane512<T> y) => new(Vector512.Min(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Abs(Lane512<T> x) => new(Vector512.Abs(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Step(Lane512<T> x) => Select(Equal(x, x), Select(Less(default, x), Of(1), default), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Sqrt(Lane512<T> x) => new(Vector512.Sqrt(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Exp(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.Exp(x)
        : DoublePrecision<Lane512<T>, T>.Map<Exp>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Log(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.Log(x)
        : DoublePrecision<Lane512<T>, T>.Map<Log>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> LogOnePlus(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.LogOnePlus(x)
        : DoublePrecision<Lane512<T>, T>.Map<LogOnePlus>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Tanh(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.Tanh(x)
        : DoublePrecision<Lane512<T>, T>.Map<Tanh>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Sigmoid(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.Sigmoid(x)
        : DoublePrecision<Lane512<T>, T>.Map<Sigmoid>(x);

    /// <remarks>In double precision for floats as well: no network has needed it faster.</remarks>
    public static Lane512<T> Sin(Lane512<T> x) => DoublePrecision<Lane512<T>, T>.Map<Sin>(x);

    /// <inheritdoc cref="Sin"/>
    public static Lane512<T> Cos(Lane512<T> x) => DoublePrecision<Lane512<T>, T>.Map<Cos>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Erf(Lane512<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane512<T>, T>.Erf(x)
        : DoublePrecision<Lane512<T>, T>.Map<Erf>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Call<TFunction>(Lane512<T> x)
        where TFunction : struct, IElementwise => TFunction.Value(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Less(Lane512<T> x, Lane512<T> y) => new(Vector512.LessThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Equal(Lane512<T> x, Lane512<T> y) => new(Vector512.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(Lane512<T> mask) => (uint)mask.value.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> Select(Lane512<T> mask, Lane512<T> x, Lane512<T> y) =>
        new(Vector512.ConditionalSelect(mask.value, x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> CopySign(Lane512<T> magnitude, Lane512<T> sign) =>
        new(Vector512.CopySign(magnitude.value, sign.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Maximum(Lane512<T> x) =>
        Lane256<T>.Maximum(new(Vector256.Max(x.value.GetLower(), x.value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Lane512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Sum(Vector512.WidenLower(x.value.AsSingle()) + Vector512.WidenUpper(x.value.AsSingle()))
        : Vector512.Sum(x.value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> AddBits(Lane512<T> x, int value) => new((x.value.AsInt32() + Vector512.Create(value)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> AddBits(Lane512<T> x, Lane512<T> y) => new((x.value.AsInt32() + y.value.AsInt32()).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> AndBits(Lane512<T> x, int mask) => new((x.value.AsInt32() & Vector512.Create(mask)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> ShiftBitsLeft(Lane512<T> x, int places) => new((x.value.AsInt32() << places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane512<T> ShiftBitsRight(Lane512<T> x, int places) => new((x.value.AsInt32() >> places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count) => StorePartial(target, count, FirstElements(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count, Lane512<T> mask)
    {
        if (typeof(T) == typeof(float))
        {
            Avx512F.MaskStore((float*)target, mask.value.AsSingle(), value.AsSingle());
        }
        else
        {
            Avx512F.MaskStore((double*)target, mask.value.AsDouble(), value.AsDouble());
        }
    }
}

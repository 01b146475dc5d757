using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>128 bits of float or double.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct Lane128<T>(Vector128<T> value) : IVectorLane<Lane128<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector128<T> value = value;

    public static int Count => Vector128<T>.Count;

    public static int TileColumns => AdvSimd.Arm64.IsSupported ? 12 : 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Of(double value) => typeof(T) == typeof(float)
        ? new(Vector128.Create((float)value).As<float, T>())
        : new(Vector128.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> LoadPartial(T* source, int count) => new(PartialVector.Load(source, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> LoadPartial(T* source, int count, Lane128<T> mask) => LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> FirstElements(int count) => typeof(T) == typeof(float)
        ? new(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).As<int, T>())
        : new(Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator +(Lane128<T> x, Lane128<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator -(Lane128<T> x, Lane128<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator *(Lane128<T> x, Lane128<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator /(Lane128<T> x, Lane128<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> operator -(Lane128<T> x) => new(-x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> MultiplyAdd(Lane128<T> x, Lane128<T> y, Lane128<T> z) => typeof(T) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(x.value.AsSingle(), y.value.AsSingle(), z.value.AsSingle()).As<float, T>())
        : new(Vector128.MultiplyAddEstimate(x.value.AsDouble(), y.value.AsDouble(), z.value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Max(Lane128<T> x, Lane128<T> y) => new(Vector128.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Min(Lane128<T> x, Lane128<T> y) => new(Vector128.Min(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Abs(Lane128<T> x) => new(Vector128.Abs(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Step(Lane128<T> x) => Select(Equal(x, x), Select(Less(default, x), Of(1), default), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Sqrt(Lane128<T> x) => new(Vector128.Sqrt(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Exp(Lane128<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T>, T>.Exp(x)
        : DoublePrecision<Lane128<T>, T>.Map<Exp>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Log(Lane128<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T>, T>.Log(x)
        : DoublePrecision<Lane128<T>, T>.Map<Log>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> LogOnePlus(Lane128<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T>, T>.LogOnePlus(x)
        : DoublePrecision<Lane128<T>, T>.Map<LogOnePlus>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Tanh(Lane128<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T>, T>.Tanh(x)
        : DoublePrecision<Lane128<T>, T>.Map<Tanh>(x);

    /// <remarks>In double precision for floats as well: no network has needed it faster.</remarks>
    public static Lane128<T> Sin(Lane128<T> x) => DoublePrecision<Lane128<T>, T>.Map<Sin>(x);

    /// <inheritdoc cref="Sin"/>
    public static Lane128<T> Cos(Lane128<T> x) => DoublePrecision<Lane128<T>, T>.Map<Cos>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Erf(Lane128<T> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T>, T>.Erf(x)
        : DoublePrecision<Lane128<T>, T>.Map<Erf>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Call<TFunction>(Lane128<T> x)
        where TFunction : struct, IElementwise => TFunction.Value(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Less(Lane128<T> x, Lane128<T> y) => new(Vector128.LessThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Equal(Lane128<T> x, Lane128<T> y) => new(Vector128.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> Select(Lane128<T> mask, Lane128<T> x, Lane128<T> y) =>
        new(Vector128.ConditionalSelect(mask.value, x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> CopySign(Lane128<T> magnitude, Lane128<T> sign) =>
        new(Vector128.CopySign(magnitude.value, sign.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Maximum(Lane128<T> x)
    {
        Vector128<T> y = x.value;
        y = Vector128.Max(y, Vector128.Shuffle(y.AsInt64(), Vector128.Create(1L, 0L)).As<long, T>());
        return typeof(T) == typeof(double)
            ? y.ToScalar()
            : Vector128.Max(y, Vector128.Shuffle(y.AsInt32(), Vector128.Create(1, 0, 3, 2)).As<int, T>()).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Lane128<T> x) => typeof(T) == typeof(float)
        ? Vector128.Sum(Vector128.WidenLower(x.value.AsSingle()) + Vector128.WidenUpper(x.value.AsSingle()))
        : Vector128.Sum(x.value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> AddBits(Lane128<T> x, int value) => new((x.value.AsInt32() + Vector128.Create(value)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> AddBits(Lane128<T> x, Lane128<T> y) => new((x.value.AsInt32() + y.value.AsInt32()).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> AndBits(Lane128<T> x, int mask) => new((x.value.AsInt32() & Vector128.Create(mask)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> ShiftBitsLeft(Lane128<T> x, int places) => new((x.value.AsInt32() << places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T> ShiftBitsRight(Lane128<T> x, int places) => new((x.value.AsInt32() >> places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count) => PartialVector.Store(value, target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count, Lane128<T> mask) => StorePartial(target, count);
}

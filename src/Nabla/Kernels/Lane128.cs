using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>128 bits of float or double, as every processor of .NET has them; multiply-adds are fused where it can.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="TTileColumns">6 where nothing is known about the processor: 16 registers are enough; 12 where it has 32.</typeparam>
internal readonly unsafe struct Lane128<T, TTileColumns>(Vector128<T> value) : IVectorLane<Lane128<T, TTileColumns>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTileColumns : struct, IConstant
{
    private readonly Vector128<T> value = value;

    public static int Count => Vector128<T>.Count;

    public static int TileColumns => TTileColumns.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Of(double value) => typeof(T) == typeof(float)
        ? new(Vector128.Create((float)value).As<float, T>())
        : new(Vector128.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> LoadPartial(T* source, int count) => new(PartialVector.Load(source, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> LoadPartial(T* source, int count, Lane128<T, TTileColumns> mask) => LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> FirstElements(int count) => typeof(T) == typeof(float)
        ? new(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).As<int, T>())
        : new(Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> operator +(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> operator -(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> operator *(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> operator /(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> operator -(Lane128<T, TTileColumns> x) => new(-x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> MultiplyAdd(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y, Lane128<T, TTileColumns> z) => typeof(T) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(x.value.AsSingle(), y.value.AsSingle(), z.value.AsSingle()).As<float, T>())
        : new(Vector128.MultiplyAddEstimate(x.value.AsDouble(), y.value.AsDouble(), z.value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Max(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(Vector128.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Min(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(Vector128.Min(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Abs(Lane128<T, TTileColumns> x) => new(Vector128.Abs(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Step(Lane128<T, TTileColumns> x) => Select(Equal(x, x), Select(Less(default, x), Of(1), default), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Sqrt(Lane128<T, TTileColumns> x) => new(Vector128.Sqrt(x.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Exp(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.Exp(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Exp>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Log(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.Log(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Log>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> LogOnePlus(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.LogOnePlus(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<LogOnePlus>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Tanh(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.Tanh(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Tanh>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Sigmoid(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.Sigmoid(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Sigmoid>(x);

    /// <remarks>In double precision for floats as well: no network has needed it faster.</remarks>
    public static Lane128<T, TTileColumns> Sin(Lane128<T, TTileColumns> x) => DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Sin>(x);

    /// <inheritdoc cref="Sin"/>
    public static Lane128<T, TTileColumns> Cos(Lane128<T, TTileColumns> x) => DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Cos>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Erf(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? SinglePrecision<Lane128<T, TTileColumns>, T>.Erf(x)
        : DoublePrecision<Lane128<T, TTileColumns>, T>.Map<Erf>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Call<TFunction>(Lane128<T, TTileColumns> x)
        where TFunction : struct, IElementwise => TFunction.Value(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Less(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(Vector128.LessThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Equal(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new(Vector128.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(Lane128<T, TTileColumns> mask) => mask.value.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> Select(Lane128<T, TTileColumns> mask, Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) =>
        new(Vector128.ConditionalSelect(mask.value, x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> CopySign(Lane128<T, TTileColumns> magnitude, Lane128<T, TTileColumns> sign) =>
        new(Vector128.CopySign(magnitude.value, sign.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Maximum(Lane128<T, TTileColumns> x)
    {
        Vector128<T> y = x.value;
        y = Vector128.Max(y, Vector128.Shuffle(y.AsInt64(), Vector128.Create(1L, 0L)).As<long, T>());
        return typeof(T) == typeof(double)
            ? y.ToScalar()
            : Vector128.Max(y, Vector128.Shuffle(y.AsInt32(), Vector128.Create(1, 0, 3, 2)).As<int, T>()).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Lane128<T, TTileColumns> x) => typeof(T) == typeof(float)
        ? Vector128.Sum(Vector128.WidenLower(x.value.AsSingle()) + Vector128.WidenUpper(x.value.AsSingle()))
        : Vector128.Sum(x.value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> AddBits(Lane128<T, TTileColumns> x, int value) => new((x.value.AsInt32() + Vector128.Create(value)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> AddBits(Lane128<T, TTileColumns> x, Lane128<T, TTileColumns> y) => new((x.value.AsInt32() + y.value.AsInt32()).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> AndBits(Lane128<T, TTileColumns> x, int mask) => new((x.value.AsInt32() & Vector128.Create(mask)).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> ShiftBitsLeft(Lane128<T, TTileColumns> x, int places) => new((x.value.AsInt32() << places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128<T, TTileColumns> ShiftBitsRight(Lane128<T, TTileColumns> x, int places) => new((x.value.AsInt32() >> places).As<int, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count) => PartialVector.Store(value, target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* target, int count, Lane128<T, TTileColumns> mask) => StorePartial(target, count);
}

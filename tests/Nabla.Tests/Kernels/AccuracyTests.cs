using Nabla.Calculus.Expressions.Functions;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>The elementary functions in single precision, in units of the last place, on samples of all floats in an interval.</summary>
public sealed unsafe class AccuracyTests
{
    private const int Stride = 2503;

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Exp_is_within_a_unit_and_a_quarter_of_the_last_place(KernelPath path)
    {
        AssertWithin(1.25, path, Function.Exp, -104.5f, 88.722839f);
    }

    /// <summary>Down to the smallest subnormal number.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Sigmoid_is_within_two_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(2, path, Function.Sigmoid, -104.5f, 1e30f);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_is_within_two_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(2, path, Function.Log, float.Epsilon, float.MaxValue);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log1p_is_within_two_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(2, path, Function.LogOnePlus, -0.99999994f, float.MaxValue);
    }

    /// <summary>On both sides, down to where exp(−|x|) is the smallest normal number: nothing cancels.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Softplus_is_within_three_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(3, path, Function.Softplus, -87.336f, 1e30f);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Tanh_is_within_two_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(2, path, Function.Tanh, float.MinValue, float.MaxValue);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Erf_is_within_two_units_of_the_last_place(KernelPath path)
    {
        AssertWithin(2, path, Function.Erf, -6, 6);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Limits_are_exact(KernelPath path)
    {
        const float Infinity = float.PositiveInfinity;
        AssertValues(path, Function.Exp, (0, 1), (-0f, 1), (Infinity, Infinity), (-Infinity, 0), (88.73f, Infinity), (-104, 0), (1e30f, Infinity));
        AssertValues(path, Function.Exp, (float.NaN, float.NaN), (-103.28f, float.Epsilon), (float.MinValue, 0), (float.MaxValue, Infinity));
        AssertValues(path, Function.Sigmoid, (0, 0.5f), (-0f, 0.5f), (Infinity, 1), (-Infinity, 0), (30, 1), (float.NaN, float.NaN));
        AssertValues(path, Function.Sigmoid, (-103.28f, float.Epsilon), (-104, 0), (float.MinValue, 0), (float.MaxValue, 1));
        AssertValues(path, Function.Log, (0, -Infinity), (1, 0), (Infinity, Infinity), (-1, float.NaN), (float.NaN, float.NaN));
        AssertValues(path, Function.Log, (-Infinity, float.NaN), (-float.Epsilon, float.NaN));
        AssertValues(path, Function.LogOnePlus, (-1, -Infinity), (0, 0), (Infinity, Infinity), (-2, float.NaN), (float.NaN, float.NaN));
        AssertValues(path, Function.LogOnePlus, (float.Epsilon, float.Epsilon), (-Infinity, float.NaN));
        AssertValues(path, Function.Tanh, (0, 0), (20, 1), (-20, -1), (Infinity, 1), (-Infinity, -1), (float.NaN, float.NaN));
        AssertValues(path, Function.Erf, (0, 0), (6, 1), (-6, -1), (Infinity, 1), (-Infinity, -1), (float.NaN, float.NaN));
        AssertValues(path, Function.Tanh, (float.Epsilon, float.Epsilon));
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Tanh_and_erf_are_odd_to_the_last_bit(KernelPath path)
    {
        float* pair = stackalloc float[2];
        foreach (Function function in new[] { Function.Tanh, Function.Erf })
        {
            UnaryKernel<float> kernel = KernelSets.Float(path).Unary(function);
            for (float x = 0; x < 7; x += 0.0013f)
            {
                (pair[0], pair[1]) = (x, -x);
                kernel.Run(pair, pair, 2);
                Assert.Equal(pair[0], -pair[1]);
            }
        }
    }

    /// <summary>
    /// Over runs of neighbouring floats all over the range, and where the argument's reduction changes from one power of two to the next.
    /// </summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Exp_sigmoid_and_tanh_never_decrease(KernelPath path)
    {
        const int Count = 4096;
        float* x = stackalloc float[Count];
        float* y = stackalloc float[Count];
        foreach (Function function in new[] { Function.Exp, Function.Sigmoid, Function.Tanh })
        {
            UnaryKernel<float> kernel = KernelSets.Float(path).Unary(function);
            List<long> starts = [.. Enumerable.Range(0, 1000).Select(i => Order(-105) + (Order(105) - Order(-105)) / 1000 * i)];
            double step = function == Function.Tanh ? Math.Log(2) / 2 : Math.Log(2);
            for (double edge = -150.5 * step; edge < 130 * step; edge += step)
            {
                starts.Add(Order((float)edge) - Count / 2);
            }

            foreach (double edge in new[] { -104, -87.33654022, -20, -0.625, 0.625, 0 })
            {
                starts.Add(Order((float)edge) - Count / 2);
            }

            foreach (long start in starts)
            {
                for (int i = 0; i < Count; i++)
                {
                    x[i] = FromOrder(start + i);
                }

                kernel.Run(x, y, Count);
                for (int i = 1; i < Count; i++)
                {
                    if (!(y[i] >= y[i - 1]))
                    {
                        Assert.Fail($"{function}({x[i]:R}) = {y[i]:R} < {function}({x[i - 1]:R}) = {y[i - 1]:R}");
                    }
                }
            }
        }
    }

    private static void AssertValues(KernelPath path, Function function, params ReadOnlySpan<(float X, float Y)> values)
    {
        UnaryKernel<float> kernel = KernelSets.Float(path).Unary(function);
        foreach ((float x, float expected) in values)
        {
            float actual = x;
            kernel.Run(&actual, &actual, 1);
            Assert.True(actual.Equals(expected), $"{function}({x}) = {actual}, not {expected}");
        }
    }

    private static void AssertWithin(double limit, KernelPath path, Function function, float low, float high)
    {
        const int Count = 4096;
        UnaryKernel<float> kernel = KernelSets.Float(path).Unary(function);
        float* x = stackalloc float[Count];
        float* y = stackalloc float[Count];
        double worst = 0;
        float where = 0;
        long last = Order(high);
        for (long next = Order(low); next <= last;)
        {
            int n = 0;
            for (; n < Count && next <= last; n++, next += Stride)
            {
                x[n] = FromOrder(next);
            }

            kernel.Run(x, y, n);
            for (int i = 0; i < n; i++)
            {
                double error = Error(y[i], function.Evaluate(x[i]));
                if (!(error <= worst))
                {
                    worst = error;
                    where = x[i];
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{function} on {path}: {worst:F3} units of the last place at {where:R}");
        Assert.True(worst <= limit, $"{function}({where:R}) is wrong by {worst:F3} units of the last place");
    }

    /// <summary>The distance to the exact value in floats of the exact value's magnitude.</summary>
    private static double Error(float actual, double exact)
    {
        float nearest = MathF.Abs((float)exact);
        double unit = Math.Max(MathF.BitIncrement(nearest) - (double)nearest, float.Epsilon);
        return Math.Abs(actual - exact) / unit;
    }

    /// <summary>The place of a float among all floats.</summary>
    private static long Order(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }

    private static float FromOrder(long order) =>
        BitConverter.Int32BitsToSingle(order < 0 ? (int)-order | int.MinValue : (int)order);
}

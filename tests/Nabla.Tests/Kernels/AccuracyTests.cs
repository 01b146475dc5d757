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
        AssertWithin(1.25, path, Function.Exp, -87.336536f, 88.722839f);
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
        AssertWithin(2, path, Function.Tanh, -20, 20);
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
        AssertValues(path, Function.Exp, (float.NaN, float.NaN), (-87.4f, 0), (float.MinValue, 0), (float.MaxValue, Infinity));
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

using System.Numerics;
using System.Reflection;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class ElementwiseTests
{
    private const int Longest = 256;
    private const double Number = -1.75;

    private delegate void Kernel<T>(T* x, T* y, T* z, nint n)
        where T : unmanaged;

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Every_function_and_derivative_equals_the_reference_at_every_length(KernelPath path)
    {
        foreach (Function function in Function.All.Concat(Function.All.Select(f => f.Prime)))
        {
            UnaryKernel<float> single = KernelSets.Float(path).Unary(function);
            CheckEveryLength<float>((x, _, z, n) => single.Run(x, z, n), (x, _, _) => function.Evaluate(x), 1e-6, function.Name);
            UnaryKernel<double> dual = KernelSets.Double(path).Unary(function);
            CheckEveryLength<double>((x, _, z, n) => dual.Run(x, z, n), (x, _, _) => function.Evaluate(x), 1e-15, function.Name);
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Every_operation_of_two_arguments_equals_the_reference_at_every_length(KernelPath path)
    {
        Check(KernelSets.Float(path), 1e-7);
        Check(KernelSets.Double(path), 1e-15);

        static void Check<T>(KernelSet<T> kernels, double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (BinaryOperation operation in Enum.GetValues<BinaryOperation>())
            {
                CheckEveryLength<T>(
                    (x, y, z, n) => OneStep.Combine(kernels, operation, OneStep.Matrix(x, n), OneStep.Matrix(y, n), z, n),
                    (x, y, _) => Reference(operation, x, y),
                    tolerance,
                    operation.ToString());
                CheckEveryLength<T>(
                    (x, _, z, n) => WithNumber<T>(number => OneStep.Combine(kernels, operation, OneStep.Matrix(x, n), OneStep.Of(Access.Scalar, (T*)number), z, n)),
                    (x, _, _) => Reference(operation, x, Number),
                    tolerance,
                    $"{operation} with a number");
                CheckEveryLength<T>(
                    (x, _, z, n) => WithNumber<T>(number => OneStep.Combine(kernels, operation, OneStep.Of(Access.Scalar, (T*)number), OneStep.Matrix(x, n), z, n)),
                    (x, _, _) => Reference(operation, Number, x),
                    tolerance,
                    $"a number and {operation}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Scaling_with_a_sum_and_copying_equal_the_reference_at_every_length(KernelPath path)
    {
        Check(KernelSets.Float(path), 2e-7);
        Check(KernelSets.Double(path), 1e-15);

        static void Check<T>(KernelSet<T> kernels, double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            CheckEveryLength<T>(
                (x, y, z, n) => WithNumber<T>(number => OneStep.Run(
                    kernels,
                    new() { Code = ChainCode.ScaleAndAdd, X = OneStep.Matrix(x, n), Y = OneStep.Of(Access.Scalar, (T*)number), W = OneStep.Matrix(y, n), Target = OneStep.Matrix(z, n) },
                    (int)n, 1, n)),
                (x, y, _) => Number * x + y,
                8 * tolerance,
                "scale and add");
            CheckEveryLength<T>(
                (_, _, z, n) => WithNumber<T>(number => OneStep.Run(
                    kernels, new() { Code = ChainCode.Copy, X = OneStep.Of(Access.Scalar, (T*)number), Target = OneStep.Matrix(z, n) }, (int)n, 1, n)),
                (_, _, _) => Number,
                0,
                "fill");
            CheckEveryLength<T>(
                (x, _, z, n) => OneStep.Run(kernels, new() { Code = ChainCode.Copy, X = OneStep.Matrix(x, n), Target = OneStep.Matrix(z, n) }, (int)n, 1, n),
                (x, _, _) => x,
                0,
                "copy");
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Not_a_number_passes_through_every_function_that_depends_on_its_argument(KernelPath path)
    {
        float* x = stackalloc float[1];
        foreach (Function function in Function.All.Where(f => double.IsNaN(f.Evaluate(double.NaN))))
        {
            *x = float.NaN;
            KernelSets.Float(path).Unary(function).Run(x, x, 1);
            Assert.True(float.IsNaN(*x), function.Name);
        }
    }

    [Fact]
    public void Every_function_is_marked_to_be_inlined_into_the_loops()
    {
        foreach (Type type in typeof(IElementwise).Assembly.GetTypes().Where(t => t.IsValueType && typeof(IElementwise).IsAssignableFrom(t)))
        {
            // The derivative of a derivative only throws.
            string[] methods = type.IsGenericType ? ["Value"] : ["Value", "Derivative"];
            foreach (string method in methods)
            {
                MethodImplAttributes flags = type.GetMethod(method)!.MethodImplementationFlags;
                Assert.True(flags.HasFlag(MethodImplAttributes.AggressiveInlining), $"{type.Name}.{method} lacks AggressiveInlining");
            }
        }
    }

    [Fact]
    public void A_path_that_the_machine_lacks_is_refused_with_a_sentence()
    {
        foreach (KernelPath path in Enum.GetValues<KernelPath>().Except(KernelSets.Supported))
        {
            var e = Assert.Throws<PlatformNotSupportedException>(() => KernelSets.Float(path));
            Assert.Contains(path.ToString(), e.Message, StringComparison.Ordinal);
        }

        Assert.Contains(KernelSets.Float().Path, KernelSets.Supported);
    }

    /// <summary>Gives an action the address of the number.</summary>
    private static void WithNumber<T>(Action<nint> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T number = T.CreateChecked(Number);
        action((nint)(&number));
    }

    private static double Reference(BinaryOperation operation, double x, double y) => operation switch
    {
        BinaryOperation.Add => x + y,
        BinaryOperation.Subtract => x - y,
        BinaryOperation.Multiply => x * y,
        BinaryOperation.Divide => x / y,
        BinaryOperation.Maximum => Math.Max(x, y),
        BinaryOperation.Minimum => Math.Min(x, y),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    /// <summary>
    /// The longest run is compared with the reference, every shorter one bit by bit with the longest, next to forbidden pages, and
    /// where it may with the result in place of the argument.
    /// </summary>
    private static void CheckEveryLength<T>(
        Kernel<T> kernel, Func<double, double, double, double> reference, double tolerance, string what, bool inPlace = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] xs = [.. Enumerable.Range(0, Longest).Select(i => T.CreateChecked((i * 37 % Longest - 128) / 16.0))];
        T[] ys = [.. Enumerable.Range(0, Longest).Select(i => T.CreateChecked((i * 91 % Longest - 100) / 32.0))];
        T[] zs = [.. Enumerable.Range(0, Longest).Select(i => T.CreateChecked(i / 8.0))];
        using GuardedBuffer<T> x = new(Longest), y = new(Longest), z = new(Longest);
        T[] longest = Run(Longest, true, false);
        for (int i = 0; i < Longest; i++)
        {
            double expected = reference(double.CreateChecked(xs[i]), double.CreateChecked(ys[i]), double.CreateChecked(zs[i]));
            double actual = double.CreateChecked(longest[i]);
            bool near = actual.Equals(expected) || Math.Abs(actual - expected) <= tolerance * (1 + Math.Abs(expected));
            Assert.True(near, $"{what}<{typeof(T).Name}>({xs[i]}) = {actual}, not {expected}");
        }

        for (int n = 0; n <= Longest; n++)
        {
            Assert.Equal(longest[..n], Run(n, true, false));
            Assert.Equal(longest[..n], Run(n, false, false));
            if (inPlace)
            {
                Assert.Equal(longest[..n], Run(n, true, true));
            }
        }

        T[] Run(int n, bool atEnd, bool overwrite)
        {
            T* px = x.Take(n, atEnd);
            T* py = y.Take(n, atEnd);
            T* pz = z.Take(n, atEnd);
            xs.AsSpan(0, n).CopyTo(new(px, n));
            ys.AsSpan(0, n).CopyTo(new(py, n));
            zs.AsSpan(0, n).CopyTo(new(pz, n));
            kernel(px, py, overwrite ? px : pz, n);
            x.CheckNeighbours();
            y.CheckNeighbours();
            z.CheckNeighbours();
            return new Span<T>(overwrite ? px : pz, n).ToArray();
        }
    }
}

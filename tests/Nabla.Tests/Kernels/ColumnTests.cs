using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Kernels over the columns of a matrix: at every number of rows from 1 to 80 and some larger ones, tightly packed and padded.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract unsafe class ColumnTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Columns = 5;

    private static readonly int[] Rows = [.. Enumerable.Range(1, 80), 127, 128, 129, 255, 256, 1023, 5000];

    private protected delegate void Kernel(KernelSet<T> kernels, T* x, T* b, T* y, int rows, nint ld);

    private protected delegate double Expected(double[,] x, double[] b, int i, int j);

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_column_is_added_to_every_column(KernelPath path)
    {
        CheckMatrix(path, (s, x, b, y, rows, ld) => OneStep.Run(
            s, new() { Code = ChainCode.Combine, Operation = BinaryOperation.Add, X = OneStep.Matrix(x, ld), Y = OneStep.Of(Access.Column, b), Target = OneStep.Matrix(y, ld) }, rows, Columns, ld), (x, b, i, j) => x[i, j] + b[i], 1e-7);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Columns_are_scaled_by_a_row(KernelPath path)
    {
        CheckMatrix(path, (s, x, b, y, rows, ld) => OneStep.Run(
            s, new() { Code = ChainCode.Combine, Operation = BinaryOperation.Multiply, X = OneStep.Matrix(x, ld), Y = OneStep.Of(Access.Row, b, 2), Target = OneStep.Matrix(y, ld) }, rows, Columns, ld), (x, b, i, j) => x[i, j] * b[2 * j], 2e-7);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Softmax_equals_the_reference(KernelPath path)
    {
        CheckMatrix(path, (s, x, _, y, rows, ld) => s.Softmax(x, y, rows, Columns, ld, ld), (x, _, i, j) => Math.Exp(x[i, j] - LogSumExp(x, j)), 3e-7);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_softmax_equals_the_reference(KernelPath path)
    {
        CheckMatrix(path, (s, x, _, y, rows, ld) => s.LogSoftmax(x, y, rows, Columns, ld, ld), (x, _, i, j) => x[i, j] - LogSumExp(x, j), 3e-7);
    }

    /// <summary>log(1 + 18e⁻³⁰) has no digit left where the sum is made first; wherever the largest element stands.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_softmax_and_log_sum_exp_of_one_element_far_above_the_others_keep_their_digits(KernelPath path)
    {
        T* x = stackalloc T[19];
        T* y = stackalloc T[19];
        for (int at = 0; at < 19; at++)
        {
            new Span<T>(x, 19).Fill(T.CreateChecked(-30));
            x[at] = T.Zero;
            Kernels(path).LogSoftmax(x, y, 19, 1, 19, 19);
            Assert.Equal(-1.68437213438981e-12, double.CreateChecked(y[at]), 1e-18);
            Assert.Equal(-30, double.CreateChecked(y[(at + 1) % 19]), 1e-5);
            Kernels(path).LogSumExp(x, y, 19, 1, 19, 1);
            Assert.Equal(1.68437213438981e-12, double.CreateChecked(y[0]), 1e-18);
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_softmax_of_what_is_not_finite_is_not_a_number(KernelPath path)
    {
        T* x = stackalloc T[3];
        foreach (T value in new[] { T.NaN, T.PositiveInfinity, T.NegativeInfinity })
        {
            new Span<T>(x, 3).Fill(value);
            Kernels(path).LogSoftmax(x, x, 3, 1, 3, 3);
            Assert.All(new[] { x[0], x[1], x[2] }, element => Assert.Equal(T.NaN, element));
        }
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Log_sum_exp_equals_the_reference(KernelPath path)
    {
        CheckRow(path, (s, x, _, y, rows, ld) => s.LogSumExp(x, y, rows, Columns, ld, 3), (x, _, _, j) => LogSumExp(x, j), 2e-7);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Column_sums_equal_the_reference(KernelPath path)
    {
        CheckRow(
            path, (s, x, _, y, rows, ld) => s.ColumnSums(-T.One, x, y, rows, Columns, ld, 3), (x, _, _, j) => -Column(x, j).Sum(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Sums_over_the_whole_matrix_equal_the_reference(KernelPath path)
    {
        CheckRow(path, (s, x, _, y, rows, ld) => y[0] = s.Sum(x, rows, Columns, ld), (x, _, _, _) => All(x).Sum(), 1e-6, 1);
        CheckRow(path, (s, x, _, y, rows, ld) => y[0] = s.SumOfSquares(x, rows, Columns, ld), (x, _, _, _) => All(x).Sum(v => v * v), 1e-6, 1);
        CheckRow(path, (s, x, _, y, rows, ld) => y[0] = s.Dot(x, x, rows, Columns, ld, ld), (x, _, _, _) => All(x).Sum(v => v * v), 1e-6, 1);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Row_sums_equal_the_reference(KernelPath path)
    {
        // One column of results: the sums stand in the first column of Y.
        CheckMatrix(
            path,
            (s, x, _, y, rows, ld) => s.RowSums(T.One + T.One, x, y, rows, Columns, ld),
            (x, _, i, _) => 2 * Enumerable.Range(0, Columns).Sum(j => x[i, j]),
            1e-6,
            1,
            false);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Softmax_of_large_numbers_does_not_overflow(KernelPath path)
    {
        KernelSet<T> kernels = Kernels(path);
        T* x = stackalloc T[] { T.CreateChecked(1000), T.CreateChecked(1000), T.CreateChecked(-1000) };
        kernels.LogSumExp(x, x + 2, 2, 1, 2, 1);
        Assert.Equal(1000 + Math.Log(2), double.CreateChecked(x[2]), 1e-4);
        kernels.Softmax(x, x, 3, 1, 3, 3);
        Assert.Equal([0.25, 0.25, 0.5], new[] { x[0], x[1], x[2] }.Select(v => double.CreateChecked(v)), (a, b) => Math.Abs(a - b) < 1e-3);
        new Span<T>(x, 3).Fill(T.NegativeInfinity);
        kernels.LogSumExp(x, x, 3, 1, 3, 1);
        Assert.Equal(T.NegativeInfinity, x[0]);
    }

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void A_transpose_has_every_element_in_its_place(KernelPath path)
    {
        KernelSet<T> kernels = Kernels(path);
        using GuardedBuffer<T> x = new(20 * 22), y = new(20 * 23);
        for (int rows = 1; rows <= 19; rows++)
        {
            for (int columns = 1; columns <= 19; columns++)
            {
                int ldx = rows + 3;
                int ldy = columns + 2;
                T* source = x.Take(ldx * (columns - 1) + rows, true);
                T* target = y.Take(ldy * (rows - 1) + columns, true);
                for (int i = 0; i < rows * columns; i++)
                {
                    source[i % rows + i / rows * ldx] = T.CreateChecked(i);
                }

                kernels.Transpose(source, target, rows, columns, ldx, ldy);
                for (int i = 0; i < rows * columns; i++)
                {
                    Assert.Equal(T.CreateChecked(i), target[i / rows + i % rows * ldy]);
                }

                Assert.True(rows == 1 || T.IsNaN(target[columns]));
                y.CheckNeighbours();
            }
        }
    }

    private protected abstract KernelSet<T> Kernels(KernelPath path);

    private static IEnumerable<double> Column(double[,] x, int j) => Enumerable.Range(0, x.GetLength(0)).Select(i => x[i, j]);

    private static IEnumerable<double> All(double[,] x) => x.Cast<double>();

    private static double LogSumExp(double[,] x, int j)
    {
        double largest = Column(x, j).Max();
        return largest + Math.Log(Column(x, j).Sum(v => Math.Exp(v - largest)));
    }

    /// <summary>Y is rows × columns.</summary>
    private void CheckMatrix(KernelPath path, Kernel kernel, Expected expected, double tolerance, int columns = Columns, bool inPlace = true)
    {
        foreach (int rows in Rows.Where(rows => rows < 1000))
        {
            int ld = rows % 2 == 0 ? rows : rows + 3;
            Problem problem = new(rows, ld, columns);
            for (int place = 0; place < (inPlace ? 2 : 1); place++)
            {
                double[,] y = problem.Run(Kernels(path), kernel, ld, place == 1);
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        AssertNear(expected(problem.X, problem.B, i, j), y[i, j], tolerance, 0, $"Y[{i},{j}] of {rows} rows");
                    }
                }
            }
        }
    }

    /// <summary>Y is a row with leading dimension 3.</summary>
    private void CheckRow(KernelPath path, Kernel kernel, Expected expected, double tolerance, int columns = Columns)
    {
        foreach (int rows in Rows)
        {
            Problem problem = new(rows, rows % 2 == 0 ? rows : rows + 3, columns, 1);
            double[,] y = problem.Run(Kernels(path), kernel, 3, false);
            for (int j = 0; j < columns; j++)
            {
                AssertNear(expected(problem.X, problem.B, 0, j), y[0, j], tolerance, rows, $"Y[0,{j}] of {rows} rows");
            }
        }
    }

    /// <summary>A sum's error is relative to the sum of the absolute values, which grows with the number of terms.</summary>
    private static void AssertNear(double expected, double actual, double tolerance, int terms, string what)
    {
        double unit = typeof(T) == typeof(float) ? 1 : 1e-7;
        double limit = unit * (tolerance * (1 + Math.Abs(expected)) + 2e-8 * terms);
        Assert.True(Math.Abs(actual - expected) <= limit, $"{what} is {actual}, not {expected}");
    }

    /// <summary>X, b and room for Y between forbidden pages, with NaN wherever no kernel may read.</summary>
    private sealed class Problem(int rows, int ld, int resultColumns, int? resultRows = null)
    {
        public double[,] X { get; } = Random(rows, Columns);

        public double[] B { get; } = [.. Random(Math.Max(rows, 2 * Columns), 1).Cast<double>()];

        public double[,] Run(KernelSet<T> kernels, Kernel kernel, nint ldy, bool inPlace)
        {
            int height = resultRows ?? rows;
            nint size = ldy * (resultColumns - 1) + height;
            using GuardedBuffer<T> bufferX = new(ld * Columns), bufferB = new(B.Length), bufferY = new(size);
            T* x = bufferX.Take(ld * (Columns - 1) + rows, true);
            T* b = bufferB.Take(B.Length, true);
            T* y = bufferY.Take(size, true);
            for (int i = 0; i < B.Length; i++)
            {
                b[i] = T.CreateChecked(B[i]);
            }

            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < Columns; j++)
                {
                    x[i + j * ld] = T.CreateChecked(X[i, j]);
                }
            }

            T* result = inPlace ? x : y;
            kernel(kernels, x, b, result, rows, ld);
            bufferX.CheckNeighbours();
            bufferY.CheckNeighbours();
            double[,] values = new double[height, resultColumns];
            for (int j = 0; j < resultColumns; j++)
            {
                for (int i = 0; i < ldy && i + j * ldy < size; i++)
                {
                    if (i < height)
                    {
                        values[i, j] = double.CreateChecked(result[i + j * ldy]);
                    }
                    else
                    {
                        Assert.True(T.IsNaN(result[i + j * ldy]), "an element between the rows and the leading dimension was written");
                    }
                }
            }

            return values;
        }

        private static double[,] Random(int rows, int columns)
        {
            SeededRandom random = new((ulong)rows);
            double[,] values = new double[rows, columns];
            for (int i = 0; i < values.Length; i++)
            {
                values[i / columns, i % columns] = (float)(4 * random.NextDouble() - 2);
            }

            return values;
        }
    }
}

/// <summary>In single precision.</summary>
public sealed class SinglePrecisionColumnTests : ColumnTests<float>
{
    private protected override KernelSet<float> Kernels(KernelPath path) => KernelSets.Float(path);
}

/// <summary>In double precision.</summary>
public sealed class DoublePrecisionColumnTests : ColumnTests<double>
{
    private protected override KernelSet<double> Kernels(KernelPath path) => KernelSets.Double(path);
}

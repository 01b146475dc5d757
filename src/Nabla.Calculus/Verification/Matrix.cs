namespace Nabla.Calculus.Verification;

/// <summary>A matrix of doubles, column-major, for the reference evaluator: obvious rather than fast.</summary>
public sealed class Matrix
{
    private readonly double[] elements;

    /// <summary>A matrix of zeros.</summary>
    public Matrix(int rows, int columns)
        : this(rows, columns, new double[checked(rows * columns)])
    {
    }

    /// <summary>A matrix over the given elements, column by column.</summary>
    public Matrix(int rows, int columns, double[] elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (rows < 1 || columns < 1 || elements.Length != (long)rows * columns)
        {
            throw new ArgumentException($"a {rows}×{columns} matrix cannot be made of {elements.Length} elements");
        }

        (Rows, Columns, this.elements) = (rows, columns, elements);
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The elements, column by column.</summary>
    public Span<double> Elements => elements;

    /// <summary>The element in a row and a column, counted from 0.</summary>
    public double this[int row, int column]
    {
        get => elements[row + column * Rows];
        set => elements[row + column * Rows] = value;
    }

    /// <summary>A matrix from a function of row and column.</summary>
    public static Matrix From(int rows, int columns, Func<int, int, double> element)
    {
        Matrix result = new(rows, columns);
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++)
            {
                result[i, j] = element(i, j);
            }
        }

        return result;
    }

    /// <summary>A 1×1 matrix.</summary>
    public static Matrix Scalar(double value) => new(1, 1, [value]);

    /// <summary>The matrix product.</summary>
    public static Matrix operator *(Matrix x, Matrix y)
    {
        Matrix result = new(x.Rows, y.Columns);
        for (int j = 0; j < y.Columns; j++)
        {
            Span<double> column = result.elements.AsSpan(j * x.Rows, x.Rows);
            for (int k = 0; k < x.Columns; k++)
            {
                double factor = y[k, j];
                ReadOnlySpan<double> left = x.elements.AsSpan(k * x.Rows, x.Rows);
                for (int i = 0; i < column.Length; i++)
                {
                    column[i] += left[i] * factor;
                }
            }
        }

        return result;
    }

    /// <summary>f of each element.</summary>
    public Matrix Map(Func<double, double> f) => new(Rows, Columns, Array.ConvertAll(elements, x => f(x)));

    /// <summary>f of each pair of elements of two matrices of equal shape.</summary>
    public Matrix Zip(Matrix other, Func<double, double, double> f) =>
        new(Rows, Columns, [.. elements.Zip(other.elements, f)]);

    /// <summary>Rows and columns exchanged.</summary>
    public Matrix Transposed() => From(Columns, Rows, (i, j) => this[j, i]);

    /// <summary>The sum of all elements.</summary>
    public double Sum() => elements.Sum();

    /// <summary>The largest absolute value; NaN if there is one, which the framework's own maximum would pass over.</summary>
    public double MaxAbs() => elements.Aggregate(0.0, (largest, x) => Math.Max(largest, Math.Abs(x)));

    /// <summary>A copy that may be changed.</summary>
    public Matrix Copy() => new(Rows, Columns, [.. elements]);
}

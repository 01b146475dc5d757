using Nabla.Calculus.Verification;

namespace Nabla.Planning;

/// <summary>A matrix's place in a buffer: column-major, a sample contiguous, each column beginning at a multiple of the leading dimension.</summary>
internal sealed unsafe class Slot<T>(int rows, int columns, int leadingDimension)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    /// <summary>The number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>The number of columns.</summary>
    public int Columns { get; } = columns;

    /// <summary>Elements from one column to the next.</summary>
    public int LeadingDimension { get; } = leadingDimension;

    /// <summary>The first element; set when the buffer is laid out.</summary>
    public T* Pointer { get; set; }

    /// <summary>The memory that the pointer points into: whoever has the slot keeps it.</summary>
    public object? Memory { get; set; }

    /// <summary>All elements, those between the columns included.</summary>
    public int Length { get; } = LengthOf(rows, columns, leadingDimension);

    /// <summary>Whether this is what a parameter lives in, which outlives the run.</summary>
    public bool IsParameter { get; init; }

    /// <summary>The values.</summary>
    public Matrix Read() =>
        Matrix.From(Rows, Columns, (i, j) => double.CreateChecked(Pointer[i + (long)j * LeadingDimension]));

    /// <summary>Sets the values.</summary>
    public void Write(Matrix values)
    {
        if (values.Rows != Rows || values.Columns != Columns)
        {
            throw new ArgumentException($"a {Rows}×{Columns} matrix cannot take the values of a {values.Rows}×{values.Columns} one");
        }

        for (int j = 0; j < Columns; j++)
        {
            for (int i = 0; i < Rows; i++)
            {
                Pointer[i + (long)j * LeadingDimension] = T.CreateTruncating(values[i, j]);
            }
        }
    }

    /// <summary>Sets the values column by column, each asked for in its turn.</summary>
    public void Fill(Func<double> next)
    {
        for (int j = 0; j < Columns; j++)
        {
            for (int i = 0; i < Rows; i++)
            {
                Pointer[i + (long)j * LeadingDimension] = T.CreateTruncating(next());
            }
        }
    }

    /// <summary>The values row by row, in their own precision.</summary>
    public T[] ReadRows()
    {
        T[] values = new T[Rows * Columns];
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                values[i * Columns + j] = Pointer[i + (long)j * LeadingDimension];
            }
        }

        return values;
    }

    /// <summary>Sets the values row by row.</summary>
    public void WriteRows<TValue>(ReadOnlySpan<TValue> values)
        where TValue : System.Numerics.INumberBase<TValue>
    {
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                Pointer[i + (long)j * LeadingDimension] = T.CreateTruncating(values[i * Columns + j]);
            }
        }
    }

    private static int LengthOf(int rows, int columns, int leadingDimension)
    {
        long length = (long)columns * leadingDimension;
        return length <= Array.MaxLength
            ? (int)length
            : throw new ArgumentException(
                $"a {rows}×{columns} matrix takes {length} numbers in memory, but at most {Array.MaxLength} are possible");
    }
}

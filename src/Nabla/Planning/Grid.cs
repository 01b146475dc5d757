using System.Runtime.InteropServices;

namespace Nabla.Planning;

/// <summary>The sizes of what an instruction computes: a column-major matrix.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="LeadingDimension">Elements from one column to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Grid(int Rows, int Columns, int LeadingDimension)
{
    /// <summary>One number.</summary>
    public bool IsScalar => Rows == 1 && Columns == 1;

    /// <summary>The number of elements.</summary>
    public long Size => (long)Rows * Columns;

    /// <inheritdoc/>
    public override string ToString() => $"{Rows}×{Columns}";
}

/// <summary>How the members of a team divide an instruction. An element is always computed whole by one of them.</summary>
internal enum Split
{
    /// <summary>The first member does it all.</summary>
    None,

    /// <summary>By columns: by samples, where the columns are samples.</summary>
    Columns,

    /// <summary>By rows.</summary>
    Rows,
}

/// <summary>A member's part of a grid.</summary>
/// <param name="Row">The first row.</param>
/// <param name="Rows">How many.</param>
/// <param name="Column">The first column.</param>
/// <param name="Columns">How many.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Part(int Row, int Rows, int Column, int Columns)
{
    /// <summary>Rows are divided at multiples of a cache line, so that no two members write to one.</summary>
    private const int CacheLine = 64;

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Rows <= 0 || Columns <= 0;

    /// <summary>A member's part.</summary>
    public static unsafe Part Of<T>(Grid grid, Split split, int member, int members)
        where T : unmanaged
    {
        switch (split)
        {
            case Split.Columns:
                int column = (int)((long)grid.Columns * member / members);
                return new(0, grid.Rows, column, (int)((long)grid.Columns * (member + 1) / members) - column);
            case Split.Rows:
                int step = CacheLine / sizeof(T);
                long steps = (grid.Rows + step - 1) / step;
                int row = (int)Math.Min(grid.Rows, steps * member / members * step);
                return new(row, (int)Math.Min(grid.Rows, steps * (member + 1) / members * step) - row, 0, grid.Columns);
            default:
                return member == 0 ? new(0, grid.Rows, 0, grid.Columns) : default;
        }
    }
}

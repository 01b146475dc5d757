namespace Nabla.Calculus.Expressions;

/// <summary>Rows and columns of a matrix. A column vector is n×1, a scalar 1×1.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The number of columns.</param>
public readonly record struct Shape(Dim Rows, Dim Columns)
{
    /// <summary>1×1.</summary>
    public static Shape Scalar { get; } = new(Dim.One, Dim.One);

    /// <summary>True for 1×1.</summary>
    public bool IsScalar => Rows.IsOne && Columns.IsOne;

    /// <summary>True for n×1.</summary>
    public bool IsColumn => Columns.IsOne;

    /// <summary>Rows and columns exchanged.</summary>
    public Shape Transposed => new(Columns, Rows);

    /// <summary>The number of elements.</summary>
    public Dim Size => Rows * Columns;

    /// <inheritdoc/>
    public override string ToString() => $"{Rows}×{Columns}";
}

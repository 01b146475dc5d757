using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Runs the steps of a <see cref="Chain{T}"/> over a block of its matrices.</summary>
internal static unsafe class ChainRunner<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    private static int LineElements => 64 / sizeof(T);

    /// <summary>All steps for the elements of a block; each element comes out the same whatever the block is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(Chain<T> chain, T* registers, int row, int rows, int column, int columns)
    {
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        nint ld = chain.LeadingDimension;
        if (chain.IsFlat && rows == chain.Rows)
        {
            // The elements between the last row and the next column, and those behind the last, are computed too and mean nothing: whole vectors are
            // cheaper than parts. Behind another column than the last stands what another thread may write.
            nint begin = column * ld;
            nint end = begin + columns * ld;
            end = column + columns == chain.Columns ? (end + LineElements - 1) / LineElements * LineElements : end;
            Pieces(chain.Steps, registers, 0, column, begin, end - begin);
            return;
        }

        for (int j = column; j < column + columns; j++)
        {
            Pieces(chain.Steps, registers, row, j, row + j * ld, rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pieces(ChainStep<T>[] steps, T* registers, nint row, nint column, nint offset, nint length)
    {
        for (nint start = 0; start < length; start += Chain<T>.Piece)
        {
            nint n = Math.Min(Chain<T>.Piece, length - start);
            for (int i = 0; i < steps.Length; i++)
            {
                ref ChainStep<T> step = ref steps[i];
                T* x = At(step.X, registers, row + start, column, offset + start);
                T* z = At(step.Target, registers, row + start, column, offset + start);
                switch (step.Code)
                {
                    case ChainCode.Apply:
                        step.Function!.Run(x, z, n);
                        break;
                    case ChainCode.Combine:
                        T* y = At(step.Y, registers, row + start, column, offset + start);
                        Combine(ref step, x, y, z, n);
                        break;
                    case ChainCode.ScaleAndAdd:
                        T* s = At(step.Y, registers, row + start, column, offset + start);
                        T* w = At(step.W, registers, row + start, column, offset + start);
                        Elementwise<TLane, T>.ScaleAndAdd(x, *s, w, z, n);
                        break;
                    case ChainCode.Copy when step.X.IsUniform:
                        new Span<T>(z, (int)n).Fill(*x);
                        break;
                    default:
                        Buffer.MemoryCopy(x, z, n * sizeof(T), n * sizeof(T));
                        break;
                }
            }
        }
    }

    private static void Combine(ref ChainStep<T> step, T* x, T* y, T* z, nint n)
    {
        switch (step.Operation)
        {
            case BinaryOperation.Add: Combine<Addition>(ref step, x, y, z, n); break;
            case BinaryOperation.Subtract: Combine<Subtraction>(ref step, x, y, z, n); break;
            case BinaryOperation.Multiply: Combine<Multiplication>(ref step, x, y, z, n); break;
            case BinaryOperation.Divide: Combine<Division>(ref step, x, y, z, n); break;
            case BinaryOperation.Maximum: Combine<Larger>(ref step, x, y, z, n); break;
            default: Combine<Smaller>(ref step, x, y, z, n); break;
        }
    }

    private static void Combine<TOperation>(ref ChainStep<T> step, T* x, T* y, T* z, nint n)
        where TOperation : struct, IBinary
    {
        if (step.Y.IsUniform)
        {
            Elementwise<TLane, T>.BinaryOfNumber<TOperation>(x, *y, z, n);
        }
        else if (step.X.IsUniform)
        {
            Elementwise<TLane, T>.NumberAndBinary<TOperation>(*x, y, z, n);
        }
        else
        {
            Elementwise<TLane, T>.Binary<TOperation>(x, y, z, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* At(in ChainOperand<T> operand, T* registers, nint row, nint column, nint offset) => operand.Access switch
    {
        Access.Register => registers + operand.Step,
        Access.Matrix => operand.Start + offset,
        Access.Column => operand.Start + row,
        Access.Row => operand.Start + column * operand.Step,
        _ => operand.Start,
    };
}

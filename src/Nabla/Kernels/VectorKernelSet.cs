using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>The kernels over one kind of vector: everything here is only the way from a virtual call to a loop.</summary>
internal sealed unsafe class VectorKernelSet<TLane, T>(KernelPath path, string name) : KernelSet<T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override KernelPath Path => path;

    public override string Name => name;

    public override int RowAlignment => 64 / sizeof(T);

    public override long ScratchLength(int m, int n, int k, bool transposeA, bool transposeB) =>
        MatrixProduct<TLane, T>.ScratchLength(m, n, k);

    public override void Multiply(in Product<T> product, T* scratch) => MatrixProduct<TLane, T>.Multiply(product, scratch);

    public override void Multiply(in Product<T> product, T* scratch, int row, int rows, int column, int columns, BlockEpilogue? epilogue) =>
        MatrixProduct<TLane, T>.Multiply(product, scratch, new(row, rows, column, columns), epilogue);

    public override void Multiply(in Product<T> product, T* scratch, ThreadTeam team)
    {
        TeamProduct work = new() { Product = product, Scratch = scratch };
        team.Run(&work);
    }

    public override void MultiplyShare(
        in Product<T> product, T* scratch, int member, int members, Rendezvous* meeting, BlockEpilogue? epilogue) =>
        MatrixProduct<TLane, T>.MultiplyShare(product, scratch, member, members, meeting, epilogue);

    public override UnaryKernel<T> Unary(Function function) => function.Accept(new UnaryKernelMaker<TLane, T>());

    public override void Run(Chain<T> chain, T* registers, int row, int rows, int column, int columns) =>
        ChainRunner<TLane, T>.Run(chain, registers, row, rows, column, columns);

    public override void RowSums(T alpha, T* x, T* y, int rows, int columns, nint ldx) =>
        Reductions<TLane, T>.Rows(alpha, x, y, rows, columns, ldx);

    public override void ColumnSums(T alpha, T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        double scale = double.CreateTruncating(alpha);
        for (int j = 0; j < columns; j++)
        {
            T* column = x + j * ldx;
            y[j * ldy] = T.CreateTruncating(scale * Reductions<TLane, T>.Sum<Plain>(column, column, rows, default));
        }
    }

    public override T Sum(T* x, int rows, int columns, nint ldx) => Total<Plain>(x, x, rows, columns, ldx, ldx);

    public override T SumOfSquares(T* x, int rows, int columns, nint ldx) => Total<Products>(x, x, rows, columns, ldx, ldx);

    public override T Dot(T* x, T* y, int rows, int columns, nint ldx, nint ldy) => Total<Products>(x, y, rows, columns, ldx, ldy);

    public override void Transpose(T* x, T* y, int rows, int columns, nint ldx, nint ldy) =>
        Transposition<T>.Run(x, y, rows, columns, ldx, ldy);

    public override void Softmax(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        for (int j = 0; j < columns; j++)
        {
            Softmax<TLane, T>.Column(x + j * ldx, y + j * ldy, rows);
        }
    }

    public override void LogSoftmax(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        for (int j = 0; j < columns; j++)
        {
            Softmax<TLane, T>.LogColumn(x + j * ldx, y + j * ldy, rows);
        }
    }

    public override void LogSumExp(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
    {
        for (int j = 0; j < columns; j++)
        {
            y[j * ldy] = Softmax<TLane, T>.LogSumExp(x + j * ldx, rows);
        }
    }

    public override double RunChains(int rounds, T* sums) => MultiplyAddChains<TLane, T>.Run(rounds, sums);

    private static T Total<TTerm>(T* x, T* y, int rows, int columns, nint ldx, nint ldy)
        where TTerm : struct, ITerm
    {
        double sum = 0;
        for (int j = 0; j < columns; j++)
        {
            sum += Reductions<TLane, T>.Sum<TTerm>(x + j * ldx, y + j * ldy, rows, default);
        }

        return T.CreateTruncating(sum);
    }

    private struct TeamProduct : ITeamWork
    {
        public Product<T> Product;
        public T* Scratch;
        public Rendezvous Meeting;

        public void Run(int member, int members) =>
            MatrixProduct<TLane, T>.MultiplyShare(Product, Scratch, member, members, (Rendezvous*)Unsafe.AsPointer(ref Meeting), null);
    }
}

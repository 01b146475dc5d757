using System.Runtime.CompilerServices;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>y = f(x), elementwise, for one f.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract unsafe class UnaryKernel<T>
    where T : unmanaged
{
    /// <summary>y = f(x) for n elements in a row; y may be x.</summary>
    public abstract void Run(T* x, T* y, nint n);
}

/// <summary>The loop of one function over one kind of vector.</summary>
internal sealed unsafe class UnaryKernel<TLane, T, TFunction> : UnaryKernel<T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
    where TFunction : struct, IElementwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(T* x, T* y, nint n)
    {
        nint i = 0;
        for (; i <= n - TLane.Count; i += TLane.Count)
        {
            TFunction.Value(TLane.Load(x + i)).Store(y + i);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TFunction.Value(TLane.LoadPartial(x + i, rest)).StorePartial(y + i, rest);
        }
    }
}

/// <summary>Makes the kernel of the function that it visits.</summary>
internal sealed class UnaryKernelMaker<TLane, T> : IElementwiseVisitor<UnaryKernel<T>>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public UnaryKernel<T> Visit<TFunction>()
        where TFunction : struct, IElementwise => new UnaryKernel<TLane, T, TFunction>();
}

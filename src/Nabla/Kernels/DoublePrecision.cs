using System.Numerics;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>
/// The functions of a vector of doubles, one element after the other by <see cref="DoubleLane"/>. Double precision serves tests and
/// comparisons: it equals the reference to the last bit and need not be fast.
/// </summary>
internal static unsafe class DoublePrecision<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>f(x) in every element.</summary>
    public static TLane Map<TFunction>(TLane x)
        where TFunction : struct, IElementwise
    {
        T* elements = stackalloc T[TLane.Count];
        x.Store(elements);
        for (int i = 0; i < TLane.Count; i++)
        {
            elements[i] = T.CreateTruncating(TFunction.Value(new DoubleLane(double.CreateTruncating(elements[i]))).Value);
        }

        return TLane.Load(elements);
    }
}

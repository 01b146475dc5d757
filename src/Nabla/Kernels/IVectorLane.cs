using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Kernels;

/// <summary>
/// A hardware vector as a lane: what <see cref="ILane{T}"/> computes with, and what a loop over memory needs. Every kernel is one
/// text over this interface; the JIT makes a version for each vector.
/// </summary>
/// <typeparam name="TSelf">The vector itself.</typeparam>
/// <typeparam name="TElement">float or double.</typeparam>
internal unsafe interface IVectorLane<TSelf, TElement> : ILane<TSelf>
    where TSelf : struct, IVectorLane<TSelf, TElement>
    where TElement : unmanaged
{
    /// <summary>How many elements a vector has.</summary>
    static abstract int Count { get; }

    /// <summary>How many columns a tile of the matrix product may have, so that its accumulators stay in registers.</summary>
    static abstract int TileColumns { get; }

    static abstract TSelf Broadcast(TElement value);

    static abstract TSelf Load(TElement* source);

    /// <summary>The first <paramref name="count"/> &lt; Count elements; the others are zero and their memory is not touched.</summary>
    static abstract TSelf LoadPartial(TElement* source, int count);

    /// <summary>The same with <see cref="FirstElements"/>(count), which is then computed once for several reads.</summary>
    static abstract TSelf LoadPartial(TElement* source, int count, TSelf mask);

    /// <summary>All ones in the first <paramref name="count"/> elements, zero in the others.</summary>
    static abstract TSelf FirstElements(int count);

    /// <summary>x · y + z, fused where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf z);

    /// <summary>A mask: all ones where x &lt; y.</summary>
    static abstract TSelf Less(TSelf x, TSelf y);

    /// <summary>A mask: all ones where x = y.</summary>
    static abstract TSelf Equal(TSelf x, TSelf y);

    /// <summary>A bit for each element of a mask, the first one the lowest.</summary>
    static abstract uint Bits(TSelf mask);

    /// <summary>x where the mask is all ones, y where it is zero.</summary>
    static abstract TSelf Select(TSelf mask, TSelf x, TSelf y);

    /// <summary>The absolute value of one, the sign of the other.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>The sum of the elements in double precision, in an order of its own that is always the same.</summary>
    static abstract double Sum(TSelf x);

    /// <summary>The largest element; NaN if there is one.</summary>
    static abstract TElement Maximum(TSelf x);

    /// <summary>The bits of each 32-bit element as an integer, plus a number.</summary>
    static abstract TSelf AddBits(TSelf x, int value);

    /// <summary>The sum of the bits of each 32-bit element as integers.</summary>
    static abstract TSelf AddBits(TSelf x, TSelf y);

    /// <summary>The bits of each 32-bit element, and a mask.</summary>
    static abstract TSelf AndBits(TSelf x, int mask);

    /// <summary>The bits of each 32-bit element, moved to the left.</summary>
    static abstract TSelf ShiftBitsLeft(TSelf x, int places);

    /// <summary>The bits of each 32-bit element as a signed integer, moved to the right.</summary>
    static abstract TSelf ShiftBitsRight(TSelf x, int places);

    void Store(TElement* target);

    /// <summary>Writes the first <paramref name="count"/> &lt; Count elements and nothing else.</summary>
    void StorePartial(TElement* target, int count);

    /// <summary>The same with <see cref="FirstElements"/>(count).</summary>
    void StorePartial(TElement* target, int count, TSelf mask);
}

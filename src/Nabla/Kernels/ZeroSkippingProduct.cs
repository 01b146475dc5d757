using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The product where B has many zeros, as the pixels of pictures have: each column of C is a sum of columns of A, and those that would be multiplied by zero are left out. Nothing is lost by it:
/// x + a·0 = x for every finite a, and what is left is summed in the same order and the same blocks of k as by <see cref="MatrixProduct{TLane, T}"/>, so that the bits are the same. (The sign of a
/// zero may differ where a sum has underflowed.) An element of A that is infinite, or NaN, makes no NaN here beside a zero.
/// </summary>
internal static unsafe class ZeroSkippingProduct<TLane, T>
    where TLane : struct, IVectorLane<TLane, T>
    where T : unmanaged
{
    /// <summary>The vectors of B that are looked at before the choice: enough to tell pictures from dense numbers, few enough to cost nothing.</summary>
    private const int Looks = 32;

    // Measured, in cycles: a column of A that is added waits for the sum before it; a column of C has its beginning and its end, of which the processor cannot guess when it comes; each element of B is
    // looked at; and the tiles of the dense product find nearly everything in the first cache.
    private const double Latency = 4;
    private const double OfAColumn = 60;
    private const double OfALook = 0.25;
    private const double Dense = 0.8;

    private const int WordBits = 64;

    /// <summary>The words for a block of k.</summary>
    private const int Words = MatrixProduct<TLane, T>.LargestK / WordBits;

    private const int MostVectors = 8;

    /// <summary>Whether B looks as if it were worth it, and A can be read in full vectors. The result is the same either way.</summary>
    public static bool Pays(in Product<T> p, in Area area)
    {
        int length = p.TransposeB ? area.Columns : p.K;
        int columns = p.TransposeB ? p.K : area.Columns;
        if (!p.SkipsZeros || p.TransposeA || area.Row + Blocks.RoundUp(area.Rows, TLane.Count) > p.Lda || (long)length * columns < Looks * TLane.Count || length < TLane.Count)
        {
            return false;
        }

        T* b = p.B + (p.TransposeB ? area.Column : area.Column * p.Ldb);
        int zeros = 0;
        for (int i = 0; i < Looks; i++)
        {
            // Different places in different columns: neighbours in a picture are alike.
            long place = (long)i * 7919 % (length - TLane.Count + 1);
            long column = (long)i * columns / Looks;
            zeros += BitOperations.PopCount(TLane.Bits(TLane.Equal(TLane.Load(b + column * p.Ldb + place), default)));
        }

        double vectors = Blocks.Ceiling(area.Rows, TLane.Count);
        double added = p.K * (1 - zeros / (double)(Looks * TLane.Count));
        return added * Math.Max(vectors, Latency) + OfAColumn * Math.Ceiling(vectors / MostVectors) + OfALook * p.K < Dense * p.K * vectors;
    }

    /// <summary>Computes a rectangle of C, and runs the epilogue on its blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in Product<T> p, in Area area, BlockEpilogue? epilogue)
    {
        int width = Math.Max(1, Tiles<TLane, T>.BlockBytes / sizeof(T) / area.Rows);
        if (p.TransposeB)
        {
            MultiplyTransposed(p, area, epilogue, width);
            return;
        }

        int depth = MatrixProduct<TLane, T>.Depth(p.K);
        ulong* words = stackalloc ulong[Words];
        for (int done = 0; done < area.Columns; done += width)
        {
            int columns = Math.Min(width, area.Columns - done);
            for (int column = area.Column + done; column < area.Column + done + columns; column++)
            {
                T* b = p.B + column * p.Ldb;
                int start = 0;
                do
                {
                    int k = Math.Min(depth, p.K - start);
                    int count = 0;
                    for (int i = 0; i < k; i += WordBits)
                    {
                        words[count++] = NonZeros(b + start + i, Math.Min(WordBits, k - i));
                    }

                    Column(p, area, column, start, start + k == p.K, b + start, 1, words, count);
                    start += k;
                }
                while (start < p.K);
            }

            epilogue?.Run(area.Row, area.Rows, area.Column + done, columns);
        }
    }

    /// <summary>B is stored n×k: which of its elements are zero is found out for 64 columns of C at a time.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTransposed(in Product<T> p, in Area area, BlockEpilogue? epilogue, int width)
    {
        int depth = MatrixProduct<TLane, T>.Depth(p.K);
        bool leavesUnchanged = p.Accumulate && p.Bias == null && LeavesUnchanged(p.Alpha);
        ulong* words = stackalloc ulong[WordBits * Words];
        ulong* square = stackalloc ulong[WordBits];
        for (int first = area.Column; first < area.Column + area.Columns; first += WordBits)
        {
            int group = Math.Min(WordBits, area.Column + area.Columns - first);
            int start = 0;
            do
            {
                int k = Math.Min(depth, p.K - start);
                bool last = start + k == p.K;
                int count = 0;
                for (int i = 0; i < k; i += WordBits)
                {
                    for (int j = 0; j < WordBits; j++)
                    {
                        square[j] = i + j < k ? NonZeros(p.B + first + (start + i + j) * p.Ldb, group) : 0;
                    }

                    BitMatrix.Transpose(square);
                    for (int r = 0; r < group; r++)
                    {
                        words[r * Words + count] = square[r];
                    }

                    count++;
                }

                for (int done = 0; done < group; done += width)
                {
                    int columns = Math.Min(width, group - done);
                    for (int r = done; r < done + columns; r++)
                    {
                        ulong* own = words + r * Words;
                        if (!leavesUnchanged || new ReadOnlySpan<ulong>(own, count).ContainsAnyExcept(0ul))
                        {
                            Column(p, area, first + r, start, last, p.B + first + r + start * p.Ldb, p.Ldb, own, count);
                        }
                    }

                    if (last)
                    {
                        epilogue?.Run(area.Row, area.Rows, first + done, columns);
                    }
                }

                start += k;
            }
            while (start < p.K);
        }
    }

    /// <summary>Whether c + alpha·0 is c to the last bit, whatever c is: alpha·0 = −0.</summary>
    private static bool LeavesUnchanged(T alpha)
    {
        TLane factor = TLane.Broadcast(alpha);
        TLane nothing = default(TLane) * factor;
        return TLane.Bits(TLane.Less(factor, default)) != 0 && TLane.Bits(TLane.Equal(nothing, nothing)) != 0;
    }

    /// <summary>A bit for each element that is not zero, of at most 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NonZeros(T* values, int count)
    {
        ulong zeros = 0;
        int i = 0;
        for (; i + TLane.Count <= count; i += TLane.Count)
        {
            zeros |= (ulong)TLane.Bits(TLane.Equal(TLane.Load(values + i), default)) << i;
        }

        if (i < count)
        {
            zeros |= (ulong)TLane.Bits(TLane.Equal(TLane.LoadPartial(values + i, count - i), default)) << i;
        }

        return ~zeros & (ulong.MaxValue >> (WordBits - count));
    }

    /// <summary>One block of k of a column of C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Column(in Product<T> p, in Area area, int column, int start, bool last, T* b, nint step, ulong* words, int count)
    {
        T* a = p.A + area.Row + start * p.Lda;
        T* c = p.C + area.Row + column * p.Ldc;
        T* bias = p.Bias != null && last ? p.Bias + area.Row : null;
        bool accumulate = p.Accumulate || start > 0;
        for (int rows = area.Rows; rows > 0; rows -= MostVectors * TLane.Count)
        {
            switch (Math.Min(MostVectors, Blocks.Ceiling(rows, TLane.Count)))
            {
                case 1: Sum<One>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 2: Sum<Two>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 3: Sum<Three>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 4: Sum<Four>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 5: Sum<Five>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 6: Sum<Six>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                case 7: Sum<Seven>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
                default: Sum<Eight>(a, p.Lda, b, step, words, count, p.Alpha, accumulate, bias, c, rows); break;
            }

            a += MostVectors * TLane.Count;
            c += MostVectors * TLane.Count;
            bias = bias == null ? null : bias + MostVectors * TLane.Count;
        }
    }

    /// <summary>c = c·[accumulate] + alpha · Σ a_k b_k + bias over the k whose bits are set, some vectors high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TVectors>(T* a, nint lda, T* b, nint step, ulong* words, int count, T alpha, bool accumulate, T* bias, T* c, int rows)
        where TVectors : struct, IConstant
    {
        TLane x0 = default, x1 = default, x2 = default, x3 = default;
        TLane x4 = default, x5 = default, x6 = default, x7 = default;
        for (int word = 0; word < count; word++)
        {
            for (ulong bits = words[word]; bits != 0; bits &= bits - 1)
            {
                nint k = BitOperations.TrailingZeroCount(bits);
                TLane factor = TLane.Broadcast(b[k * step]);
                T* column = a + k * lda;
                x0 = TLane.MultiplyAdd(TLane.Load(column), factor, x0);
                x1 = TVectors.Value > 1 ? TLane.MultiplyAdd(TLane.Load(column + TLane.Count), factor, x1) : x1;
                x2 = TVectors.Value > 2 ? TLane.MultiplyAdd(TLane.Load(column + 2 * TLane.Count), factor, x2) : x2;
                x3 = TVectors.Value > 3 ? TLane.MultiplyAdd(TLane.Load(column + 3 * TLane.Count), factor, x3) : x3;
                x4 = TVectors.Value > 4 ? TLane.MultiplyAdd(TLane.Load(column + 4 * TLane.Count), factor, x4) : x4;
                x5 = TVectors.Value > 5 ? TLane.MultiplyAdd(TLane.Load(column + 5 * TLane.Count), factor, x5) : x5;
                x6 = TVectors.Value > 6 ? TLane.MultiplyAdd(TLane.Load(column + 6 * TLane.Count), factor, x6) : x6;
                x7 = TVectors.Value > 7 ? TLane.MultiplyAdd(TLane.Load(column + 7 * TLane.Count), factor, x7) : x7;
            }

            a += WordBits * lda;
            b += WordBits * step;
        }

        TLane scale = TLane.Broadcast(alpha);
        Finish<TVectors, One>(x0, scale, accumulate, bias, c, rows);
        Finish<TVectors, Two>(x1, scale, accumulate, bias, c, rows);
        Finish<TVectors, Three>(x2, scale, accumulate, bias, c, rows);
        Finish<TVectors, Four>(x3, scale, accumulate, bias, c, rows);
        Finish<TVectors, Five>(x4, scale, accumulate, bias, c, rows);
        Finish<TVectors, Six>(x5, scale, accumulate, bias, c, rows);
        Finish<TVectors, Seven>(x6, scale, accumulate, bias, c, rows);
        Finish<TVectors, Eight>(x7, scale, accumulate, bias, c, rows);
    }

    /// <summary>The vector of a number, counted from one, as <see cref="MicroKernel{TLane, T}"/> finishes it; of the last one only the rows that C has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TVectors, TNumber>(TLane x, TLane alpha, bool accumulate, T* bias, T* c, int rows)
        where TVectors : struct, IConstant
        where TNumber : struct, IConstant
    {
        if (TNumber.Value > TVectors.Value)
        {
            return;
        }

        int first = (TNumber.Value - 1) * TLane.Count;
        x *= alpha;
        if (rows - first >= TLane.Count)
        {
            x = accumulate ? x + TLane.Load(c + first) : x;
            x = bias != null ? x + TLane.Load(bias + first) : x;
            x.Store(c + first);
        }
        else
        {
            x = accumulate ? x + TLane.LoadPartial(c + first, rows - first) : x;
            x = bias != null ? x + TLane.LoadPartial(bias + first, rows - first) : x;
            x.StorePartial(c + first, rows - first);
        }
    }
}

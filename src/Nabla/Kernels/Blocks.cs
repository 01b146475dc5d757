using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>A length cut into as few pieces as a largest piece allows, equal but for one: the first ones are longer by one.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Blocks
{
    private readonly int shorter;
    private readonly int longer;

    public Blocks(int length, int largest)
    {
        Count = Ceiling(length, largest);
        (shorter, longer) = Count > 1 ? Math.DivRem(length, Count) : (length, 0);
    }

    /// <summary>The number of pieces.</summary>
    public int Count { get; }

    /// <summary>Where a piece begins.</summary>
    public int Start(int piece) => piece * shorter + Math.Min(piece, longer);

    /// <summary>How long a piece is.</summary>
    public int Length(int piece) => piece < longer ? shorter + 1 : shorter;

    /// <summary>n / d, rounded up.</summary>
    public static int Ceiling(int n, int d) => n <= d ? Math.Min(n, 1) : (n + d - 1) / d;

    /// <summary>The smallest multiple of a piece's length that is at least n.</summary>
    public static int RoundUp(int n, int piece) => (n + piece - 1) / piece * piece;
}

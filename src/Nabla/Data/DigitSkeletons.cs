using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>One stroke of a pen: a smooth curve through points, broken where the pen turns sharply.</summary>
/// <param name="Points">x to the right and y downwards, in a box of 0…1.</param>
/// <param name="Corners">Whether the direction jumps at a point.</param>
internal sealed record Stroke(ImmutableArray<(double X, double Y)> Points, ImmutableArray<bool> Corners);

/// <summary>One way in which people write a digit.</summary>
/// <param name="Weight">How often, relative to the digit's other ways.</param>
/// <param name="Strokes">The strokes, in the order of writing.</param>
internal sealed record DigitSkeleton(double Weight, ImmutableArray<Stroke> Strokes);

/// <summary>The ways of writing the ten digits, as data.</summary>
internal static class DigitSkeletons
{
    /// <summary>The ways of writing each digit, by digit.</summary>
    public static ImmutableArray<ImmutableArray<DigitSkeleton>> All { get; } =
    [
        [
            // 0: round, narrow, begun at the right, left open at the top, overshooting.
            Way(4, "55,0 22,15 6,50 20,86 52,100 82,84 95,48 80,14 52,1"),
            Way(2, "58,3 30,20 20,55 32,90 52,98 74,80 80,42 70,10 52,2"),
            Way(2, "80,18 55,0 20,18 5,55 25,95 55,98 85,75 95,40 82,16"),
            Way(1, "42,4 12,30 8,70 35,98 72,92 94,55 88,18 62,4"),
            Way(1, "38,10 15,30 8,65 30,97 65,95 92,62 88,20 60,2 34,14 28,24"),
        ],
        [
            // 1: a bare line, a leaning one, a flag, a flag and a foot.
            Way(6, "52,0 50,50 48,100"),
            Way(3, "62,0 50,50 38,100"),
            Way(1.2, "34,20 54,0! 52,50 50,100"),
            Way(0.5, "32,20 54,0! 52,100 ; 25,100 80,99"),
        ],
        [
            // 2: a straight foot, a loop in the corner, a swinging foot, a flat foot after a sharp corner.
            Way(3, "10,22 32,3 62,2 80,22 70,48 38,76 8,97! 50,95 92,94"),
            Way(3, "12,22 38,2 70,6 80,28 64,58 36,86 16,98 8,88 20,76 46,86 70,96 94,90"),
            Way(2, "8,28 28,6 60,2 78,20 66,50 34,82 8,98! 40,88 64,92 95,98"),
            Way(1, "14,10 50,0 80,14 78,38 52,64 16,98! 90,98"),
            Way(1, "20,30 22,8 50,0 74,14 72,42 46,74 10,96 30,92 60,95 92,84"),
        ],
        [
            // 3: a pointed waist, a looped waist, a shallow waist, a flat top.
            Way(4, "12,12 42,0 74,8 78,28 62,42 36,47! 68,52 88,70 76,92 42,100 8,88"),
            Way(2, "14,14 42,0 72,8 76,28 58,44 40,48 44,42 66,50 86,70 74,93 42,100 10,90"),
            Way(1.5, "16,8 50,0 76,14 70,36 50,46 72,56 84,76 64,97 34,100 8,90"),
            Way(0.6, "14,3 82,3! 44,40! 74,46 90,68 75,94 40,100 8,88"),
        ],
        [
            // 4: open with a long stem, open and round, closed in one line, a cup with a tail.
            Way(4, "18,2 10,34 14,54 40,57 84,50 ; 82,4 76,50 70,100"),
            Way(2, "28,0 14,30 10,52! 50,56 92,54 ; 74,22 70,60 66,100"),
            Way(1.6, "70,0! 10,64! 94,62 ; 72,2 70,50 68,100"),
            Way(2, "14,6 10,36 28,54 60,46 82,8! 80,50 74,100"),
            Way(0.8, "64,2 34,20 14,48 32,58 60,44 78,10! 76,50 68,100"),
        ],
        [
            // 5: one line with a belly, belly and hat, written like an S, a long hat.
            Way(3, "86,2 28,5! 20,42! 50,36 82,52 86,76 58,98 10,92"),
            Way(3, "30,6 22,44! 54,38 84,56 80,86 48,100 8,90 ; 28,6 92,1"),
            Way(1.6, "86,8 48,4 30,20 38,40 66,54 78,74 56,96 12,94"),
            Way(1.4, "40,10 28,42 58,46 70,64 58,90 30,100 6,90 ; 40,10 70,6 98,2"),
        ],
        [
            // 6: a bow into a round loop, a straight back, a long back with a small loop, a loop closed inwards.
            Way(3, "72,0 36,18 12,54 16,86 46,100 78,88 80,64 56,52 26,62 14,78"),
            Way(3, "58,0 26,40 12,74 34,99 66,94 76,72 56,58 28,68 16,84"),
            Way(2, "84,0 44,26 12,66 16,92 44,100 70,88 68,68 44,64 22,78"),
            Way(1, "44,0 24,40 16,80 40,100 70,92 76,74 54,64 34,76 44,92"),
        ],
        [
            // 7: plain, curved, barred, with a serif, with a bent stem.
            Way(4, "8,8 48,6 88,4! 64,48 44,100"),
            Way(3, "6,16 34,4 66,6 88,8! 72,44 52,76 42,100"),
            Way(1.3, "10,8 50,6 88,5! 60,48 42,100 ; 32,54 58,51 84,49"),
            Way(1.3, "8,24 12,6! 50,8 90,4! 60,44 46,100"),
            Way(1, "6,12 40,10 80,6 86,14 68,46 58,70 54,100"),
        ],
        [
            // 8: begun at the upper right, begun in the middle, two circles, a narrow one, left open at the top.
            Way(4, "78,14 48,0 20,18 36,42 66,58 80,80 52,100 22,84 34,60 66,40 84,18 72,6"),
            Way(2, "52,46 24,28 28,6 58,0 76,16 62,40 34,58 18,80 40,100 72,92 76,68 52,46"),
            Way(1.4, "50,46 24,36 22,12 50,0 76,12 76,34 50,46 ; 50,46 18,60 16,88 50,100 84,86 82,60 50,46"),
            Way(1.6, "70,10 46,0 30,18 42,42 58,62 62,86 44,100 28,86 38,60 62,36 78,8"),
            Way(1, "86,8 54,6 24,16 36,40 68,60 72,88 44,100 22,82 44,54 74,32 92,4"),
        ],
        [
            // 9: a straight stem, a leaning stem, a curved tail, the stem drawn on its own, a hook.
            Way(3, "82,16 54,2 20,16 16,42 44,50 74,34 82,10! 80,50 72,100"),
            Way(3, "76,10 42,2 14,26 24,48 56,44 78,14 70,50 52,100"),
            Way(1.4, "80,20 50,0 18,16 18,42 48,52 78,34 82,18 84,56 68,92 24,98"),
            Way(1.4, "60,8 26,12 14,36 34,50 64,36 70,10 ; 72,8 68,50 60,100"),
            Way(1, "78,24 62,2 28,8 16,34 40,48 70,34 80,14 76,60 64,96 40,94"),
        ],
    ];

    /// <summary>
    /// Reads strokes: points <c>x,y</c> in hundredths of the box, separated by spaces; <c>!</c> after a point makes it a
    /// corner; <c>;</c> lifts the pen.
    /// </summary>
    private static DigitSkeleton Way(double weight, string strokes) => new(weight, [.. strokes.Split(';').Select(Parse)]);

    private static Stroke Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Stroke(
            [.. words.Select(word => word.TrimEnd('!').Split(','))
                .Select(pair => (int.Parse(pair[0]) / 100.0, int.Parse(pair[1]) / 100.0))],
            [.. words.Select(word => word.EndsWith('!'))]);
    }
}

using System.Collections.Immutable;

namespace Nabla.Data;

/// <summary>
/// Writes one digit into a picture of 28×28 bytes, each time a little differently. Only sums, products, quotients and square
/// roots are used, which IEEE 754 rounds the same way everywhere: a seed gives the same bytes on every machine.
/// </summary>
/// <remarks>The pen keeps its buffers from digit to digit, so each thread needs its own.</remarks>
internal sealed class DigitPen
{
    /// <summary>Rows and columns of a picture.</summary>
    public const int Side = 28;

    // MNIST scales a digit to fit a box of 20×20 and puts its centre of mass at the picture's middle.
    private const double Box = 20;
    private const int PiecesPerSpan = 4;
    private const int GridSide = 4;
    private const int MaxPoints = 256;

    // How much the writing varies, in fractions of the digit's height, as tangents, and in pixels. Chosen so that a linear classifier
    // is right about nine times in ten while a hidden layer of 100 gets to 97–98 %, and so that the latter reads most of MNIST:
    // the offset is what tells the two apart best, larger bends blur the digits into each other.
    private const double Jitter = 0.035;
    private const double Elasticity = 0.08;
    private const double SlantSpread = 0.24;
    private const double TurnSpread = 0.16;
    private const double OffsetSpread = 1.15;

    private readonly double[] x = new double[MaxPoints];
    private readonly double[] y = new double[MaxPoints];
    private readonly bool[] penDown = new bool[MaxPoints];
    private readonly double[] gridX = new double[GridSide * GridSide];
    private readonly double[] gridY = new double[GridSide * GridSide];
    private readonly double[] ink = new double[Side * Side];
    private readonly (double X, double Y)[] control = new (double, double)[32];
    private int count;

    /// <summary>Draws the digit; the picture is overwritten, 0 is paper and 255 full ink, rows from the top.</summary>
    public void Write(int digit, SeededRandom random, Span<byte> picture)
    {
        DigitSkeleton skeleton = Choose(DigitSkeletons.All[digit], random);
        Trace(skeleton, random, Jitter);
        Bend(random, Elasticity);
        Lean(random);
        double radius = 0.5 * Spread(random, 1.45, 3.7);
        FitIntoBox(radius, random);
        Paint(radius, Spread(random, 0.55, 0.95), random, picture);
    }

    private static DigitSkeleton Choose(ImmutableArray<DigitSkeleton> ways, SeededRandom random)
    {
        double total = 0;
        foreach (DigitSkeleton way in ways)
        {
            total += way.Weight;
        }

        double at = random.NextDouble(0, total);
        foreach (DigitSkeleton way in ways)
        {
            at -= way.Weight;
            if (at < 0)
            {
                return way;
            }
        }

        return ways[^1];
    }

    /// <summary>Moves the control points at random and follows the curve through them with short straight pieces.</summary>
    private void Trace(DigitSkeleton skeleton, SeededRandom random, double jitter)
    {
        count = 0;
        foreach (Stroke stroke in skeleton.Strokes)
        {
            int points = stroke.Points.Length;
            for (int i = 0; i < points; i++)
            {
                control[i] = (stroke.Points[i].X + jitter * Bell(random), stroke.Points[i].Y + jitter * Bell(random));
            }

            Add(control[0], false);
            for (int i = 0; i + 1 < points; i++)
            {
                // A Catmull–Rom span; at an end or a corner the missing neighbour is the mirrored one, which gives a free end.
                (double X, double Y) p1 = control[i];
                (double X, double Y) p2 = control[i + 1];
                (double X, double Y) p0 = i > 0 && !stroke.Corners[i] ? control[i - 1] : Mirror(p1, p2);
                (double X, double Y) p3 = i + 2 < points && !stroke.Corners[i + 1] ? control[i + 2] : Mirror(p2, p1);
                for (int piece = 1; piece <= PiecesPerSpan; piece++)
                {
                    double t = (double)piece / PiecesPerSpan;
                    Add((CatmullRom(p0.X, p1.X, p2.X, p3.X, t), CatmullRom(p0.Y, p1.Y, p2.Y, p3.Y, t)), true);
                }
            }
        }
    }

    private void Add((double X, double Y) point, bool down)
    {
        x[count] = point.X;
        y[count] = point.Y;
        penDown[count] = down;
        count++;
    }

    private static (double X, double Y) Mirror((double X, double Y) centre, (double X, double Y) point) =>
        (centre.X + 0.5 * (centre.X - point.X), centre.Y + 0.5 * (centre.Y - point.Y));

    private static double CatmullRom(double p0, double p1, double p2, double p3, double t) =>
        0.5 * (2 * p1 + t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))));

    /// <summary>The smooth elastic distortion: displacements on a coarse grid, interpolated by cubic B-splines.</summary>
    private void Bend(SeededRandom random, double amount)
    {
        for (int i = 0; i < gridX.Length; i++)
        {
            // A B-spline averages its knots, so they are moved by more than the curve will be.
            gridX[i] = 2 * amount * Bell(random);
            gridY[i] = 2 * amount * Bell(random);
        }

        Span<double> across = stackalloc double[4];
        Span<double> down = stackalloc double[4];
        for (int i = 0; i < count; i++)
        {
            // The box −0.2…1.2 is the one cell that four knots a side span.
            Spline(Math.Clamp((x[i] + 0.2) / 1.4, 0, 1), across);
            Spline(Math.Clamp((y[i] + 0.2) / 1.4, 0, 1), down);
            double dx = 0;
            double dy = 0;
            for (int row = 0; row < GridSide; row++)
            {
                for (int column = 0; column < GridSide; column++)
                {
                    double weight = down[row] * across[column];
                    dx += weight * gridX[row * GridSide + column];
                    dy += weight * gridY[row * GridSide + column];
                }
            }

            x[i] += dx;
            y[i] += dy;
        }
    }

    private static void Spline(double t, Span<double> weights)
    {
        double u = 1 - t;
        weights[0] = u * u * u / 6;
        weights[1] = (4 + t * t * (3 * t - 6)) / 6;
        weights[2] = (4 + u * u * (3 * u - 6)) / 6;
        weights[3] = t * t * t / 6;
    }

    /// <summary>Narrows, slants and turns.</summary>
    private void Lean(SeededRandom random)
    {
        double width = Spread(random, 0.52, 1.0);
        double slant = 0.13 + SlantSpread * Bell(random);
        double tangent = TurnSpread * Bell(random);
        double cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        double sine = tangent * cosine;
        for (int i = 0; i < count; i++)
        {
            double across = width * (x[i] - 0.5) - slant * (y[i] - 0.5);
            double down = y[i] - 0.5;
            x[i] = cosine * across - sine * down;
            y[i] = sine * across + cosine * down;
        }
    }

    private void FitIntoBox(double radius, SeededRandom random)
    {
        double left = double.MaxValue;
        double right = double.MinValue;
        double top = double.MaxValue;
        double bottom = double.MinValue;
        double length = 0;
        double momentX = 0;
        double momentY = 0;
        for (int i = 0; i < count; i++)
        {
            left = Math.Min(left, x[i]);
            right = Math.Max(right, x[i]);
            top = Math.Min(top, y[i]);
            bottom = Math.Max(bottom, y[i]);
            if (penDown[i])
            {
                double piece = Math.Sqrt(Square(x[i] - x[i - 1]) + Square(y[i] - y[i - 1]));
                length += piece;
                momentX += piece * 0.5 * (x[i] + x[i - 1]);
                momentY += piece * 0.5 * (y[i] + y[i - 1]);
            }
        }

        double scale = (Box - 2 * radius) / Math.Max(right - left, bottom - top) * Spread(random, 0.86, 1.02);
        double middle = 0.5 * Side;
        double shiftX = middle - scale * momentX / length + OffsetSpread * Bell(random);
        double shiftY = middle - scale * momentY / length + OffsetSpread * Bell(random);
        for (int i = 0; i < count; i++)
        {
            x[i] = scale * x[i] + shiftX;
            y[i] = scale * y[i] + shiftY;
        }
    }

    /// <summary>Every pixel takes the darkest ink of the pieces near it, falling off softly over the edge's width.</summary>
    private void Paint(double radius, double edge, SeededRandom random, Span<byte> picture)
    {
        Array.Clear(ink);
        double pressure = 0.18 * Bell(random);
        for (int i = 1; i < count; i++)
        {
            if (penDown[i])
            {
                double along = (double)i / count - 0.5;
                PaintPiece(i, radius * (1 + pressure * along), edge);
            }
        }

        for (int i = 0; i < ink.Length; i++)
        {
            picture[i] = (byte)(255 * ink[i] + 0.5);
        }
    }

    private void PaintPiece(int i, double radius, double edge)
    {
        double x0 = x[i - 1];
        double y0 = y[i - 1];
        double dx = x[i] - x0;
        double dy = y[i] - y0;
        double reach = radius + edge;
        double core = Math.Max(0, radius - edge);
        double inverseSquare = 1 / Math.Max(dx * dx + dy * dy, 1e-12);
        int firstRow = Math.Max(0, (int)(Math.Min(y0, y[i]) - reach - 0.5));
        int lastRow = Math.Min(Side - 1, (int)(Math.Max(y0, y[i]) + reach + 0.5));
        int firstColumn = Math.Max(0, (int)(Math.Min(x0, x[i]) - reach - 0.5));
        int lastColumn = Math.Min(Side - 1, (int)(Math.Max(x0, x[i]) + reach + 0.5));
        for (int row = firstRow; row <= lastRow; row++)
        {
            double py = row + 0.5 - y0;
            for (int column = firstColumn; column <= lastColumn; column++)
            {
                double px = column + 0.5 - x0;
                double t = Math.Clamp((px * dx + py * dy) * inverseSquare, 0, 1);
                double square = Square(px - t * dx) + Square(py - t * dy);
                if (square < reach * reach)
                {
                    double cover = square <= core * core ? 1 : Math.Min(1, 0.5 + 0.5 * (radius - Math.Sqrt(square)) / edge);
                    ref double pixel = ref ink[row * Side + column];
                    pixel = Math.Max(pixel, cover);
                }
            }
        }
    }

    private static double Square(double value) => value * value;

    private static double Spread(SeededRandom random, double low, double high) =>
        low + (high - low) * 0.5 * (random.NextDouble() + random.NextDouble());

    /// <summary>A bell curve of mean 0 and standard deviation 1 within ±3.5: four uniform numbers added, without a logarithm.</summary>
    private static double Bell(SeededRandom random) =>
        1.7320508075688772 * (random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2);
}

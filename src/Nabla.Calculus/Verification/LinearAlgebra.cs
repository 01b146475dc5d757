namespace Nabla.Calculus.Verification;

/// <summary>What the reference evaluator needs of linear algebra, in double precision and obvious rather than fast.</summary>
internal static class LinearAlgebra
{
    /// <summary>det(X) by Gaussian elimination with partial pivoting.</summary>
    public static double Determinant(Matrix x)
    {
        (Matrix u, int sign) = Eliminate(x, new(x.Rows, 1));
        return Enumerable.Range(0, x.Rows).Aggregate((double)sign, (product, i) => product * u[i, i]);
    }

    /// <summary>log |det(X)|, which does not overflow where det(X) does.</summary>
    public static double LogDeterminant(Matrix x)
    {
        (Matrix u, _) = Eliminate(x, new(x.Rows, 1));
        return Enumerable.Range(0, x.Rows).Sum(i => Math.Log(Math.Abs(u[i, i])));
    }

    /// <summary>X⁻¹ by Gaussian elimination; not finite where X is singular.</summary>
    public static Matrix Inverse(Matrix x) => Solve(x, Identity(x.Rows));

    /// <summary>Xᵏ by repeated products; of X⁻¹ for a negative k.</summary>
    public static Matrix Power(Matrix x, int exponent)
    {
        if (x.Rows == 1)
        {
            return Matrix.Scalar(Math.Pow(x[0, 0], exponent));
        }

        Matrix square = exponent < 0 ? Inverse(x) : x;
        Matrix result = Identity(x.Rows);
        for (uint rest = (uint)Math.Abs((long)exponent); rest > 0; rest >>= 1)
        {
            result = (rest & 1) == 1 ? result * square : result;
            square = rest > 1 ? square * square : square;
        }

        return result;
    }

    /// <summary>K with vec(Xᵀ) = K vec(X) for X of m×n.</summary>
    public static Matrix Commutation(int m, int n)
    {
        Matrix k = new(checked(m * n), checked(m * n));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                k[j + (i * n), i + (j * m)] = 1;
            }
        }

        return k;
    }

    /// <summary>Σ Xᵏ/k! by scaling and squaring: 20 terms of the series of X/2ˢ, whose norm is at most ½, squared s times.</summary>
    public static Matrix Exponential(Matrix x)
    {
        double norm = x.MaxAbs() * x.Rows;
        if (!double.IsFinite(norm))
        {
            return x.Map(_ => double.NaN);
        }

        int squarings = norm <= 0.5 ? 0 : (int)Math.Ceiling(Math.Log2(norm / 0.5));
        Matrix scaled = x.Map(value => Math.ScaleB(value, -squarings));
        Matrix term = Identity(x.Rows);
        Matrix sum = term;
        for (int k = 1; k <= 20; k++)
        {
            term = (term * scaled).Map(value => value / k);
            sum = sum.Zip(term, (a, b) => a + b);
        }

        for (int s = 0; s < squarings; s++)
        {
            sum *= sum;
        }

        return sum;
    }

    /// <summary>
    /// L(X, E): the upper right block of exp([X E; 0 X]) (Higham, "Functions of Matrices", 3.2). L(X, E, F) is that block of the derivative of L in
    /// the direction of E at [X F; 0 X], where E stands in both blocks of the diagonal.
    /// </summary>
    public static Matrix ExponentialDifferential(Matrix x, params IReadOnlyList<Matrix> directions)
    {
        if (directions.Count == 0)
        {
            return Exponential(x);
        }

        int n = x.Rows;
        Matrix Blocks(Matrix diagonal, Matrix? upper) => Matrix.From(2 * n, 2 * n, (i, j) => (i < n, j < n) switch
        {
            (true, true) => diagonal[i, j],
            (true, false) => upper?[i, j - n] ?? 0,
            (false, false) => diagonal[i - n, j - n],
            _ => 0,
        });
        Matrix whole = ExponentialDifferential(Blocks(x, directions[^1]), [.. directions.SkipLast(1).Select(direction => Blocks(direction, null))]);
        return Matrix.From(n, n, (i, j) => whole[i, j + n]);
    }

    private static Matrix Identity(int n) => Matrix.From(n, n, (i, j) => i == j ? 1 : 0);

    private static Matrix Solve(Matrix x, Matrix right)
    {
        Matrix b = right.Copy();
        (Matrix u, _) = Eliminate(x, b);
        for (int j = 0; j < b.Columns; j++)
        {
            for (int i = x.Rows - 1; i >= 0; i--)
            {
                for (int k = i + 1; k < x.Rows; k++)
                {
                    b[i, j] -= u[i, k] * b[k, j];
                }

                b[i, j] /= u[i, i];
            }
        }

        return b;
    }

    /// <summary>The upper triangle of X after elimination, and the sign of the row exchanges; the right sides are changed with it.</summary>
    private static (Matrix Upper, int Sign) Eliminate(Matrix x, Matrix right)
    {
        Matrix u = x.Copy();
        int sign = 1;
        for (int k = 0; k < u.Rows; k++)
        {
            int pivot = Enumerable.Range(k, u.Rows - k).MaxBy(i => Math.Abs(u[i, k]));
            if (pivot != k)
            {
                Exchange(u, k, pivot);
                Exchange(right, k, pivot);
                sign = -sign;
            }

            for (int i = k + 1; i < u.Rows; i++)
            {
                double factor = u[k, k] == 0 ? 0 : u[i, k] / u[k, k];
                for (int j = k; j < u.Columns; j++)
                {
                    u[i, j] -= factor * u[k, j];
                }

                for (int j = 0; j < right.Columns; j++)
                {
                    right[i, j] -= factor * right[k, j];
                }
            }
        }

        return (u, sign);
    }

    private static void Exchange(Matrix x, int i, int k)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            (x[i, j], x[k, j]) = (x[k, j], x[i, j]);
        }
    }
}

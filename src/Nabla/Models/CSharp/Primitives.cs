namespace Nabla.Models.CSharp;

/// <summary>Functions of a lane that .NET's mathematics does not have, as methods of the file that is written.</summary>
internal static class Primitives
{
    /// <summary>erf(x) = 2/√π exp(−x²) Σ 2ⁿx²ⁿ⁺¹/(1·3·…·(2n+1)), whose terms all have one sign; 1 beyond 6 in double precision.</summary>
    public const string ErrorFunction = """

            // erf(x) = 2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): all terms have one sign.
            private static double ErrorFunction(double x)
            {
                if (Math.Abs(x) > 6)
                {
                    return Math.Sign(x);
                }

                double term = x, sum = x;
                for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
                {
                    term *= 2 * x * x / (2 * n + 1);
                    sum += term;
                }

                return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
            }

        """;

    /// <summary>log(1 + x), where what is lost in rounding 1 + x is made good by how much x is of what is left.</summary>
    public const string LogOfOnePlus = """

            // log(1 + x): rounding 1 + x changes x to u - 1, and the logarithm nearly in proportion.
            private static double LogOfOnePlus(double x)
            {
                double u = 1 + x;
                return u == 1 ? x : double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
            }

        """;
}

using System.Globalization;
using Nabla.Calculus.Verification;

namespace Nabla.Checking.Mistakes;

/// <summary>What somebody did wrong.</summary>
/// <param name="Code">One of the contract's codes.</param>
/// <param name="What">A clause that says what stands where.</param>
/// <param name="Cost">How far-fetched it is: of several explanations the cheapest is given.</param>
internal sealed record Mistake(string Code, string What, double Cost);

/// <summary>
/// What a wrong formula gives for one quantity. A formula with one unknown number t (a step size, a weight decay) is V + tS; t is found
/// by least squares and then has to explain every element.
/// </summary>
/// <param name="Mistake">The mistake; null for the right formula. <c>{0}</c> in its clause stands for the unknown number.</param>
/// <param name="Value">V.</param>
/// <param name="Slope">S, or null where nothing is unknown.</param>
internal sealed record Edit(Mistake? Mistake, Matrix Value, Matrix? Slope = null)
{
    public static Edit Of(string code, double cost, string what, Matrix value, Matrix? slope = null) => new(new(code, what, cost), value, slope);
}

/// <summary>A constant factor that is easily forgotten or written twice.</summary>
/// <param name="Code">The code of the diagnosis.</param>
/// <param name="Value">The factor that the wrong number has.</param>
/// <param name="What">The clause, with <c>{0}</c> for what is wrong.</param>
/// <param name="Cost">How far-fetched it is.</param>
internal sealed record Factor(string Code, double Value, string What, double Cost)
{
    private const double AnyCost = 3.5;

    public static Factor One { get; } = new("", 1, "", 0);

    /// <summary>The factors of a network with some samples and outputs, simplest first; of two with one value the first.</summary>
    public static IReadOnlyList<Factor> All(int samples, int outputs)
    {
        List<Factor> factors =
        [
            One,
            new("sign", -1, "the sign of {0} is reversed", 1),
            new("sum-for-mean", samples, $"1/m is missing in {{0}} (m = {samples}): it sums over the samples where the loss averages{(samples == 2 ? "; a factor 2 looks the same" : "")}", 1),
            new("mean-for-sum", 1.0 / samples, $"{{0}} is divided by m = {samples} once too often", 1.1),
            new("factor", 2, "{0} is twice the right one: a 2 too many, or a ½ that is missing", 1.2),
            new("factor", 0.5, "{0} is half the right one: a ½ too many, or a 2 that is missing", 1.2),
            new("sum-for-mean", outputs, $"{{0}} is {outputs} times the right one: 1/n of the n = {outputs} outputs is missing", 1.4),
            new("mean-for-sum", 1.0 / outputs, $"{{0}} is divided by the number of outputs, n = {outputs}, once too often", 1.4),
        ];
        List<Factor> all = [.. factors.DistinctBy(factor => factor.Value)];
        Factor[] products =
        [
            .. from first in all.Skip(1)
               from second in all.Skip(1)
               where all.IndexOf(first) < all.IndexOf(second)
               select new Factor(first.Code, first.Value * second.Value, $"{first.What}, and {second.What}", first.Cost + second.Cost + 0.3),
        ];
        return [.. all.Concat(products.OrderBy(factor => factor.Cost)).DistinctBy(factor => Math.Round(factor.Value, 12))];
    }

    /// <summary>Any other factor.</summary>
    public static Factor Any(double value) => new("factor", value, $"{{0}} is {Shown(value)} times the right one"
        + (value < 0 ? $", as the update −η ∂C with η = {Shown(-value)} is" : ""), AnyCost);

    /// <summary>A number found by least squares, without the digits that are noise.</summary>
    public static string Shown(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>The mistake of having this factor in something.</summary>
    public Mistake In(string subject) => new(Code, string.Format(CultureInfo.InvariantCulture, What, subject), Cost);
}

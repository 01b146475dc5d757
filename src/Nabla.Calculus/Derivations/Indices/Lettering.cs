using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>Gives the indices of a line their letters in the order of reading, and puts the sums in the order of their indices.</summary>
internal sealed class Lettering
{
    private readonly Dictionary<SumIndex, SumIndex> renamed = [];
    private readonly IndexLetters letters = new();

    /// <summary>Both sides of a line, with new letters.</summary>
    public static (IndexFormula Left, IndexFormula Right) Of(IndexFormula left, IndexFormula right)
    {
        Lettering lettering = new();
        IndexFormula first = lettering.Run(left);
        return (first, lettering.Run(right));
    }

    private SumIndex Rename(SumIndex index)
    {
        if (!renamed.TryGetValue(index, out SumIndex? known))
        {
            renamed[index] = known = letters.Always(index.Range);
        }

        return known;
    }

    private IndexFormula Run(IndexFormula formula)
    {
        SumIndex? Of(SumIndex? index) => index is null ? null : Rename(index);
        switch (formula)
        {
            case Element element:
                return element with { Row = Of(element.Row), Column = Of(element.Column) };
            case ElementDerivative d:
                return new ElementDerivative((Element)Run(d.F), (Element)Run(d.X));
            case Kronecker delta:
                return new Kronecker(Rename(delta.I), Rename(delta.J));
            case IndexTerms terms:
                return new IndexTerms([.. terms.Items.Select(item => (Run(item.Term), item.Negative))]);
            case IndexProduct product:
                return new IndexProduct([.. product.Factors.Select(Run)]);
            case IndexQuotient quotient:
                return new IndexQuotient(Run(quotient.Above), Run(quotient.Below));
            case IndexCall call:
                return call with { Argument = Run(call.Argument) };
            case IndexPower power:
                return new IndexPower(Run(power.Base), Run(power.Exponent));
            case IndexExtreme extreme:
                return extreme with { X = Run(extreme.X), Y = Run(extreme.Y) };
            case IndexSum:
                List<SumIndex> sums = [];
                IndexFormula body = formula;
                while (body is IndexSum { Index: var index, Body: var inner })
                {
                    sums.Add(index);
                    body = inner;
                }

                // The same index may stand in several sums beside one another; each gets a letter of its own only in its own sum.
                foreach (SumIndex index in sums)
                {
                    renamed.Remove(index);
                }

                IndexFormula result = Run(body);
                foreach (SumIndex index in sums.Select(Rename).OrderByDescending(Place))
                {
                    result = new IndexSum(index, result);
                }

                return result;
            default:
                return formula;
        }
    }

    private static int Place(SumIndex index) => Array.IndexOf(Order, index.Name);

    private static string[] Order { get; } = IndexLetters.All;
}

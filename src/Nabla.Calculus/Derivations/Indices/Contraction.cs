using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>
/// Brings a formula of elements into a short form: products flat, sums in front of products, Kronecker's δ contracted, numbers in front. Indices of
/// different sums are different objects, so that nothing is caught by a sum that is moved.
/// </summary>
internal static class Contraction
{
    /// <summary>Signs, numbers and products in order; every δ stays.</summary>
    public static IndexFormula Tidy(IndexFormula formula) => Run(formula, false);

    /// <summary>The same with every δ contracted that meets its sum.</summary>
    public static IndexFormula Contract(IndexFormula formula) => Run(formula, true);

    private static IndexFormula Run(IndexFormula formula, bool contract)
    {
        IndexFormula R(IndexFormula inner) => Run(inner, contract);
        return formula switch
        {
            IndexSum sum => Sum(sum.Index, R(sum.Body), contract),
            IndexTerms terms => Terms(terms.Items.Select(item => (R(item.Term), item.Negative))),
            IndexProduct product => Product(product.Factors.Select(R), contract),
            IndexQuotient quotient => Quotient(R(quotient.Above), R(quotient.Below), contract),
            IndexCall call => call with { Argument = R(call.Argument) },
            IndexPower power => power with { Base = R(power.Base), Exponent = R(power.Exponent) },
            IndexExtreme extreme => extreme with { X = R(extreme.X), Y = R(extreme.Y) },
            _ => formula,
        };
    }

    private static IndexFormula Sum(SumIndex index, IndexFormula body, bool contract)
    {
        if (IsNumber(body, 0))
        {
            return body;
        }

        // Signs and numbers stand before the sum.
        if (body is IndexTerms { Items: [(var term, true)] })
        {
            return new IndexTerms([(Sum(index, term, contract), true)]);
        }

        if (body is IndexProduct { Factors: [IndexNumber number, .. { Length: > 0 } rest] })
        {
            IndexFormula inner = Sum(index, rest is [var only] ? only : new IndexProduct(rest), contract);
            return inner is IndexNumber or IndexTerms ? Product([number, inner], contract) : new IndexProduct([number, .. inner is IndexProduct p ? p.Factors : [inner]]);
        }

        if (!contract)
        {
            return new IndexSum(index, body);
        }

        switch (body)
        {
            case IndexTerms terms when HasDelta(terms, index):
                return Terms(terms.Items.Select(item => (Sum(index, item.Term, contract), item.Negative)));
            case IndexSum inside when HasDelta(inside.Body, index):
                // Only where the δ goes away, or the two sums would change places for ever.
                return Sum(index, inside.Body, contract) is var moved && moved is IndexSum { Index: var same } && same == index ? new IndexSum(index, inside) : Sum(inside.Index, moved, contract);
            case IndexQuotient quotient when HasDelta(quotient.Above, index) && !Mentions(quotient.Below, index):
                return Quotient(Sum(index, quotient.Above, contract), quotient.Below, contract);
            case Kronecker delta when delta.I == index || delta.J == index:
                return IndexReader.Number(1);
            case IndexProduct product:
                int at = -1;
                for (int f = 0; f < product.Factors.Length && at < 0; f++)
                {
                    at = product.Factors[f] is Kronecker d && d.I != d.J && (d.I == index || d.J == index) ? f : -1;
                }

                if (at >= 0)
                {
                    Kronecker delta = (Kronecker)product.Factors[at];
                    SumIndex other = delta.I == index ? delta.J : delta.I;
                    return Run(Replace(new IndexProduct(product.Factors.RemoveAt(at)), index, other), contract);
                }

                break;
        }

        return new IndexSum(index, body);
    }

    private static IndexFormula Terms(IEnumerable<(IndexFormula Term, bool Negative)> items)
    {
        List<(IndexFormula Term, bool Negative)> flat = [];
        foreach ((IndexFormula term, bool negative) in items)
        {
            if (term is IndexTerms inner)
            {
                flat.AddRange(inner.Items.Select(item => (item.Term, item.Negative != negative)));
            }
            else if (term is IndexNumber { Value: { Number: < 0 } value })
            {
                flat.Add((new IndexNumber(-value), !negative));
            }
            else
            {
                flat.Add((term, negative));
            }
        }

        flat.RemoveAll(item => IsNumber(item.Term, 0));
        return flat switch
        {
            [] => IndexReader.Number(0),
            [(var only, false)] => only,
            _ => new IndexTerms([.. flat]),
        };
    }

    private static IndexFormula Product(IEnumerable<IndexFormula> factors, bool contract)
    {
        List<IndexFormula> flat = [];
        Coefficient number = Coefficient.One;
        Stack<IndexFormula> open = new(factors.Reverse());
        List<SumIndex> sums = [];
        while (open.TryPop(out IndexFormula? next))
        {
            switch (next)
            {
                case IndexProduct inner:
                    foreach (IndexFormula factor in inner.Factors.Reverse())
                    {
                        open.Push(factor);
                    }

                    break;
                case IndexNumber constant:
                    number *= constant.Value;
                    break;
                case IndexSum sum:
                    sums.Add(sum.Index);
                    open.Push(sum.Body);
                    break;
                case IndexTerms { Items: [(var term, true)] }:
                    number = -number;
                    open.Push(term);
                    break;
                case Kronecker { I: var i, J: var j } when i == j:
                    break;
                default:
                    flat.Add(next);
                    break;
            }
        }

        if (number.Number == 0)
        {
            return IndexReader.Number(0);
        }

        if (contract && flat.FindIndex(factor => factor is IndexTerms && HasAnyDelta(factor)) is >= 0 and var at)
        {
            // A sum with a δ in it is multiplied out, so that the δ meets its sum.
            IndexTerms terms = (IndexTerms)flat[at];
            IndexFormula spread = Terms(terms.Items.Select(item =>
                (Product([new IndexNumber(number), .. flat.Take(at), item.Term, .. flat.Skip(at + 1)], contract), item.Negative)));
            return sums.Reverse<SumIndex>().Aggregate(spread, (body, index) => Sum(index, body, contract));
        }

        bool negative = number.Number < 0;
        number = negative ? -number : number;
        if (!number.IsOne || flat.Count == 0)
        {
            flat.Insert(0, new IndexNumber(number));
        }

        IndexFormula result = flat is [var single] ? single : new IndexProduct([.. flat]);
        result = sums.Reverse<SumIndex>().Aggregate(result, (body, index) => Sum(index, body, contract));
        return negative ? Terms([(result, true)]) : result;
    }

    private static IndexFormula Quotient(IndexFormula above, IndexFormula below, bool contract) => above switch
    {
        _ when IsNumber(above, 0) => above,
        _ when IsNumber(below, 1) => above,
        IndexTerms { Items: [(var term, true)] } => Terms([(Quotient(term, below, contract), true)]),
        IndexProduct product when contract && product.Factors.FirstOrDefault(factor => factor is Kronecker) is Kronecker delta =>
            Product([delta, Quotient(Product(product.Factors.Remove(delta), contract), below, contract)], contract),
        Kronecker delta when contract => Product([delta, new IndexQuotient(IndexReader.Number(1), below)], contract),
        IndexSum sum when contract => new IndexSum(sum.Index, Quotient(sum.Body, below, contract)),
        _ => new IndexQuotient(above, below),
    };

    private static bool IsNumber(IndexFormula formula, double value) => formula is IndexNumber { Value: { Powers.IsEmpty: true, Number: var number } } && number == value;

    private static bool HasDelta(IndexFormula formula, SumIndex index) => Nodes(formula).Any(node => node is Kronecker d && (d.I == index || d.J == index));

    private static bool HasAnyDelta(IndexFormula formula) => Nodes(formula).Any(node => node is Kronecker);

    private static bool Mentions(IndexFormula formula, SumIndex index) => Nodes(formula).Any(node => node switch
    {
        Element element => element.Row == index || element.Column == index,
        ElementDerivative d => d.F.Row == index || d.F.Column == index || d.X.Row == index || d.X.Column == index,
        Kronecker delta => delta.I == index || delta.J == index,
        _ => false,
    });

    /// <summary>Every part of a formula.</summary>
    internal static IEnumerable<IndexFormula> Nodes(IndexFormula formula)
    {
        Stack<IndexFormula> open = new([formula]);
        while (open.TryPop(out IndexFormula? next))
        {
            yield return next;
            IEnumerable<IndexFormula> inner = next switch
            {
                IndexSum sum => [sum.Body],
                IndexTerms terms => terms.Items.Select(item => item.Term),
                IndexProduct product => product.Factors,
                IndexQuotient quotient => [quotient.Above, quotient.Below],
                IndexCall call => [call.Argument],
                IndexPower power => [power.Base, power.Exponent],
                IndexExtreme extreme => [extreme.X, extreme.Y],
                _ => [],
            };
            foreach (IndexFormula part in inner)
            {
                open.Push(part);
            }
        }
    }

    private static IndexFormula Replace(IndexFormula formula, SumIndex old, SumIndex by)
    {
        if (old == by)
        {
            return formula;
        }

        SumIndex? Of(SumIndex? index) => index == old ? by : index;
        IndexFormula R(IndexFormula inner) => Replace(inner, old, by);
        return formula switch
        {
            Element element => element with { Row = Of(element.Row), Column = Of(element.Column) },
            ElementDerivative d => new ElementDerivative((Element)R(d.F), (Element)R(d.X)),
            Kronecker delta => new Kronecker(Of(delta.I)!, Of(delta.J)!),
            IndexSum sum => sum with { Body = R(sum.Body) },
            IndexTerms terms => new IndexTerms([.. terms.Items.Select(item => (R(item.Term), item.Negative))]),
            IndexProduct product => new IndexProduct([.. product.Factors.Select(R)]),
            IndexQuotient quotient => new IndexQuotient(R(quotient.Above), R(quotient.Below)),
            IndexCall call => call with { Argument = R(call.Argument) },
            IndexPower power => new IndexPower(R(power.Base), R(power.Exponent)),
            IndexExtreme extreme => extreme with { X = R(extreme.X), Y = R(extreme.Y) },
            _ => formula,
        };
    }
}

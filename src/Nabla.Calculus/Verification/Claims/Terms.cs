using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Simplification;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>
/// Explains the difference between a claim and the derivative by single terms of the two, both multiplied out: that of somebody who writes sums
/// where the derivation writes products has no place at which a term is missing.
/// </summary>
internal sealed class Terms(ClaimProblem problem, Truth truth, Syntax? right, Deadline end)
{
    /// <summary>Of longer sums the pairs are too many.</summary>
    private const int MostInPairs = 12;

    private const int MostTerms = 40;

    private const int MostLevels = 4;

    private static readonly ImmutableArray<RewriteRule> transposes = [RewriteRule.For<Transpose>("transpose-inside", "(X + Y)ᵀ = Xᵀ + Yᵀ, (XY)ᵀ = YᵀXᵀ", n => Forms.Transposed(n.Operands[0]) is var inside && inside != n ? inside : null)];

    private readonly Dictionary<Expr, List<List<Term>>> levels = new(ReferenceEqualityComparer.Instance);

    private sealed record Term(Expr Formula, Matrix[] Values);

    /// <summary>A claim that is several of the derivative's own terms, and not all of them.</summary>
    public Found? Forgotten(Syntax claim, Expr bound)
    {
        if (Levels(bound) is not [{ Count: > 1 }, ..])
        {
            return null;
        }

        return Levels(bound).SelectMany(_ => Levels(truth.Result), (own, all) => Rest(own, all)).OfType<List<Term>>()
            .Select(rest => Missing(claim, rest)).FirstOrDefault(found => found is not null);
    }

    /// <summary>What is left of the right terms without the claim's own; null where one of those is wrong, or too much is left.</summary>
    private static List<Term>? Rest(List<Term> own, List<Term> all)
    {
        List<Term> rest = [.. all];
        if (own.Count < 2 || rest.Count <= own.Count || rest.Count > own.Count + 2)
        {
            return null;
        }

        foreach (Term term in own)
        {
            int at = rest.FindIndex(other => Same(term.Values, other.Values));
            if (at < 0)
            {
                return null;
            }

            rest.RemoveAt(at);
        }

        return rest;
    }

    /// <summary>Terms that are missing, or in the claim with another sign or factor.</summary>
    public Found? Changed(Syntax claim, Expr bound)
    {
        if (Difference(bound) is not Matrix[] difference)
        {
            return null;
        }

        List<List<Term>> own = [.. Levels(bound).Where(terms => terms.Count > 1)];
        List<List<Term>> all = [.. Levels(truth.Result).Where(terms => terms.Count > 1)];
        IEnumerable<Found?> ways =
        [
            .. all.SelectMany(terms => terms).Where(term => Same(term.Values, difference)).Select(term => Missing(claim, [term])),
            .. own.SelectMany(terms => terms).Select(term => Wrong(difference, [term])),
            .. all.Where(terms => terms.Count > 2).SelectMany(Pairs).Where(pair => Same(Sum(pair.X, pair.Y), difference)).Select(pair => Missing(claim, [pair.X, pair.Y])),
            .. own.Where(terms => terms.Count > 2).SelectMany(Pairs).Select(pair => Wrong(difference, [pair.X, pair.Y])),
            .. all.Select(terms => Twice(terms, difference)),
        ];
        return ways.FirstOrDefault(found => found is not null);
    }

    private Found? Missing(Syntax claim, IReadOnlyList<Term> terms)
    {
        Syntax? form = claim;
        List<string> names = [];
        foreach (Term term in terms)
        {
            bool isNegative = term.Formula is Negate;
            if (Said(isNegative ? term.Formula.Operands[0] : term.Formula) is not Syntax said)
            {
                return null;
            }

            form = Written.Of(form, isNegative ? BinaryOperator.Subtract : BinaryOperator.Add, said);
            names.Add(Written.Short(isNegative ? new MinusSyntax(said) : said));
        }

        return new("missing-term", names.Count == 1 ? $"the term {names[0]} is missing" : $"the terms {string.Join(" and ", names)} are missing", form, null);
    }

    /// <summary>Terms of the claim that have all the same wrong sign or factor.</summary>
    private Found? Wrong(Matrix[] difference, IReadOnlyList<Term> terms)
    {
        Matrix[] values = terms.Count == 1 ? terms[0].Values : Sum(terms[0], terms[1]);
        double? factor = null;
        for (int i = 0; i < values.Length; i++)
        {
            if (Agreement.AreZero(difference[i], values[i]))
            {
                continue;
            }

            if (Agreement.Ratio(difference[i], values[i]) is not double ratio || (factor is double known && !Multiple.Near(ratio, known)))
            {
                return null;
            }

            factor = ratio;
        }

        Syntax?[] said = [.. terms.Select(term => Said(term.Formula))];
        if (factor is not double change || said.Contains(null))
        {
            return null;
        }

        string names = string.Join(" and ", said.Select(term => Written.Short(term!)));
        (string each, string be) = said.Length == 1 ? ($"the term {names}", "is") : ($"the terms {names}", "are");
        return Multiple.Near(change, -1) ? new("extra-term", $"{each} {be} too many", right, null)
            : Multiple.Near(change, -2) ? new("sign", $"the sign of {each} is wrong", right, null)
            : new("factor", $"a constant factor is wrong: {each} should be {Written.Number(1 + change)} times as large", right, null);
    }

    /// <summary>One term twice in place of two that are alike, as in A + A for A + Aᵀ.</summary>
    private Found? Twice(List<Term> all, Matrix[] difference)
    {
        foreach ((Term x, Term y) in Pairs(all).Concat(Pairs(all).Select(pair => (pair.Y, pair.X))))
        {
            if (end.IsPast)
            {
                return null;
            }

            Matrix[] exchange = [.. x.Values.Zip(y.Values, (missing, twice) => missing.Zip(twice, (a, b) => a - b))];
            if (Same(exchange, difference) && Said(x.Formula) is Syntax missing && Said(y.Formula) is Syntax twice)
            {
                return new("missing-term", $"the term {Written.Short(missing)} is missing, and {Written.Short(twice)} is there twice", right, null);
            }
        }

        return null;
    }

    /// <summary>The terms of a formula, each with its values at the points: as it stands, its products multiplied out, and those in its factors too.</summary>
    private List<List<Term>> Levels(Expr? formula)
    {
        if (formula is null || formula.Shape != problem.Shape)
        {
            return [];
        }

        if (levels.TryGetValue(formula, out List<List<Term>>? known))
        {
            return known;
        }

        List<List<Term>> found = levels[formula] = [];
        try
        {
            Expr? next = Rewriter.Rewrite(formula, transposes).Result;
            for (int i = 0; i < MostLevels && next is not null && !end.IsPast; i++)
            {
                if (Of(next) is not List<Term> terms)
                {
                    break;
                }

                found.Add(terms);
                next = Expansion.Of(next);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ShapeException or OverflowException)
        {
            // What cannot be taken apart explains nothing.
        }

        return found;
    }

    private List<Term>? Of(Expr sum)
    {
        Expr[] terms = [.. Forms.Terms(sum).GroupBy(term => (term.Body, Sizes: string.Join(' ', term.Number.Powers)))
            .Select(like => Forms.Times(like.Select(term => term.Number).Aggregate((x, y) => x.Plus(y)), like.Key.Body))];
        if (terms.Length > MostTerms)
        {
            return null;
        }

        List<Term> known = [];
        foreach (Expr term in terms)
        {
            if (Values(term) is not Matrix[] values)
            {
                return null;
            }

            known.Add(new(term, values));
        }

        return known;
    }

    private Matrix[]? Difference(Expr bound) => bound.Shape == problem.Shape && Values(bound) is Matrix[] own
        ? [.. truth.Samples.Select((sample, i) => sample.Value.Zip(own[i], (x, y) => x - y))]
        : null;

    private Matrix[]? Values(Expr formula)
    {
        List<Matrix> values = [];
        foreach ((SamplePoint point, _) in truth.Samples)
        {
            if (truth.Symmetrized(point.Value(formula), point) is not Matrix value)
            {
                return null;
            }

            values.Add(value);
        }

        return [.. values];
    }

    private static bool Same(Matrix[] x, Matrix[] y) => x.Zip(y).All(pair => Agreement.Same(pair.First, pair.Second));

    private static Matrix[] Sum(Term x, Term y) => [.. x.Values.Zip(y.Values, (one, other) => one.Zip(other, (a, b) => a + b))];

    private IEnumerable<(Term X, Term Y)> Pairs(List<Term> terms) => terms.Count > MostInPairs || end.IsPast
        ? []
        : terms.SelectMany((x, i) => terms.Skip(i + 1).Select(y => (x, y)));

    private Syntax? Said(Expr formula)
    {
        try
        {
            return AsciiNotation.ToSyntax(formula, problem.Scope);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}

using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Indices;

/// <summary>
/// The index style: every line in elements, differentiated by the product rule with ∂Xᵢⱼ/∂Xₖₗ = δᵢₖ δⱼₗ, the δ contracted against their sums, and the
/// result read back as a matrix.
/// </summary>
internal sealed class IndexDerivation(Computation computation, Shortening shortening)
{
    private const string Legend = "δᵢⱼ with two indices below is Kronecker's: 1 where i = j, else 0.";

    /// <summary>A definition: as it stands, and in elements where that says more.</summary>
    public static IEnumerable<Step> Definitions(Named part)
    {
        yield return new(StyleRules.Definition, part, part.Definition) { Relation = Relation.Definition };
        IndexLetters letters = new();
        (SumIndex? i, SumIndex? j) = (letters.New(part.Shape.Rows), letters.New(part.Shape.Columns));
        IndexFormula elements = Contraction.Contract(new IndexReader(letters).Read(part.Definition, i, j));
        if (elements is not Element)
        {
            yield return new(StyleRules.Elements, part, part.Definition) { Relation = Relation.Definition, Indexed = Lettering.Of(new Element(part, i, j), elements) };
        }
    }

    /// <summary>The derivative of each definition, and the chain rule from the result down.</summary>
    public IEnumerable<Section> Gradients(Adjoints adjoints, Func<Expr, string>? labelOf = null)
    {
        yield return Locals();
        List<Step> steps = [];
        foreach (Expr use in computation.Parts.Reverse().Skip(1).Concat(computation.Variables).Where(adjoints.Has))
        {
            Expr gradient = Expr.Gradient(computation.Root, use);
            IndexLetters letters = new();
            (SumIndex? k, SumIndex? l) = (letters.New(use.Shape.Rows), letters.New(use.Shape.Columns));
            Element left = new(gradient, k, l);
            Named[] users = [.. computation.UsersOf(use).Reverse().Where(user => adjoints.Has(user))];
            bool direct = users is [Named single] && single == computation.Root;
            string label = labelOf?.Invoke(use) ?? "";
            bool sums = true;
            try
            {
                List<(IndexFormula, bool)> asked = [];
                List<(IndexFormula, bool)> known = [];
                foreach (Named user in users)
                {
                    (SumIndex? p, SumIndex? q) = (letters.New(user.Shape.Rows), letters.New(user.Shape.Columns));
                    IndexFormula local = Local(user, p, q, use, k, l, letters);
                    IndexFormula above = user == computation.Root ? IndexReader.Number(1) : new IndexReader(letters).Read(adjoints[user], p, q);
                    IndexFormula question = user == computation.Root ? IndexReader.Number(1) : new Element(Expr.Gradient(computation.Root, user), p, q);
                    IndexFormula inner = computation.IsAmbiguous(user, use) || user == computation.Root
                        ? local : new ElementDerivative(new(user, p, q), new(use, k, l));
                    asked.Add((IndexReader.Sum(p, IndexReader.Sum(q, IndexReader.Product(question, inner))), false));
                    known.Add((IndexReader.Sum(p, IndexReader.Sum(q, IndexReader.Product(above, local))), false));
                }

                IndexFormula chain = Contraction.Tidy(new IndexTerms([.. asked]));
                IndexFormula put = Contraction.Tidy(new IndexTerms([.. known]));
                IndexFormula contracted = Contraction.Contract(put);
                sums = Contraction.Nodes(contracted).Any(node => node is IndexSum);
                // What the result is written with itself was differentiated above.
                bool done = direct && !computation.IsAmbiguous(computation.Root, use);
                if (!direct)
                {
                    steps.Add(new(StyleRules.IndexChain, gradient, adjoints[use]) { Indexed = Lettering.Of(left, chain) });
                }

                if (!done)
                {
                    steps.Add(new(direct ? StyleRules.IndexDifferential : StyleRules.Substitution, gradient, adjoints[use]) { Indexed = Lettering.Of(left, put) });
                }

                if (!done && Count(put) != Count(contracted))
                {
                    steps.Add(new(StyleRules.Contracted, gradient, adjoints[use]) { Indexed = Lettering.Of(left, contracted) });
                }
            }
            catch (NotSupportedException)
            {
                foreach (Named user in users)
                {
                    steps.Add(new(computation.RuleOf(user), user.Differential(), shortening.Tidy(computation.DifferentialOf(user))));
                }
            }

            IReadOnlyList<Step> simplification = adjoints.SimplificationOf(use);
            IReadOnlyList<Assumption> conditions = DifferentialStyle.ConditionsOf(simplification);
            if (adjoints[use] is Named name && name != adjoints.DefinitionOf(use))
            {
                steps.Add(new(StyleRules.Definition, name, gradient) { Relation = Relation.Definition });
                steps.Add(new(Back(sums, simplification), name, adjoints.DefinitionOf(use)) { Steps = simplification, Conditions = conditions, Label = label });
            }
            else
            {
                steps.Add(new(Back(sums, simplification), gradient, adjoints[use]) { Steps = simplification, Conditions = conditions, Label = label });
            }
        }

        yield return new("The chain rule", steps, []);
    }

    /// <summary>The derivative of each definition, and the chain rule up to the result.</summary>
    public IEnumerable<Section> Jacobians(Expr variable)
    {
        yield return Locals();
        List<Step> steps = [];
        foreach (Named part in computation.Parts.Where(part => computation.UsesOf(part).Any(use => use != variable)))
        {
            IndexLetters letters = new();
            (SumIndex? i, SumIndex? j) = (letters.New(part.Shape.Rows), letters.New(part.Shape.Columns));
            (SumIndex? k, SumIndex? l) = (letters.New(variable.Shape.Rows), letters.New(variable.Shape.Columns));
            Expr jacobian = Expr.Jacobian(part, variable);
            Step? step = null;
            try
            {
                List<(IndexFormula, bool)> terms = [];
                foreach (Expr use in computation.UsesOf(part))
                {
                    (SumIndex? p, SumIndex? q) = use == variable ? (k, l) : (letters.New(use.Shape.Rows), letters.New(use.Shape.Columns));
                    IndexFormula local = Contraction.Contract(Local(part, i, j, use, p, q, letters));
                    terms.Add((use == variable ? local
                        : IndexReader.Sum(p, IndexReader.Sum(q, IndexReader.Product(local, new ElementDerivative(new(use, p, q), new(variable, k, l))))), false));
                }

                step = new(StyleRules.IndexChain, jacobian, jacobian)
                {
                    Indexed = Lettering.Of(new ElementDerivative(new(part, i, j), new(variable, k, l)), Contraction.Contract(new IndexTerms([.. terms]))),
                };
            }
            catch (NotSupportedException)
            {
                step = new(computation.RuleOf(part), part.Differential(), shortening.Tidy(computation.DifferentialOf(part)));
            }

            steps.Add(step);
        }

        if (steps.Count > 0)
        {
            yield return new("The chain rule", steps, []);
        }
    }

    /// <summary>A differential as it is used here: element by element.</summary>
    private static Rule InElements(Rule rule, Expr use) => use.Shape.IsScalar
        ? rule
        : rule with { Statement = $"{rule.Statement}, in elements with {(use.Shape.Rows.IsOne || use.Shape.Columns.IsOne ? "∂xᵢ/∂xⱼ = δᵢⱼ" : "∂Xᵢⱼ/∂Xₖₗ = δᵢₖ δⱼₗ")}" };

    /// <summary>How elements become a matrix again, and whether f′ was written in terms of f on the way.</summary>
    private static Rule Back(bool sums, IReadOnlyList<Step> simplification)
    {
        Rule rule = sums ? StyleRules.BackToMatrices : StyleRules.BackFromElements;
        return simplification.Any(step => step.Rule.Id == "rewrite.activation-derivative") ? rule with { Statement = $"{rule.Statement}; f′ in terms of f" } : rule;
    }

    private Section Locals()
    {
        List<Step> steps = [];
        foreach (Named part in computation.Parts)
        {
            foreach (Expr use in computation.UsesOf(part).Where(use => !computation.IsAmbiguous(part, use)))
            {
                Expr jacobian = Expr.Jacobian(part, use);
                IndexLetters letters = new();
                (SumIndex? i, SumIndex? j) = (letters.New(part.Shape.Rows), letters.New(part.Shape.Columns));
                (SumIndex? k, SumIndex? l) = (letters.New(use.Shape.Rows), letters.New(use.Shape.Columns));
                try
                {
                    ElementDerivative left = new(new(part, i, j), new(use, k, l));
                    IndexFormula first = Contraction.Tidy(Local(part, i, j, use, k, l, letters));
                    IndexFormula second = Contraction.Contract(first);
                    steps.Add(new(InElements(computation.RuleOf(part, use), use), jacobian, jacobian) { Indexed = Lettering.Of(left, first) });
                    if (Count(first) != Count(second))
                    {
                        steps.Add(new(StyleRules.Contracted, jacobian, jacobian) { Indexed = Lettering.Of(left, second) });
                    }
                }
                catch (NotSupportedException)
                {
                    steps.Add(new(computation.RuleOf(part), part.Differential(), shortening.Tidy(computation.DifferentialOf(part))));
                }
            }
        }

        return new("Derivatives of elements", steps, steps.Any(step => step.Indexed is not null) ? [Legend] : []);
    }

    private IndexFormula Local(Named part, SumIndex? i, SumIndex? j, Expr use, SumIndex? k, SumIndex? l, IndexLetters letters)
    {
        IndexReader reader = new(letters, (d, row, column) =>
        {
            if (d.Of != use)
            {
                return IndexReader.Number(0);
            }

            List<IndexFormula> deltas = [];
            if (row is not null && k is not null)
            {
                deltas.Add(new Kronecker(row, k));
            }

            if (column is not null && l is not null)
            {
                deltas.Add(new Kronecker(column, l));
            }

            return deltas.Count == 0 ? IndexReader.Number(1) : new IndexProduct([.. deltas]);
        });
        return reader.Read(shortening.Tidy(computation.DifferentialOf(part)), i, j);
    }

    private static int Count(IndexFormula formula) => Contraction.Nodes(formula).Count(node => node is IndexSum or Kronecker);
}

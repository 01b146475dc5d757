using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>
/// The adjoints ∂C/∂u of every name and variable of a formula, last first. ⟨G, du⟩ with du in terms of what u is made of gives one term for each of
/// these; what stands beside dX in them adds up to ∂C/∂X.
/// </summary>
internal sealed class Adjoints
{
    private readonly Dictionary<Expr, Expr> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Expr> definitions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, IReadOnlyList<Step>> simplifications = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Named Part, Expr Use), Expr> gains = [];
    private readonly Dictionary<(Named Part, Expr Use), IReadOnlyList<Expr>> terms = [];
    private readonly Dictionary<(Named Part, Expr Use), IReadOnlyList<Step>> gainSteps = [];
    private readonly Dictionary<Named, List<Rule>> pairings = [];

    /// <summary>Finds all of them.</summary>
    /// <param name="computation">The formula.</param>
    /// <param name="shortening">How results are written.</param>
    /// <param name="settings">The tables.</param>
    /// <param name="nameOf">The name of an adjoint, or null.</param>
    public Adjoints(Computation computation, Shortening shortening, DerivationSettings settings, Func<Expr, Expr, Name?> nameOf)
    {
        values[computation.Root] = computation.Root.Pool.Constant(1);
        foreach (Expr part in computation.Parts.Reverse<Expr>().Concat(computation.Variables))
        {
            if (part != computation.Root)
            {
                Expr? total = null;
                List<Step> before = [];
                foreach (Named user in computation.UsersOf(part).Reverse().Where(user => values.ContainsKey(user)))
                {
                    Expr gain = gains[(user, part)];
                    total = total is null ? gain : Simplification.Forms.Plus(total, gain);
                    before.AddRange(gainSteps[(user, part)]);
                }

                if (total is null)
                {
                    continue;
                }

                (Expr simple, IReadOnlyList<Step> after) = shortening.Shorten(total);
                simplifications[part] = [.. before.Concat(after).DistinctBy(step => (step.Left, step.Right))];
                definitions[part] = simple;
                if (part is Named && nameOf(part, simple) is Name name)
                {
                    Named named = simple.AsOfDerivation(name);
                    shortening.Add(named);
                    simple = named;
                }

                values[part] = simple;
            }

            if (part is Named user2 && !computation.Variables.Contains(part))
            {
                Spread(computation, shortening, settings, user2);
            }
        }
    }

    /// <summary>∂C/∂X, by its name where it has one; zeros where C does not change with X.</summary>
    public Expr this[Expr part] => values.GetValueOrDefault(part) ?? part.Pool.Zeros(part.Shape);

    /// <summary>Whether C changes with a part.</summary>
    public bool Has(Expr part) => values.ContainsKey(part);

    /// <summary>∂C/∂X without its name.</summary>
    public Expr DefinitionOf(Expr part) => definitions.GetValueOrDefault(part) ?? this[part];

    /// <summary>The rewrites that led to ∂C/∂X.</summary>
    public IReadOnlyList<Step> SimplificationOf(Expr part) => simplifications.GetValueOrDefault(part) ?? [];

    /// <summary>What stands beside dX after ⟨G, du⟩ was turned round.</summary>
    public Expr Gain(Named part, Expr use) => gains[(part, use)];

    /// <summary>The same, one for each place where X stands.</summary>
    public IReadOnlyList<Expr> Terms(Named part, Expr use) => terms[(part, use)];

    /// <summary>The rewrites that led to what stands beside dX.</summary>
    public IReadOnlyList<Step> StepsOfGain(Named part, Expr use) => gainSteps[(part, use)];

    /// <summary>The rules by which ⟨G, du⟩ was turned round, in the order in which they first served.</summary>
    public IReadOnlyList<Rule> PairingsOf(Named part) => pairings[part];

    private void Spread(Computation computation, Shortening shortening, DerivationSettings settings, Named part)
    {
        Expr differential = shortening.Tidy(computation.DifferentialOf(part));
        List<Rule> used = pairings[part] = [];
        foreach (Expr use in computation.UsesOf(part))
        {
            Differential d = (Differential)use.Differential();
            List<Expr> found = [];
            List<Step> steps = [];
            foreach ((Expr term, bool negative) in Sums(differential))
            {
                if (term.HasPart(d))
                {
                    Expr turned = settings.Pairings.Turn(term, d, this[part]);
                    (Expr simple, IReadOnlyList<Step> rewrites) = shortening.Shorten(negative ? -turned : turned);
                    found.Add(simple);
                    steps.AddRange(rewrites);
                    used.AddRange(settings.Pairings.RulesOn(term, d).Where(rule => !used.Contains(rule)));
                }
            }

            if (found.Count == 0)
            {
                // A difference may cancel a use: x − x.
                found.Add(use.Pool.Zeros(use.Shape));
            }

            terms[(part, use)] = found;
            (gains[(part, use)], IReadOnlyList<Step> last) = shortening.Shorten(found.Aggregate(Simplification.Forms.Plus));
            gainSteps[(part, use)] = [.. steps.Concat(last)];
        }
    }

    private static IEnumerable<(Expr Term, bool Negative)> Sums(Expr e, bool negative = false) => e switch
    {
        Add { Operands: [var x, var y] } => Sums(x, negative).Concat(Sums(y, negative)),
        Subtract { Operands: [var x, var y] } => Sums(x, negative).Concat(Sums(y, !negative)),
        Negate { Operands: [var x] } => Sums(x, !negative),
        _ => [(e, negative)],
    };
}

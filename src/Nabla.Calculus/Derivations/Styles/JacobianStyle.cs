using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>The textbook style: the local Jacobian of each intermediate result, and the chain rule.</summary>
internal sealed class JacobianStyle(Computation computation, Shortening shortening)
{
    private readonly Dictionary<(Named Part, Expr Use), (Expr? Matrix, IReadOnlyList<Step> Steps)> locals = [];

    /// <summary>∂vec u/∂vec x for every name and what it is made of; the differential where there is no matrix form or the way is ambiguous.</summary>
    public Section LocalJacobians()
    {
        List<Step> steps = [];
        foreach (Named part in computation.Parts)
        {
            IReadOnlyList<Expr> uses = computation.UsesOf(part);
            Expr differential = shortening.Tidy(computation.DifferentialOf(part));
            Rule rule = computation.RuleOf(part);
            Rule read = new("textbook.identification", $"{rule.Statement}, read as vec(dF) = J vec(dX)");
            if (uses.Any(use => Local(part, use) is null))
            {
                steps.Add(new(rule, part.Differential(), differential) { Steps = computation.OperationsOf(part) });
            }
            else if (uses.Any(use => computation.IsAmbiguous(part, use)))
            {
                Expr right = uses.Select(use => Expr.MatMul(Local(part, use)!, Expr.Vec(use.Differential()))).Aggregate((x, y) => x + y);
                steps.Add(new(read, Expr.Vec(part.Differential()), shortening.Tidy(right)) { Steps = computation.OperationsOf(part) });
            }
            else
            {
                steps.AddRange(uses.Select(use => new Step(new("textbook.identification", $"{computation.RuleOf(part, use).Statement}, read as vec(dF) = J vec(dX)"), part.Shape.IsScalar && part == computation.Root && !use.Shape.IsScalar ? Expr.Vec(Expr.Gradient(part, use)).Transpose() : Expr.Jacobian(part, use), Local(part, use)!) { Steps = locals[(part, use)].Steps }));
            }
        }

        return new("Local Jacobians", steps, []);
    }

    /// <summary>The gradients by the chain rule, last first.</summary>
    public Section Gradients(Adjoints adjoints, Func<Named, string>? labelOf = null, Func<Expr, string>? labelOfVariable = null)
    {
        List<Step> steps = [];
        foreach (Expr use in computation.Parts.Reverse().Skip(1).Concat(computation.Variables).Where(adjoints.Has))
        {
            Expr gradient = Expr.Gradient(computation.Root, use);
            Named[] users = [.. computation.UsersOf(use).Reverse().Where(user => adjoints.Has(user))];
            bool known = users.All(user => Local(user, use) is not null);
            bool direct = users is [Named only] && only == computation.Root;
            if (known && !direct)
            {
                // A local Jacobian whose sign would say more than is meant is put in itself.
                bool asQuestions = users.All(user => user != computation.Root && !computation.IsAmbiguous(user, use));
                Expr Transposed(Named user, bool ask) => (ask ? Expr.Jacobian(user, use) : Local(user, use)!).Transpose();
                Expr Sum(bool ask) => users.Select(user => user == computation.Root
                    ? Transposed(user, false)
                    : Expr.MatMul(Transposed(user, ask), Expr.Vec(ask ? Expr.Gradient(computation.Root, user) : adjoints[user]))).Aggregate((x, y) => x + y);
                if (asQuestions)
                {
                    steps.Add(new(StyleRules.Chain, Expr.Vec(gradient), Sum(true)));
                }

                steps.Add(new(asQuestions ? StyleRules.Substitution : StyleRules.Chain, Expr.Vec(gradient), shortening.Tidy(Sum(false))));
            }

            Rule rule = known ? StyleRules.Devectorized(users.Select(user => Local(user, use)!), adjoints.DefinitionOf(use)) : StyleRules.ReadOffSum;
            IReadOnlyList<Step> simplification = adjoints.SimplificationOf(use);
            string label = use is Named part && labelOf is not null ? labelOf(part) : labelOfVariable?.Invoke(use) ?? "";
            IReadOnlyList<Assumption> conditions = DifferentialStyle.ConditionsOf(simplification);
            if (adjoints[use] is Named name && name != adjoints.DefinitionOf(use))
            {
                bool isFound = steps is [.., { Indexed: null } found] && found.Left == gradient && found.Right == adjoints.DefinitionOf(use);
                steps.Add(new(StyleRules.Definition, name, gradient) { Relation = Relation.Definition, Label = isFound ? label : "" });
                if (isFound)
                {
                    steps[^2] = steps[^2] with { Steps = simplification, Conditions = conditions };
                    continue;
                }

                steps.Add(new(direct ? StyleRules.OfRow : use.Shape.IsColumn ? StyleRules.Simplified : rule, name, adjoints.DefinitionOf(use)) { Steps = simplification, Conditions = conditions, Label = label });
            }
            else if (steps.Count == 0 || steps[^1].Left != gradient || steps[^1].Right != adjoints[use])
            {
                steps.Add(new(direct ? StyleRules.OfRow : use.Shape.IsColumn ? StyleRules.Simplified : rule, gradient, adjoints[use]) { Steps = simplification, Conditions = conditions, Label = label });
            }
            else
            {
                steps[^1] = steps[^1] with { Label = label, Steps = simplification, Conditions = conditions };
            }
        }

        return new("The chain rule", steps, []);
    }

    /// <summary>∂vec u/∂vec X of every name by the chain rule, first first; stops where there is no matrix form.</summary>
    public Section Jacobians(Expr variable)
    {
        List<Step> steps = [];
        Dictionary<Expr, Expr?> total = new(ReferenceEqualityComparer.Instance) { [variable] = variable.Pool.Eye(variable.Shape.Size) };
        foreach (Named part in computation.Parts)
        {
            IReadOnlyList<Expr> uses = computation.UsesOf(part);
            if (uses.Any(use => Local(part, use) is null || total.GetValueOrDefault(use) is null))
            {
                total[part] = null;
                continue;
            }

            Expr Term(Expr use, bool ask) => use == variable ? Local(part, use)! : Expr.MatMul(Local(part, use)!, ask ? Expr.Jacobian(use, variable) : total[use]!);
            Expr Sum(bool ask) => shortening.Tidy(uses.Select(use => Term(use, ask)).Aggregate((x, y) => x + y));
            (Expr result, IReadOnlyList<Step> rewrites) = shortening.Structure(Sum(false));
            (result, IReadOnlyList<Step> named) = shortening.Shorten(result);
            total[part] = result;
            Expr left = Expr.Jacobian(part, variable);
            if (uses.Any(use => use != variable))
            {
                steps.Add(new(StyleRules.ChainOfJacobians, left, Sum(true)));
                steps.Add(new(StyleRules.Substitution, left, result) { Steps = [.. rewrites, .. named] });
            }
        }

        return new("The chain rule", steps, []);
    }

    /// <summary>The local Jacobian, or null where it has no matrix form.</summary>
    private Expr? Local(Named part, Expr use)
    {
        if (!locals.TryGetValue((part, use), out (Expr? Matrix, IReadOnlyList<Step> Steps) known))
        {
            Expr? matrix = LinearMaps.Matrix(shortening.Tidy(computation.DifferentialOf(part)), use.Differential());
            IReadOnlyList<Step> steps = [];
            if (matrix is not null)
            {
                (matrix, steps) = shortening.Structure(matrix);
                steps = StyleRules.Telling(steps);
            }

            locals[(part, use)] = known = (matrix, steps);
        }

        return known.Matrix;
    }
}

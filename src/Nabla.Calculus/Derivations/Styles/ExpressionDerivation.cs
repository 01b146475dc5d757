using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>How a derivation is written.</summary>
public enum DerivationStyle
{
    /// <summary>Local Jacobians and the chain rule.</summary>
    Textbook,

    /// <summary>Differentials (Magnus and Neudecker): dC = ⟨G, dX⟩, and G is read off.</summary>
    Differential,

    /// <summary>Sums over named indices.</summary>
    Index,
}

/// <summary>The derivation of an expression's derivative, as sections of lines in one of the styles.</summary>
public sealed class ExpressionDerivation
{
    /// <summary>The longest answer that is written without the names of the intermediate results.</summary>
    private const int LongestWrittenOut = 90;

    private readonly Derivative derivative;
    private readonly DerivationStyle style;
    private readonly DerivationSettings settings;
    private readonly Naming naming;
    private readonly List<Section> sections = [];

    private ExpressionDerivation(Derivative derivative, DerivationStyle style, DerivationSettings settings)
    {
        (this.derivative, this.style, this.settings) = (derivative, style, settings);
        naming = new([derivative.Of, derivative.By, .. derivative.Along is null ? Array.Empty<Expr>() : [derivative.Along]]);
    }

    /// <summary>The sections in reading order: definitions, the way, the answer last.</summary>
    /// <param name="derivative">The derivative that was found.</param>
    /// <param name="style">The style.</param>
    /// <param name="settings">The settings that the derivative was found with.</param>
    public static IReadOnlyList<Section> Of(Derivative derivative, DerivationStyle style, DerivationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ExpressionDerivation derivation = new(derivative, style, settings ?? new());
        derivation.Write();
        return [.. derivation.sections.Where(section => section.Steps.Count > 0 || section.Remarks.Count > 0)];
    }

    private void Write()
    {
        if (derivative.Kind == DerivativeKind.Jacobian)
        {
            Named root = naming.Of(derivative.Of, [derivative.By]);
            (Computation computation, Shortening shortening) = Begin(root, "The formula", []);
            Jacobian(computation, shortening, derivative.Result, derivative.LinearMap!, "The Jacobian", derivative.Simplification);
            return;
        }

        IReadOnlyList<Step> stability = derivative.Sweep?.StabilitySteps ?? [];
        Expr formula = stability.Count > 0 ? derivative.Sweep!.StableCost.Unfold() : derivative.Of;
        Named cost = naming.Of(formula, [derivative.By]);
        (Computation work, Shortening shorter) = Begin(cost, "The formula", stability);
        Expr? answer = derivative.Kind == DerivativeKind.Gradient ? derivative.Result : derivative.Gradient;
        Expr gradient = Gradient(work, shorter, answer!);
        if (derivative.Kind == DerivativeKind.Gradient)
        {
            return;
        }

        Expr slope = shorter.Named(gradient).Result;
        Naming more = new([gradient, cost, derivative.By, .. derivative.Along is null ? Array.Empty<Expr>() : [derivative.Along]]);
        string letter = more.Free("g", "s", "r", "h");
        Expr expanded = Rewriter.Rewrite(gradient, RewriteRules.Activations(new(gradient))).Result;
        Named g = expanded.AsOfDerivation(new(Naming.Cased(letter, gradient)));
        Named detailed = more.Of(g.Definition, [derivative.By]).Definition.AsOfDerivation(g.Name);
        (Computation second, Shortening shortening2) = Begin(detailed, "The gradient as a function", [], new Step(StyleRules.Definition, g, slope) { Relation = Relation.Definition });
        if (derivative.Kind == DerivativeKind.Hessian)
        {
            Jacobian(second, shortening2, derivative.Result, derivative.LinearMap!, "The Hessian", derivative.Simplification);
        }
        else
        {
            AlongDirection(second, shortening2);
        }
    }

    /// <summary>The section with the definitions.</summary>
    private (Computation Computation, Shortening Shortening) Begin(Named root, string title, IReadOnlyList<Step> stability, Step? whole = null)
    {
        Computation computation = new(root, [derivative.By], settings.Differentials);
        List<Step> steps = [];
        if (stability.Count > 0)
        {
            Named written = derivative.Of.AsOfDerivation(root.Name);
            steps.Add(new(StyleRules.Definition, written, derivative.Of) { Relation = Relation.Definition });
            steps.Add(new(StyleRules.Stable, written, derivative.Sweep!.StableCost.Unfold()) { Steps = stability });
        }
        else if (computation.All.Count > 1)
        {
            steps.Add(whole ?? new(StyleRules.Definition, root, derivative.Of) { Relation = Relation.Definition });
        }

        if (style == DerivationStyle.Index)
        {
            steps.AddRange(computation.All.SelectMany(Indices.IndexDerivation.Definitions));
        }
        else
        {
            steps.AddRange(computation.All.Where(part => stability.Count == 0 || part.Definition != derivative.Sweep!.StableCost.Unfold()).Select(part => new Step(StyleRules.Definition, part, part.Definition) { Relation = Relation.Definition }));
        }

        if (sections.Count == 0)
        {
            steps.AddRange(Expr.Reachable(derivative.Of).OfType<Symbol>().Where(symbol => symbol.IsSymmetric && symbol.Transpose() != symbol)
                .Select(symbol => new Step(StyleRules.Given, symbol.Transpose(), symbol)));
        }

        sections.Add(new(title, steps, []));
        return (computation, new(root, settings.Assumptions, shortest: true));
    }

    private Expr Gradient(Computation computation, Shortening shortening, Expr answer)
    {
        Expr by = derivative.By;
        if (!computation.Parts.Contains(computation.Root))
        {
            sections.Add(new("The gradient", [new(new("style.constant", "C does not change with X"), Expr.Gradient(computation.Root, by), by.Pool.Zeros(by.Shape))], []));
            return answer;
        }

        string letter = derivative.Kind == DerivativeKind.Gradient ? naming.Free("g", "γ", "p", "ψ") : naming.Free("p", "γ", "q", "ψ");
        Adjoints adjoints = new(computation, shortening, settings, (part, value) => shortening.Tidy(value) is Symbol or Named or Negate { Operands: [Symbol or Named] } or Constant or Ones or Eye
            ? null : new(Naming.Cased(letter, value) + ((Named)part).Name.Letter[1..]));
        switch (style)
        {
            case DerivationStyle.Textbook:
                JacobianStyle jacobians = new(computation, shortening);
                sections.Add(jacobians.LocalJacobians());
                sections.Add(jacobians.Gradients(adjoints));
                break;
            case DerivationStyle.Differential:
                sections.Add(DifferentialStyle.Differentials(computation, shortening));
                sections.Add(DifferentialStyle.Pairing(computation, adjoints, shortening));
                sections.Add(DifferentialStyle.Reading(computation, adjoints));
                break;
            default:
                sections.AddRange(new Indices.IndexDerivation(computation, shortening).Gradients(adjoints));
                break;
        }

        List<Step> last = [];
        Expr gradient = Expr.Gradient(computation.Root, by);
        if (by is Symbol { IsSymmetric: true })
        {
            last.Add(new(StyleRules.Symmetric, 0.5 * (gradient + gradient.Transpose()), shortening.Named(answer).Result));
            if (derivative.CookbookForm is Expr form)
            {
                last.Add(new(StyleRules.Cookbook, gradient + gradient.Transpose() - Expr.Diag(Expr.DiagonalOf(gradient)), shortening.Named(form).Result));
            }
        }
        else
        {
            Expr folded = answer;
            if (folded == adjoints[by] || new Simplification.FormulaSize()[answer] > LongestWrittenOut)
            {
                return answer;
            }

            IReadOnlyList<Step> steps = derivative.Kind == DerivativeKind.Gradient ? derivative.Simplification : [];
            last.Add(new(WrittenOut(computation, folded), gradient, folded) { Steps = steps, Conditions = DifferentialStyle.ConditionsOf(steps.Concat(derivative.Sweep?.Steps ?? [])) });
        }

        sections.Add(new("The gradient", last, []));
        return answer;
    }

    /// <summary>Where the result alone has a name, there are no names to write out; and a name that is shorter than what it stands for may be left.</summary>
    private static Rule WrittenOut(Computation computation, Expr result) => computation.Parts.Count <= 1 ? StyleRules.Whole
        : Expr.Parts(result).Any(part => part is Named) ? StyleRules.WholeInNames : StyleRules.WrittenOut;

    private void Jacobian(Computation computation, Shortening shortening, Expr? answer, Expr map, string title, IReadOnlyList<Step> simplification)
    {
        Expr by = derivative.By;
        Named root = computation.Root;
        if (computation.Parts.Contains(root))
        {
            switch (style)
            {
                case DerivationStyle.Textbook:
                    JacobianStyle jacobians = new(computation, shortening);
                    sections.Add(Titled(jacobians.LocalJacobians(), computation, title));
                    if (computation.Parts.Count > 1 && jacobians.Jacobians(by) is { Steps.Count: > 0 } chain)
                    {
                        sections.Add(chain);
                    }

                    break;
                case DerivationStyle.Differential:
                    sections.Add(DifferentialStyle.Differentials(computation, shortening));
                    break;
                default:
                    sections.AddRange(new Indices.IndexDerivation(computation, shortening).Jacobians(by).Select(section => Titled(section, computation, title)));
                    break;
            }
        }

        Expr folded = shortening.Named(map).Result;
        List<Step> last = [];
        if (!IsSaid(root.Differential(), folded) && (answer is null || style == DerivationStyle.Differential))
        {
            last.Add(new(answer is null ? StyleRules.NoMatrix : StyleRules.Map, root.Differential(), folded));
        }

        if (answer is not null)
        {
            Expr matrix = shortening.Named(answer).Result;
            Expr factored = Expr.MatMul(matrix, Expr.Vec(by.Differential()));
            if (style == DerivationStyle.Differential && !(Factors(folded).SequenceEqual(Factors(factored)) && Expr.Vec(root.Differential()) == root.Differential()))
            {
                last.Add(new(StyleRules.Factored, Expr.Vec(root.Differential()), factored) { Steps = StyleRules.Telling(simplification) });
            }

            if (style == DerivationStyle.Differential || !IsSaid(Expr.Jacobian(root, by), matrix))
            {
                IReadOnlyList<Step> rewrites = last is [{ Rule.Id: "style.factored" }] or [_, { Rule.Id: "style.factored" }] ? [] : StyleRules.Telling(simplification);
                last.Add(new(style == DerivationStyle.Differential ? StyleRules.Identification : style == DerivationStyle.Index ? BackOf(computation, matrix) : WrittenOut(computation, matrix), Expr.Jacobian(root, by), matrix)
                {
                    Steps = rewrites,
                    Conditions = DifferentialStyle.ConditionsOf(simplification),
                });
            }
        }

        string[] remarks = answer is null ? [$"The {(derivative.Kind == DerivativeKind.Hessian ? "Hessian" : "Jacobian")} has no form as products of matrices here; the linear map above is the whole answer."] : [];
        if (sections[^1].Title == title)
        {
            sections[^1] = sections[^1] with { Steps = [.. sections[^1].Steps, .. last], Remarks = [.. sections[^1].Remarks, .. remarks] };
            return;
        }

        sections.Add(new(title, last, remarks));
    }

    /// <summary>A section, under the title of the answer where it leads there by itself.</summary>
    private static Section Titled(Section section, Computation computation, string title) => computation.Parts.Count == 1 ? section with { Title = title } : section;

    /// <summary>Whether the line before says the same.</summary>
    private bool IsSaid(Expr left, Expr right) => sections[^1].Steps is [.., { Indexed: null } before] && before.Left == left && before.Right == right;

    /// <summary>The factors of a product, however it is put together.</summary>
    private static IEnumerable<Expr> Factors(Expr e) => e is MatMul { Operands: [var x, var y] } ? Factors(x).Concat(Factors(y)) : [e];

    private static Rule BackOf(Computation computation, Expr result) => computation.Parts.Count > 1
        ? StyleRules.BackToMatrices with { Statement = $"back to matrices, {WrittenOut(computation, result).Statement}" }
        : StyleRules.BackToMatrices;

    private void AlongDirection(Computation computation, Shortening shortening)
    {
        Expr by = derivative.By;
        Expr v = derivative.Along!;
        if (computation.Parts.Contains(computation.Root))
        {
            sections.Add(DifferentialStyle.Differentials(computation, shortening));
        }

        Expr map = new Simplification.Simplifier(settings.Assumptions).Simplify(
            LinearMaps.Differential(Rewriter.Rewrite(derivative.Gradient!, RewriteRules.Activations(new(derivative.Gradient!))).Result, by, by.Differential(), settings.Differentials)).Result;
        Expr left = Expr.Unvec(Expr.MatMul(Expr.Jacobian(computation.Root, by), Expr.Vec(v)), by.Shape);
        sections.Add(new("The Hessian times the direction",
        [
            new(StyleRules.Map, computation.Root.Differential(), shortening.Named(map).Result),
            new(StyleRules.Along, left, shortening.Named(derivative.Result!).Result)
            {
                Steps = derivative.Simplification,
                Conditions = DifferentialStyle.ConditionsOf(derivative.Simplification),
            },
        ], []));
    }
}

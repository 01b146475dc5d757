using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>A mistake that explains a wrong claim.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Form">The claim without the mistake.</param>
/// <param name="At">The place of the mistake; null where it is not one place.</param>
internal sealed record Found(string Code, string Text, Syntax? Form, Syntax? At);

/// <summary>Says what is wrong with a wrong claim: tries small repairs at every place of it, and takes the first that makes it right.</summary>
internal sealed class Diagnoser(ClaimProblem problem, Truth truth, TrialBinder binder, string claim, Deadline end)
{
    private const int MostPairs = 40;
    private const int MostTriedLate = 200;

    /// <summary>At how many points a factor must show, where both sides are zero at the others.</summary>
    private const int FewestRatios = 2;

    private readonly Syntax? right = truth.ToSyntax();
    private readonly Restrictions restrictions = new(problem, truth);
    private Found? multiple;
    private int triedLate;

    /// <summary>Whether the time is over, and a few more formulas have been tried all the same: on a busy machine ordinary claims are named too.</summary>
    private bool IsLate => end.IsPast && ++triedLate > MostTriedLate;

    /// <summary>The diagnosis.</summary>
    /// <param name="syntax">The claim as it is written.</param>
    /// <param name="bound">The claim; null where its shapes do not fit.</param>
    /// <param name="unfit">Where they do not fit.</param>
    public ClaimDiagnosis Diagnose(Syntax syntax, Expr? bound, LanguageException? unfit)
    {
        Materials materials = new(problem, right, binder);
        bool isZero = bound is not null && bound.Shape == problem.Shape && truth.IsZero;
        if (isZero)
        {
            return Search(syntax, Repairs.All.Where(repair => repair.Code == "extra-term"), materials) is Found extra
                ? new(extra.Code, $"{extra.Text}: the derivative is zero") { NearestForm = Print(extra.Form) }
                : new("unknown", "the derivative is zero") { NearestForm = Print(right) };
        }

        Terms terms = new(problem, truth, right, end);

        // A number beside a derivative with elements has not been thought to the end; nothing about its size is the mistake.
        Found? found = bound is Constant && !problem.Shape.IsScalar ? null : (bound is null ? null : OneVariableForTwo(bound) ?? DiagonalOnly(bound) ?? Whole(syntax, bound))
            ?? Search(syntax, Repairs.All, materials)
            ?? (bound is null ? null : terms.Forgotten(syntax, bound))
            ?? (HasIdleOnes(syntax) ? null : Search(syntax, Repairs.Confusions, materials))
            ?? Missing(syntax, materials)
            ?? Pairs(syntax, materials)
            ?? (bound is null ? null : OnlyIfSymmetric(bound) ?? terms.Changed(syntax, bound) ?? OnlyIfSymmetricBesides(bound))
            ?? Search(syntax, Repairs.Swaps, materials)
            ?? Order(syntax, bound)
            ?? multiple
            ?? (bound is null ? null : OnlyIfScalar(bound))
            ?? Search(syntax, Repairs.Exchanges, materials);
        string asked = problem.Kind == DerivativeKind.HessianVectorProduct ? "Hessian-vector product" : problem.KindName == "jacobian" ? "Jacobian" : problem.KindName == "hessian" ? "Hessian" : "gradient";
        string? nearest = Print(found?.Form ?? (found is null ? right : null));
        if (unfit is not null)
        {
            string problemText = found is null ? unfit.Problem : unfit.Problem.Split("; did you mean")[0];
            return new("not-conformable", Sentence(problemText, found?.Text))
            {
                Cause = found?.Code ?? "not-conformable",
                NearestForm = nearest,
                Place = unfit.Span,
                Excerpt = string.Join('\n', unfit.Message.Split('\n').Skip(1)),
            };
        }

        string shape = bound!.Shape == problem.Shape ? "" : $"the formula is {Said(bound.Shape)}, but the {asked} is {Said(problem.Shape)}";
        string code = found is null or { Code: "unknown" } && shape.Length > 0 ? "shape" : found?.Code ?? "unknown";
        string text = found is null
            ? shape.Length > 0 ? shape : $"the formula is not the {asked}, and no single slip explains it"
            : code == "shape" ? Sentence(shape, found.Text) : Sentence(found.Text, shape.Length > 0 ? shape : null);
        SourceSpan? place = found?.At is Syntax at && at.Span.Length > 0 && at != syntax ? at.Span : null;
        return new(code, text)
        {
            NearestForm = nearest,
            Place = place,
            Excerpt = place is SourceSpan span ? Excerpt.Of(claim, span, span.Start) : "",
        };
    }

    private static string Said(Shape shape) => shape.IsScalar ? "a scalar" : $"{shape}";

    private static string Sentence(string first, string? second) => second is null ? first : $"{first}; {second}";

    private static string? Print(Syntax? form) => form is null || form.Size > 4000 ? null : form.ToString();

    /// <summary>The form that takes the elements of a symmetric variable above and below the diagonal for one variable.</summary>
    private Found? OneVariableForTwo(Expr bound) => Symmetry.IsOneVariableForTwo(bound, problem, truth) ? new("factor", Symmetry.OneVariableForTwo, right, null) : null;

    /// <summary>The diagonal of a Jacobian or a Hessian that has more than that, as a matrix or as a column.</summary>
    private Found? DiagonalOnly(Expr bound)
    {
        if (problem.Kind is not (DerivativeKind.Jacobian or DerivativeKind.Hessian) || !problem.Shape.Rows.Equals(problem.Shape.Columns)
            || (bound.Shape != problem.Shape && bound.Shape != new Shape(problem.Shape.Rows, Dim.One)))
        {
            return null;
        }

        bool isColumn = bound.Shape != problem.Shape;
        bool holds = truth.Samples.TrueForAll(sample => sample.Point.Value(bound) is Matrix own
            && Agreement.Same(own, Matrix.From(own.Rows, own.Columns, (i, j) => isColumn || i == j ? sample.Value[i, i] : 0)));
        return !holds || truth.IsZero ? null
            : new("missing-term", $"this is only the diagonal of the {(problem.Kind == DerivativeKind.Hessian ? "Hessian" : "Jacobian")} of {Written.Short(AsciiNotation.ToSyntax(problem.Of, problem.Scope))}", right, null);
    }

    /// <summary>What is wrong with the whole: its sign, or a factor.</summary>
    private Found? Whole(Syntax syntax, Expr bound)
    {
        if (bound.Shape != problem.Shape)
        {
            return null;
        }

        List<(SamplePoint Point, double Ratio)> ratios = [];
        foreach (Sample sample in truth.Samples)
        {
            (SamplePoint point, Matrix value) = sample;
            if (truth.Symmetrized(point.Value(bound), point) is not Matrix own)
            {
                return null;
            }

            if (sample.IsZero && sample.Error(own, () => point.NoiseOf(bound)) <= Agreement.Tolerance)
            {
                continue;
            }

            if (Agreement.Ratio(own, value) is not double ratio)
            {
                return null;
            }

            ratios.Add((point, ratio));
        }

        if (ratios.Count < FewestRatios || Multiple.Of(ratios, problem.Scope) is not Multiple factor)
        {
            return null;
        }

        Syntax form = factor.Undone(syntax);
        return factor switch
        {
            { IsNumber: true } when Near(factor.Value, -1) => new("sign", "the sign is wrong: the derivative is the negative of this", Negative(syntax), syntax),
            { IsNumber: true } => new("factor", $"a constant factor is wrong: the formula is {factor} times the derivative", form, syntax),
            { Below.Count: 0 } => new(Near(factor.Value, 1) ? "sum-for-mean" : "factor", $"the formula is {factor} times the derivative: it sums where the derivative averages", form, syntax),
            { Above.Count: 0 } => new(Near(factor.Value, 1) ? "mean-for-sum" : "factor", $"the formula is {factor} of the derivative: it averages where the derivative sums", form, syntax),
            _ => new("factor", $"the formula is {factor} times the derivative: it averages over the wrong dimension", form, syntax),
        };
    }

    private static Syntax Negative(Syntax syntax) => syntax is MinusSyntax minus ? minus.Operand : new MinusSyntax(syntax);

    private static bool Near(double x, double y) => Multiple.Near(x, y);

    private Found? Search(Syntax syntax, IEnumerable<Repair> repairs, Materials materials)
    {
        IReadOnlyList<Place> places = Places.Of(syntax);
        return FirstRight(repairs.SelectMany(repair => places.SelectMany(place =>
            repair.At(place, materials).Select(way => (repair.Code, place, way.Instead, way.Text)))));
    }

    /// <summary>Whether something is multiplied by ones, as where a term beside them was forgotten; f(z) is then not what is wrong.</summary>
    private bool HasIdleOnes(Syntax syntax) =>
        Places.Of(syntax).Any(place => place.Node is BinarySyntax { Operator: BinaryOperator.Hadamard } product && (binder.Try(product.Left) is Ones || binder.Try(product.Right) is Ones));

    private Found? Missing(Syntax syntax, Materials materials)
    {
        // The shortest piece is the likeliest; a factor that is hardly longer than a term is likelier than it.
        const int CostOfTerm = 3;

        // What is longer than the claim is not what was forgotten of it.
        const int LeastPiece = 6;
        ILookup<bool, Place> places = Places.Of(syntax).ToLookup(place => place.Level > 0);
        Found? At(IEnumerable<Place> some) => FirstRight(Repairs.Missing.SelectMany(repair => some.SelectMany(place =>
            repair.At(place, materials).Select(way => (Code: repair.Code, Place: place, way.Instead, way.Text))))
            .TakeWhile(_ => !IsLate)
            .Where(way => way.Code == "missing-activation-derivative" || way.Instead.Size - way.Place.Node.Size <= Math.Max(LeastPiece, 2 * syntax.Size))
            .OrderBy(way => way.Instead.Size - way.Place.Node.Size + (way.Code == "missing-term" && way.Place.Node is not (NumberSyntax or CallSyntax { Function: "ones" or "eye" }) ? CostOfTerm : 0)));
        return At(places[false]) ?? At(places[true]);
    }

    private Found? FirstRight(IEnumerable<(string Code, Place Place, Syntax Instead, string Text)> ways)
    {
        foreach ((string code, Place place, Syntax instead, string text) in ways)
        {
            if (IsLate)
            {
                return null;
            }

            // What does not fit by itself or beside its neighbour need not be put into the whole.
            if (binder.Try(instead) is not Expr part || (place.Parent is null or BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Hadamard }
                && binder.Try(place.Node) is Expr replaced && part.Shape != replaced.Shape && place.Parent is not null && binder.Try(place.Parent) is not null))
            {
                continue;
            }

            Syntax whole = place.Put(instead);
            if (Tried(whole, out Multiple? factor))
            {
                return new(code, text, whole, place.Node);
            }

            if (factor is not null && multiple is null && code is not ("factor" or "sign" or "sum-for-mean" or "mean-for-sum"))
            {
                string besides = factor.IsNumber && Near(factor.Value, -1) ? "the sign is wrong" : $"it is then {factor} times the derivative";
                multiple = new(code, $"{text}; besides, {besides}", factor.Undone(whole), place.Node);
            }
        }

        return null;
    }

    /// <summary>Whether a formula is right; where it is not, the factor that it is a multiple by, if it is one.</summary>
    private bool Tried(Syntax whole, out Multiple? factor)
    {
        factor = null;
        if (binder.Try(whole) is not Expr expression || expression.Shape != problem.Shape)
        {
            return false;
        }

        List<(SamplePoint Point, double Ratio)> ratios = [];
        bool isRight = true;
        foreach (Sample sample in truth.Samples)
        {
            (SamplePoint point, Matrix value) = sample;
            if (truth.Symmetrized(point.Value(expression), point) is not Matrix own)
            {
                return false;
            }

            bool isSame = sample.Error(own, () => point.NoiseOf(expression)) <= Agreement.Tolerance;
            if (isSame && sample.IsZero)
            {
                continue;
            }

            if (isSame)
            {
                ratios.Add((point, 1));
                continue;
            }

            isRight = false;
            if (Agreement.Ratio(own, value) is not double ratio)
            {
                return false;
            }

            ratios.Add((point, ratio));
        }

        if (isRight && truth.IsByChance(expression))
        {
            return false;
        }

        factor = isRight || ratios.Count < FewestRatios ? null : Multiple.Of(ratios, problem.Scope);
        return isRight;
    }

    /// <summary>Two transposes at once.</summary>
    private Found? Pairs(Syntax syntax, Materials materials)
    {
        Repair transpose = Repairs.All[0];
        IReadOnlyList<Place> places = Places.Of(syntax);
        if (places.Count > MostPairs)
        {
            return null;
        }

        foreach (Place place in places)
        {
            foreach ((Syntax instead, string text) in transpose.At(place, materials))
            {
                Syntax once = place.Put(instead);
                foreach (Place second in Places.Of(once))
                {
                    foreach ((Syntax more, string other) in transpose.At(second, materials))
                    {
                        if (IsLate)
                        {
                            return null;
                        }

                        Syntax twice = second.Put(more);
                        if (Tried(twice, out _))
                        {
                            return new("transposed", $"{text}, and {other}", twice, place.Node);
                        }
                    }
                }
            }
        }

        return null;
    }

    /// <summary>The right factors in another order.</summary>
    private Found? Order(Syntax syntax, Expr? bound)
    {
        if (right is null || !FactorOrder.IsSame(syntax, right, binder, problem.Scope, truth.Samples[0].Point))
        {
            return null;
        }

        int hadamards = FactorOrder.Count(syntax, BinaryOperator.Hadamard, binder, problem.Scope) - FactorOrder.Count(right, BinaryOperator.Hadamard, binder, problem.Scope);
        string code = bound is null ? "not-conformable" : hadamards > 0 ? "hadamard-for-product" : hadamards < 0 ? "product-for-hadamard" : "transposed";
        return new(code, "the factors are the right ones, but in an informal order: as matrices they need this order, these transposes and these signs between them", right, null);
    }

    private Found? OnlyIfSymmetric(Expr bound) => restrictions.OnlyIfSymmetric(bound) is string text ? new("only-if-symmetric", text, right, null) : null;

    /// <summary>The same where the sign, or a factor of two, is wrong besides.</summary>
    private Found? OnlyIfSymmetricBesides(Expr bound)
    {
        foreach (double factor in new[] { -1, 2, 0.5, -2, -0.5 })
        {
            if (restrictions.OnlyIfSymmetric(bound, factor) is string text)
            {
                return new("only-if-symmetric", $"{text}; besides, {(factor == -1 ? "the sign is wrong" : $"it is then {Written.Number(factor)} times the derivative")}", right, null);
            }
        }

        return null;
    }

    private Found? OnlyIfScalar(Expr bound) =>
        restrictions.OnlyIfScalar(bound) ? new("only-if-scalar", "the formula is right only for scalars, where every dimension is 1", right, null) : null;
}

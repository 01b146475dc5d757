using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>Says what is wrong with a wrong claim: tries small repairs at every place of it, and takes the first that makes it right.</summary>
internal sealed class Diagnoser(ClaimProblem problem, Truth truth, TrialBinder binder, string claim, Deadline end)
{
    private const int MostPairs = 40;

    /// <summary>At how many points a factor must show, where both sides are zero at the others.</summary>
    private const int FewestRatios = 2;

    private readonly Syntax? right = truth.ToSyntax();
    private Found? multiple;

    private sealed record Found(string Code, string Text, Syntax? Form, Syntax? At);

    private bool IsLate => end.IsPast;

    /// <summary>The diagnosis.</summary>
    /// <param name="syntax">The claim as it is written.</param>
    /// <param name="bound">The claim; null where its shapes do not fit.</param>
    /// <param name="unfit">Where they do not fit.</param>
    public ClaimDiagnosis Diagnose(Syntax syntax, Expr? bound, LanguageException? unfit)
    {
        Materials materials = new(problem, right, binder);
        bool isZero = bound is not null && bound.Shape == problem.Shape && truth.Samples.TrueForAll(sample => sample.Value.MaxAbs() == 0);
        if (isZero)
        {
            return new("unknown", "the derivative is zero") { NearestForm = Print(right) };
        }

        // A number beside a derivative with elements has not been thought to the end; nothing about its size is the mistake.
        Found? found = bound is Constant && !problem.Shape.IsScalar ? null : (bound is null ? null : OneVariableForTwo(bound) ?? Whole(syntax, bound))
            ?? Search(syntax, Repairs.All, materials)
            ?? Missing(syntax, materials)
            ?? (bound is null ? null : OnlyIfSymmetric(bound))
            ?? Pairs(syntax, materials)
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
        string code = found?.Code ?? (shape.Length > 0 ? "shape" : "unknown");
        string text = found is null
            ? shape.Length > 0 ? shape : $"the formula is not the {asked}, and no single slip explains it"
            : Sentence(found.Text, shape.Length > 0 ? shape : null);
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

    /// <summary>What is wrong with the whole: its sign, or a factor.</summary>
    private Found? Whole(Syntax syntax, Expr bound)
    {
        if (bound.Shape != problem.Shape)
        {
            return null;
        }

        List<(SamplePoint Point, double Ratio)> ratios = [];
        foreach ((SamplePoint point, Matrix value) in truth.Samples)
        {
            if (truth.Symmetrized(point.Value(bound), point) is not Matrix own)
            {
                return null;
            }

            if (Agreement.AreZero(own, value))
            {
                continue;
            }

            if (Agreement.Ratio(own, value) is not double ratio)
            {
                return null;
            }

            ratios.Add((point, ratio));
        }

        if (ratios.Count < FewestRatios || Multiple(ratios) is not Factor factor)
        {
            return null;
        }

        Syntax form = factor.Undone(syntax);
        (string times, double c) = (factor.Number, factor.Value);
        return factor.Power switch
        {
            0 when Near(c, -1) => new("sign", "the sign is wrong: the derivative is the negative of this", Negative(syntax), syntax),
            0 => new("factor", $"a constant factor is wrong: the formula is {times} times the derivative", form, syntax),
            > 0 => new(Near(c, 1) ? "sum-for-mean" : "factor", $"the formula is {factor} times the derivative: it sums where the derivative averages", form, syntax),
            _ => new(Near(c, 1) ? "mean-for-sum" : "factor", $"the formula is {factor} of the derivative: it averages where the derivative sums", form, syntax),
        };
    }

    /// <summary>c·nᵏ, a factor by which a formula is too large.</summary>
    private sealed record Factor(double Value, Syntax? Dimension, int Power)
    {
        public string Number => Written.Number(Value);

        public Syntax Undone(Syntax syntax) => Power switch
        {
            0 => Scaled(syntax, 1 / Value),
            > 0 => Written.Of(Scaled(syntax, 1 / Value), BinaryOperator.Divide, Dimension!),
            _ when syntax is BinarySyntax { Operator: BinaryOperator.Divide } quotient && $"{quotient.Right}" == $"{Dimension}" => Scaled(quotient.Left, 1 / Value),
            _ => Written.Of(Dimension!, BinaryOperator.Multiply, Scaled(syntax, 1 / Value)),
        };

        public override string ToString()
        {
            string times = Near(Value, 1) ? "" : Near(Value, -1) ? "-" : $"{Number}*";
            return Power switch { 0 => Number, > 0 => $"{times}{Dimension}", _ => $"{times}1/{Dimension}" };
        }
    }

    /// <summary>The factor that ratios at several points are, where they are one.</summary>
    private Factor? Multiple(List<(SamplePoint Point, double Ratio)> ratios)
    {
        if (ratios.TrueForAll(one => Near(one.Ratio, ratios[0].Ratio)))
        {
            return new(ratios[0].Ratio, null, 0);
        }

        foreach ((string name, Dim dim) in problem.Scope.Dimensions)
        {
            foreach (int power in new[] { 1, -1 })
            {
                double Size((SamplePoint Point, double Ratio) one) => Math.Pow(one.Point.Origin.SizeOf(dim), power);
                double c = ratios[0].Ratio / Size(ratios[0]);
                if (ratios.TrueForAll(one => Near(one.Ratio, c * Size(one))))
                {
                    Syntax n = problem.Scope.Variables.ContainsKey(name) ? new CallSyntax("sum", [new CallSyntax("ones", [new NameSyntax(name)])]) : new NameSyntax(name);
                    return new(c, n, power);
                }
            }
        }

        return null;
    }

    private static Syntax Negative(Syntax syntax) => syntax is MinusSyntax minus ? minus.Operand : new MinusSyntax(syntax);

    private static Syntax Scaled(Syntax syntax, double c) =>
        Near(c, 1) ? syntax
        : c < 0 ? new MinusSyntax(Scaled(syntax, -c))
        : syntax is BinarySyntax { Operator: BinaryOperator.Multiply, Left: NumberSyntax number } product
            ? Near(number.Value * c, 1) ? product.Right : Written.Of(new NumberSyntax(Math.Round(number.Value * c, 12)), BinaryOperator.Multiply, product.Right)
        : Written.Times(c, syntax);

    private static bool Near(double x, double y) => Math.Abs(x - y) <= 1e-6 * Math.Abs(y);

    private Found? Search(Syntax syntax, IEnumerable<Repair> repairs, Materials materials)
    {
        IReadOnlyList<Place> places = Places.Of(syntax);
        return FirstRight(repairs.SelectMany(repair => places.SelectMany(place =>
            repair.At(place, materials).Select(way => (repair.Code, place, way.Instead, way.Text)))));
    }

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
            if (Tried(whole, out Factor? factor))
            {
                return new(code, text, whole, place.Node);
            }

            if (factor is not null && multiple is null && code is not ("factor" or "sign" or "sum-for-mean" or "mean-for-sum"))
            {
                string besides = factor.Power == 0 && Near(factor.Value, -1) ? "the sign is wrong" : $"it is then {factor} times the derivative";
                multiple = new(code, $"{text}; besides, {besides}", factor.Undone(whole), place.Node);
            }
        }

        return null;
    }

    /// <summary>Whether a formula is right; where it is not, the factor that it is a multiple by, if it is one.</summary>
    private bool Tried(Syntax whole, out Factor? factor)
    {
        factor = null;
        if (binder.Try(whole) is not Expr expression || expression.Shape != problem.Shape)
        {
            return false;
        }

        List<(SamplePoint Point, double Ratio)> ratios = [];
        bool isRight = true;
        foreach ((SamplePoint point, Matrix value) in truth.Samples)
        {
            if (truth.Symmetrized(point.Value(expression), point) is not Matrix own)
            {
                return false;
            }

            if (Agreement.AreZero(own, value))
            {
                continue;
            }

            if (Agreement.Same(own, value))
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

        factor = isRight || ratios.Count < FewestRatios ? null : Multiple(ratios);
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

        int hadamards = FactorOrder.Count(syntax, BinaryOperator.Hadamard) - FactorOrder.Count(right, BinaryOperator.Hadamard);
        string code = bound is null ? "not-conformable" : hadamards > 0 ? "hadamard-for-product" : hadamards < 0 ? "product-for-hadamard" : "transposed";
        return new(code, "the factors are the right ones, but in an informal order: as matrices they need this order, these transposes and these signs between them", right, null);
    }

    private Found? OnlyIfSymmetric(Expr bound)
    {
        Symbol[] square = [.. Expr.Reachable(bound, problem.Of).OfType<Symbol>()
            .Where(symbol => !symbol.Shape.IsScalar && !symbol.IsSymmetric && symbol.Shape.Rows.Equals(symbol.Shape.Columns))];
        if (square.Length == 0 || !HoldsSymmetric(bound, square))
        {
            return null;
        }

        Symbol[] needed = [.. square.Where(symbol => !HoldsSymmetric(bound, [.. square.Except([symbol])]))];
        needed = needed.Length == 0 ? square : needed;
        string names = string.Join(" and ", needed.Select(symbol => $"{symbol.Name}"));
        return new("only-if-symmetric", $"the formula is right only if {names} {(needed.Length == 1 ? "is" : "are")} symmetric", right, null);
    }

    private bool HoldsSymmetric(Expr bound, Symbol[] symbols) => Holds(bound, truth.Samples.Select(sample =>
    {
        Bindings at = sample.Point.Origin.Copy();
        foreach (Symbol symbol in symbols)
        {
            Matrix value = at.ValueOf(symbol)!;
            at.Set(symbol, value.Zip(value.Transposed(), (x, y) => (x + y) / 2));
        }

        return new SamplePoint(at);
    }));

    private Found? OnlyIfScalar(Expr bound)
    {
        Symbol[] symbols = [.. truth.Drawn.OfType<Symbol>().Concat(Expr.Reachable(truth.Drawn).OfType<Symbol>()).Distinct()];
        if (bound.Shape != problem.Shape || symbols.All(symbol => symbol.Shape.IsScalar) || symbols.Any(symbol => symbol.Shape.Rows.Value > 1 || symbol.Shape.Columns.Value > 1))
        {
            return null;
        }

        bool holds = Holds(bound, truth.Samples.Select(sample =>
        {
            Bindings at = new();
            foreach (Dim dim in symbols.SelectMany(symbol => symbol.Shape.Rows.Factors.AddRange(symbol.Shape.Columns.Factors)).Where(dim => dim.Value is null))
            {
                at.Set(dim, 1);
            }

            foreach (Symbol symbol in symbols)
            {
                bool isOne = problem.Conditions.All.Any(one => one.Variable == symbol && one.Condition is Condition.SumToOne or Condition.RowsSumToOne or Condition.ColumnsSumToOne);
                at.Set(symbol, Matrix.Scalar(isOne ? 1 : sample.Point.Origin.ValueOf(symbol)![0, 0]));
            }

            return new SamplePoint(at);
        }));
        return holds ? new("only-if-scalar", "the formula is right only for scalars, where every dimension is 1", right, null) : null;
    }

    /// <summary>Whether claim and derivative agree at other points, and not only because both are zero there.</summary>
    private bool Holds(Expr bound, IEnumerable<SamplePoint> points)
    {
        if (truth.Result is not Expr result || bound.Shape != problem.Shape)
        {
            return false;
        }

        int agreeing = 0;
        foreach (SamplePoint point in points)
        {
            if (truth.Symmetrized(point.Value(bound), point) is not Matrix own || truth.Symmetrized(point.Value(result), point) is not Matrix value)
            {
                continue;
            }

            if (!Agreement.Same(own, value))
            {
                return false;
            }

            agreeing += value.MaxAbs() > Agreement.Tolerance ? 1 : 0;
        }

        return agreeing >= Truth.FewestPoints;
    }
}

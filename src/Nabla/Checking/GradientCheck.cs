using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking.Mistakes;
using Nabla.Planning;

namespace Nabla.Checking;

/// <summary>What a check may be told.</summary>
public sealed record GradientCheckSettings
{
    /// <summary>The tolerance of the float plan, relative to each tensor's largest element.</summary>
    public double FloatTolerance { get; init; } = 1e-4;

    /// <summary>The tables that the gradient is derived with; a test puts a broken rule here. Assumptions and names are the check's own.</summary>
    public DerivationSettings Derivation { get; init; } = new();

    /// <summary>The most elements of a tensor that finite differences judge one by one; a larger one gets random directions and a sample.</summary>
    public int MostElements { get; init; } = 2000;

    /// <summary>
    /// The most multiply-adds that judging every element of a tensor may take, about ten seconds of the reference evaluator; where it would
    /// take more, the tensor counts as large.
    /// </summary>
    public double MostOperations { get; init; } = 1e10;

    /// <summary>The number of random directions of a large tensor.</summary>
    public int Directions { get; init; } = 24;

    /// <summary>The number of single elements of a large tensor.</summary>
    public int SampledElements { get; init; } = 64;

    /// <summary>The seed of the directions and of the sample.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Compares the numbers of a gradient case, element by element, with what Nabla computes on three roads that share little: the derived
/// gradient in the reference evaluator, finite differences of the loss, and the compiled float plan.
/// </summary>
public sealed class GradientCheck
{
    /// <summary>How near to 1 the sum of every target must be for the gradient of cross-entropy to be p − y; else it is (1ᵀy)p − y.</summary>
    internal const double SumTolerance = 1e-6;

    /// <summary>How much a loss may change where every output moves to the neighbouring number, relative to the loss or to 1.</summary>
    private const double MostNoise = 1e-13;

    /// <summary>How much a gradient may move with the last digit of single-precision outputs before the plan is excused for it, relative to its largest element.</summary>
    private const double MostRounding = 1e-4;

    private readonly GradientCheckSettings settings;
    private readonly LayeredNetwork network;
    private readonly Derivation derivation;
    private readonly IReadOnlyList<(Symbol Symbol, Matrix Value)> values;
    private readonly Bindings bindings;
    private readonly ImmutableArray<Expr> compared;
    private readonly ImmutableArray<double> slack;
    private readonly Expr judged;
    private readonly Dictionary<Expr, Matrix> evaluated = new(ReferenceEqualityComparer.Instance);
    private readonly ImmutableArray<Matrix> planned;
    private readonly Dictionary<int, DifferenceRoad> differenceRoads = [];
    private readonly double cost;

    /// <summary>Derives the gradient of a case's network and computes it on the first and the third road.</summary>
    /// <exception cref="NotSupportedException">The tables of the settings lack a rule.</exception>
    public GradientCheck(GradientCase gradientCase, GradientCheckSettings? settings = null)
        : this(gradientCase ?? throw new ArgumentNullException(nameof(gradientCase)), settings, gradientCase.Network.Express(gradientCase.Loss), null, null)
    {
    }

    /// <summary>The same of what is minimized in a training, in its own symbols and by its own derivation.</summary>
    /// <param name="gradientCase">The network with its numbers and what is compared.</param>
    /// <param name="settings">What the check is told.</param>
    /// <param name="network">The network in symbols, with what is minimized as its cost.</param>
    /// <param name="derivation">The gradients of it; derived here where it is null.</param>
    /// <param name="values">The value of every symbol; those of the case where it is null.</param>
    internal GradientCheck(
        GradientCase gradientCase, GradientCheckSettings? settings, LayeredNetwork network, Derivation? derivation, IReadOnlyList<(Symbol Symbol, Matrix Value)>? values)
    {
        this.settings = settings ?? new();
        Case = gradientCase;
        this.network = network;
        this.derivation = derivation ??= Derive(network);
        this.values = values ??= [.. Values(network)];
        compared = [.. gradientCase.Given.Select(given => ExpressionOf(network, derivation, given))];

        bindings = new Bindings().Set(network.Batch, gradientCase.Inputs.Columns);
        foreach ((Symbol symbol, Matrix value) in values)
        {
            bindings.Set(symbol, value);
        }

        // The inputs of the layers are wanted too: finite differences begin at the layer whose parameters they move.
        Expr[] wanted = [.. compared, derivation.StableCost, network.Output, .. network.Layers.Select(layer => layer.Input)];
        foreach ((Expr expression, Matrix value) in wanted.Zip(Evaluator.EvaluateAll(wanted, bindings)))
        {
            evaluated[expression] = value;
        }

        cost = evaluated[derivation.StableCost][0, 0];
        slack = [.. Slack()];
        judged = IsReliable(network.Cost) ? network.Cost : derivation.StableCost;
        planned = [.. RunPlan<float>()];
    }

    /// <summary>The case.</summary>
    public GradientCase Case { get; }

    /// <summary>Compares everything that is given.</summary>
    public static ImmutableArray<ComparedTensor> Run(GradientCase gradientCase, GradientCheckSettings? settings = null) =>
        new GradientCheck(gradientCase, settings).Compare();

    /// <summary>
    /// Compares everything that is given, as it stands in the case now. What was computed is kept, so that the same case may be compared
    /// again after its given numbers were changed.
    /// </summary>
    /// <remarks>Where the derived gradient disagrees, the mistake that explains the numbers is looked for.</remarks>
    public ImmutableArray<ComparedTensor> Compare()
    {
        ImmutableArray<ComparedTensor> results = [.. Enumerable.Range(0, Case.Given.Length).Select(Compare)];
        if (results.All(result => result.Roads[0].Agrees))
        {
            return results;
        }

        IReadOnlyDictionary<string, Diagnosis> found = new MistakeFinder(PassOf, Case).Find();
        bool isSingle = SinglePrecision.IsOf(results);
        return [.. results.Select(result => result.Agrees != false ? result
            : found.TryGetValue(result.Id, out Diagnosis? diagnosis) ? result with { Diagnosis = diagnosis }
            : isSingle ? result with { Diagnosis = SinglePrecision.Diagnosis(result) }
            : result)];
    }

    /// <summary>Compares one of the given tensors by itself, without looking for the mistake behind a difference.</summary>
    /// <param name="index">Its place in the case.</param>
    public ComparedTensor Compare(int index)
    {
        GivenTensor given = Case.Given[index];
        double largest = given.Values.MaxAbs();
        Matrix own = evaluated[compared[index]];
        if ((own.Rows, own.Columns) != (given.Values.Rows, given.Values.Columns))
        {
            int count = given.Values.Elements.Length;
            return new(given.Id, largest, [new(CheckRoad.Evaluator, count, count, null)], new("shape", Sentences.OfShape(given, own)));
        }

        double tolerance = 1e-10 * largest + 1e-15 + slack[index];
        double floatTolerance = settings.FloatTolerance * largest + 1e-12 + slack[index];
        double differenceTolerance = 1e-6 * largest + 1e-9 * Math.Max(1, Math.Abs(cost)) + slack[index];
        RoadResult evaluator = Comparison.OfElements(CheckRoad.Evaluator, given, evaluated[compared[index]], tolerance);
        RoadResult plan = Comparison.OfElements(CheckRoad.FloatPlan, given, planned[index], floatTolerance);
        if (!plan.Agrees && given.IsGradient && evaluator.Agrees && OutputRounding(index) is var rounding && rounding > MostRounding * largest)
        {
            floatTolerance += rounding;
            plan = Comparison.OfElements(CheckRoad.FloatPlan, given, planned[index], floatTolerance);
        }

        DifferenceRoad? quotients = given.IsGradient ? DifferencesOf(index) : null;
        RoadResult? differences = quotients is null
            ? null
            : quotients.Compare(given, differenceTolerance, evaluator, plan) with { OfStableForm = judged != network.Cost };
        ComparedTensor result = new(
            given.Id,
            largest,
            differences is null ? [evaluator, plan] : [evaluator, differences, plan],
            null);
        return result.Agrees switch
        {
            true => result,
            null => result with { Diagnosis = new("unknown", Sentences.OfUndecided(differences!)) },
            false => result with
            {
                Diagnosis = new("unknown", Sentences.Of(given, result, (row, column) =>
                [
                    new(CheckRoad.Evaluator, evaluated[compared[index]][row, column], tolerance),
                    .. quotients?.Element(row, column) is { Judgement: Judgement.Settled } quotient
                        ? new RoadValue[] { new(CheckRoad.FiniteDifferences, quotient.Value, differenceTolerance) }
                        : [],
                    new(CheckRoad.FloatPlan, planned[index][row, column], floatTolerance),
                ])),
            },
        };
    }

    /// <summary>The values of everything that is given, from a plan in any precision.</summary>
    internal IReadOnlyList<Matrix> RunPlan<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ParameterBuffer<T> parameters = new(network.Parameters);
        Plan<T> plan = Plan<T>.Compile(
            [derivation.StableCost, .. values.Select(pair => pair.Symbol).Where(symbol => symbol.Kind != SymbolKind.Parameter), .. compared], [], parameters, Case.Inputs.Columns);
        foreach ((Symbol symbol, Matrix value) in values)
        {
            if (symbol.Kind == SymbolKind.Parameter)
            {
                parameters[symbol] = value;
            }
            else
            {
                plan[symbol] = value;
            }
        }

        plan.Run();
        return [.. compared.Select(result => plan[result])];
    }

    private static Expr ExpressionOf(LayeredNetwork network, Derivation derivation, GivenTensor given) => given.Quantity switch
    {
        ComparedQuantity.Loss => derivation.StableCost,
        ComparedQuantity.Outputs => network.Output,
        _ => derivation.GradientOf(VariableOf(network, given)),
    };

    private static Symbol VariableOf(LayeredNetwork network, GivenTensor given) => given.Quantity switch
    {
        ComparedQuantity.Weights => network.Layers[given.Layer].Weights,
        ComparedQuantity.Biases => network.Layers[given.Layer].Biases!,
        _ => network.Input,
    };

    private Derivation Derive(LayeredNetwork from) =>
        from.Differentiate(byInput: true, FurthestSum() <= SumTolerance ? [from.TargetsSumToOne] : [], settings.Derivation);

    /// <summary>How far the sum of a target is from 1 at most.</summary>
    private double FurthestSum() => Enumerable.Range(0, Case.Targets.Columns)
        .Max(j => Math.Abs(Enumerable.Range(0, Case.Targets.Rows).Sum(i => Case.Targets[i, j]) - 1));

    /// <summary>
    /// How far p − y is from (1ᵀy)p − y in each given tensor where the sums of the targets are nearly 1: both count as right then, so the
    /// tolerances are wider by it.
    /// </summary>
    private IEnumerable<double> Slack()
    {
        if (FurthestSum() is 0 or > SumTolerance)
        {
            return Case.Given.Select(_ => 0.0);
        }

        Derivation exact = network.Differentiate(byInput: true, settings: settings.Derivation);
        Expr[] wanted = [.. Case.Given.Select(given => ExpressionOf(network, exact, given))];
        return Evaluator.EvaluateAll(wanted, bindings).Zip(compared, (value, by) => value.Zip(evaluated[by], (x, y) => x - y).MaxAbs());
    }

    /// <summary>
    /// Whether differences of a loss as it is written mean something: it is finite, and rounding its argument changes nothing that matters, as it does in
    /// log(1 − a) where a is nearly 1.
    /// </summary>
    private bool IsReliable(Expr written)
    {
        double At(Matrix output) => Evaluator.Evaluate(written, bindings.Copy().Set(network.Output, output))[0, 0];
        Matrix outputs = evaluated[network.Output];
        double value = At(outputs);
        return new[] { At(outputs.Map(Math.BitIncrement)), At(outputs.Map(Math.BitDecrement)) }
            .All(near => Math.Abs(near - value) <= MostNoise * Math.Max(1, Math.Abs(value)));
    }

    /// <summary>
    /// How far a gradient moves where the outputs move to the neighbouring single-precision numbers. Where a − y is next to nothing, because a confident
    /// output is nearly right, no computation in single precision comes nearer than that.
    /// </summary>
    private double OutputRounding(int index)
    {
        Matrix outputs = evaluated[network.Output];
        Matrix At(double step) => Evaluator.Evaluate(compared[index], bindings.Copy().Set(network.Output, outputs.Map(a => a + step * Math.Abs(a))));
        double unit = Math.ScaleB(1, -23);
        return new[] { At(unit), At(-unit) }.Max(moved => moved.Zip(evaluated[compared[index]], (x, y) => x - y).MaxAbs());
    }

    /// <summary>The backward pass that mistakes are made in, for the case's network with any weights and biases.</summary>
    private BackwardPass PassOf(ImmutableArray<LayerValues> layers)
    {
        LayeredNetwork own = Case.Network.Express(Case.Loss);
        Bindings symbols = new Bindings().Set(own.Batch, Case.Inputs.Columns);
        foreach ((Symbol symbol, Matrix value) in Values(own, layers))
        {
            symbols.Set(symbol, value);
        }

        return new(own, Derive(own), Case.Loss, symbols);
    }

    private IEnumerable<(Symbol Symbol, Matrix Value)> Values(LayeredNetwork of) => Values(of, Case.Layers);

    private IEnumerable<(Symbol Symbol, Matrix Value)> Values(LayeredNetwork of, ImmutableArray<LayerValues> layers)
    {
        yield return (of.Input, Case.Inputs);
        yield return (of.Target, Case.Targets);
        foreach ((SymbolicLayer layer, LayerValues values) in of.Layers.Zip(layers))
        {
            yield return (layer.Weights, values.Weights);
            if (layer.Biases is Symbol biases)
            {
                yield return (biases, values.Biases!);
            }
        }
    }

    private DifferenceRoad DifferencesOf(int index)
    {
        if (!differenceRoads.TryGetValue(index, out DifferenceRoad? road))
        {
            GivenTensor given = Case.Given[index];
            (Expr, Matrix)? known = null;
            if (given.Quantity != ComparedQuantity.Inputs && given.Layer > 0)
            {
                Expr input = network.Layers[given.Layer].Input;
                known = (input, evaluated[input]);
            }

            // The derived gradient serves as a yardstick only: how small is small enough for two steps to agree.
            double scale = evaluated[compared[index]].MaxAbs();
            double settled = 0.1 * (1e-6 * (double.IsFinite(scale) ? scale : 0) + 1e-9 * Math.Max(1, Math.Abs(cost)));
            int elements = given.Values.Elements.Length;
            double operations = (double)elements * DifferenceQuotients.LeastEvaluations * Case.Network.ParameterCount * Case.Inputs.Columns;
            bool isLarge = elements > settings.MostElements || operations > settings.MostOperations;
            differenceRoads[index] = road =
                new(new(judged, VariableOf(network, given), known, bindings, settled), settings, isLarge);
        }

        return road;
    }
}

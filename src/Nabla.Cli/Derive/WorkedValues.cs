using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Cli.Derive;

/// <summary>A derivation worked through with numbers: given values or drawn ones of one decimal for the symbols, and below every line the matrices of its right side.</summary>
internal sealed class WorkedValues
{
    private const int Width = 80;
    private const int Indent = 11;
    private const int Points = 50;
    private const double Resolution = 1e-9;
    private readonly WorkedNumbers numbers;
    private readonly IReadOnlyList<Symbol> symbols;

    /// <summary>With values for all symbols of the sections: those that are given, and others of one decimal.</summary>
    /// <exception cref="ArgumentException">A matrix is too large to be printed, or a given one does not fit.</exception>
    public WorkedValues(IReadOnlyList<Section> sections, IReadOnlyList<Expr> variables, bool probabilities, Expr? target, GivenValues given, int seed)
    {
        Expr[] expressions = [.. sections.SelectMany(section => section.Steps).SelectMany(step => new[] { step.Left, step.Right }), .. variables];
        IReadOnlyList<Expr> nodes = Expr.Reachable(expressions);
        symbols = [.. nodes.OfType<Symbol>()];
        IReadOnlyDictionary<Symbol, Matrix> own = given.For(symbols);
        IReadOnlyDictionary<Dim, int> sizes = GivenValues.Sizes(own);
        foreach (Symbol symbol in symbols)
        {
            int Size(Dim dim) => dim.Value ?? sizes.GetValueOrDefault(dim);
            if (Size(symbol.Shape.Rows) > 8 || Size(symbol.Shape.Columns) > 8)
            {
                throw new ArgumentException($"--values works a small example through, but {symbol.Describe()} is larger than 8×8; give fewer neurons or leave --values out");
            }
        }

        Conditions conditions = new(symbols.Where(symbol => Inverted(nodes, symbol)).Select(symbol => (symbol, Condition.WellConditioned))
            .Concat(symbols.Where(symbol => Positive(nodes, symbol)).Select(symbol => (symbol, Condition.Positive))));
        Bindings bindings = Liveliest(sections, variables, attempt => Values(new RandomPoints(unchecked(((seed - 1) * Points) + attempt)).Next(expressions, conditions, sizes), probabilities, target, own));

        numbers = new(bindings, variables, seed);
    }

    /// <summary>The values that the example begins with, and the directions of the differentials where a line has one.</summary>
    public string Given(IReadOnlyList<Section> sections) => "With the values\n\n" + string.Concat(numbers.Given(symbols, sections).Select(line => $"  {line}\n"));

    /// <summary>The matrices of a line, laid out below it.</summary>
    public IEnumerable<string> Below(Step step) => numbers.Below(step, Width - Indent).Select(line => new string(' ', Indent) + line);

    /// <summary>
    /// The first point, of some, at which the most gradients do not vanish: a network whose units are all dead shows nothing.
    /// </summary>
    private static Bindings Liveliest(IReadOnlyList<Section> sections, IReadOnlyList<Expr> variables, Func<int, Bindings> pointOf)
    {
        Expr[] gradients = [.. sections.SelectMany(section => section.Steps)
            .Where(step => step.Left is Gradient { Operands: [_, var by] } && variables.Contains(by))
            .Select(step => step.Right)
            .Where(answer => !Expr.Reachable(answer).Any(node => node is Gradient or Jacobian or Differential))
            .Distinct()];
        Bindings best = pointOf(1);
        int most = Lively(best);
        for (int seed = 2; seed <= Points && most < gradients.Length; seed++)
        {
            Bindings point = pointOf(seed);
            if (Lively(point) is int count && count > most)
            {
                (best, most) = (point, count);
            }
        }

        return best;

        int Lively(Bindings point) => Evaluator.EvaluateAll(gradients, point).Count(value => value.MaxAbs() is > Resolution and < double.PositiveInfinity);
    }

    /// <summary>Values of one decimal; targets between 0 and 1.</summary>
    private Bindings Values(Bindings point, bool probabilities, Expr? target, IReadOnlyDictionary<Symbol, Matrix> own)
    {
        foreach (Symbol symbol in symbols)
        {
            point.Set(symbol, point.ValueOf(symbol)!.Map(value => Math.Round(value, 1)));
        }

        if (target is not null)
        {
            Matrix y = point.ValueOf(target)!;
            bool rows = target.Shape.Rows.IsOne || !target.Shape.Rows.IsNumber && target.Shape.Rows.Value is null;
            point.Set(target, probabilities ? Matrix.From(y.Rows, y.Columns, (i, j) => (rows ? j : i) == 0 ? 1 : 0) : y.Map(value => Math.Round(Math.Clamp(Math.Abs(value), 0, 1), 1)));
        }

        if (symbols.FirstOrDefault(symbol => symbol.Name.Letter == "η") is Symbol rate)
        {
            point.Set(rate, Matrix.Scalar(0.5));
        }

        foreach ((Symbol symbol, Matrix value) in own)
        {
            point.Set(symbol, value);
        }

        return point;
    }

    private static bool Inverted(IReadOnlyList<Expr> nodes, Symbol symbol) =>
        symbol.Shape.Rows.Equals(symbol.Shape.Columns) && nodes.Any(node => node is Inverse or LogDeterminant or Determinant && node.Operands[0] == symbol);

    private static bool Positive(IReadOnlyList<Expr> nodes, Symbol symbol) => nodes.Any(node =>
        (node is ElementPower && node.Operands[0] == symbol) || (node is Apply { Function.Name: "log" or "sqrt" } && node.Operands[0] == symbol));
}

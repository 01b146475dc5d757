using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;

namespace Nabla.Cli.Derive;

/// <summary>A derivation worked through with numbers: given values or drawn ones of one decimal for the symbols, and below every line the matrices of its right side.</summary>
internal sealed class WorkedValues
{
    private const int Width = 80;
    private const int Indent = 11;
    private const int LargestSize = 16;
    private const int Points = 50;
    private const double Resolution = 1e-9;
    private readonly StepEvaluator evaluator;
    private readonly Bindings bindings;
    private readonly Dictionary<Expr, Matrix> directions;
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
        bindings = Liveliest(sections, variables, attempt => Values(new RandomPoints(unchecked(((seed - 1) * Points) + attempt)).Next(expressions, conditions, sizes), probabilities, target, own));

        Random random = new(seed + 1);
        directions = variables.ToDictionary(variable => variable, variable => Direction(variable, random), (IEqualityComparer<Expr>)ReferenceEqualityComparer.Instance);
        evaluator = new(bindings, directions);
    }

    /// <summary>The values that the example begins with, and the directions of the differentials where a line has one.</summary>
    public string Given(IReadOnlyList<Section> sections)
    {
        IEnumerable<string> values = symbols.Select(symbol => Print($"{symbol.Name} =", bindings.ValueOf(symbol)!));
        bool moves = sections.SelectMany(section => section.Steps).Any(step => Expr.Reachable(step.Left, step.Right).Any(node => node is Differential));
        return "With the values\n\n" + string.Concat(values.Concat(moves ? directions.Select(pair => Print($"d{pair.Key switch { Symbol x => x.Name, Named x => x.Name, _ => new("X") }} =", pair.Value)) : []));
    }

    private static string Print(string name, Matrix value) =>
        string.Concat(NumberBlock.Join([new([name]), NumberBlock.Of(value)]).Lines.Select(line => $"  {line.TrimEnd()}\n"));

    /// <summary>The matrices of a line, laid out below it.</summary>
    public IEnumerable<string> Below(Step step)
    {
        Expr shown = step.Right;
        List<NumberBlock> blocks = [new(["="])];
        Add(blocks, shown, 0);
        Matrix value = ValueOf(shown);
        if (value.Rows > LargestSize)
        {
            return [new string(' ', Indent) + $"({value.Rows}×{value.Columns}, too large to be printed)"];
        }

        NumberBlock result = NumberBlock.Of(value);
        NumberBlock whole = NumberBlock.Join(blocks);
        if (blocks.Count > 2 && Indent + whole.Columns + 3 + result.Columns <= Width)
        {
            whole = NumberBlock.Join([result, .. blocks]);
        }
        else
        {
            whole = result;
        }

        return Indent + whole.Columns <= Width
            ? whole.Lines.Select(line => new string(' ', Indent) + line.TrimEnd())
            : [new string(' ', Indent) + $"({value.Rows}×{value.Columns}, too wide to be printed)"];
    }

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

    /// <summary>dX of a variable; that of a symmetric one is symmetric.</summary>
    private Matrix Direction(Expr variable, Random random)
    {
        Matrix any = Matrix.From(bindings.SizeOf(variable.Shape.Rows), bindings.SizeOf(variable.Shape.Columns), (_, _) => Math.Round(random.NextDouble() - 0.5, 1));
        return variable is Symbol { IsSymmetric: true } ? Matrix.From(any.Rows, any.Columns, (i, j) => any[Math.Max(i, j), Math.Min(i, j)]) : any;
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

    /// <summary>A value to the digits that finite differences have, in every line: a derivative asked for and its formula then read the same.</summary>
    private Matrix ValueOf(Expr e)
    {
        Matrix value = evaluator.Evaluate(e);
        double noise = Resolution * Math.Max(1, value.MaxAbs());
        return value.Map(x => Math.Abs(x) < noise ? 0 : x);
    }

    private void Add(List<NumberBlock> blocks, Expr e, int depth)
    {
        string? sign = e switch { MatMul => "·", Hadamard => "⊙", Nabla.Calculus.Expressions.Add => "+", Subtract => "−", Kron => "⊗", Scale => "·", _ => null };
        if (sign is null || depth > 2 || evaluator.Evaluate(e) is not { Rows: <= LargestSize })
        {
            blocks.Add(NumberBlock.Of(ValueOf(e)));
            return;
        }

        // One level of each side: a reader can check what is beside one sign.
        Add(blocks, e.Operands[0], e.Operands[0].GetType() == e.GetType() ? depth + 1 : 3);
        blocks.Add(new([sign]));
        Add(blocks, e.Operands[1], 3);
        if (sign is "+" or "−" && blocks[^1].Lines is [['−', .. var size]])
        {
            // 0.1 − 0.2, not 0.1 + −0.2; and 0.1 − (−0.2).
            blocks[^2] = new(["−"]);
            blocks[^1] = new([sign == "+" ? size : $"(−{size})"]);
        }
    }

    private static bool Inverted(IReadOnlyList<Expr> nodes, Symbol symbol) =>
        symbol.Shape.Rows.Equals(symbol.Shape.Columns) && nodes.Any(node => node is Inverse or LogDeterminant or Determinant && node.Operands[0] == symbol);

    private static bool Positive(IReadOnlyList<Expr> nodes, Symbol symbol) => nodes.Any(node =>
        (node is ElementPower && node.Operands[0] == symbol) || (node is Apply { Function.Name: "log" or "sqrt" } && node.Operands[0] == symbol));
}

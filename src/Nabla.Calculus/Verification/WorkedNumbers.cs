using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Verification;

/// <summary>The numbers of a derivation's lines at one point: the matrices of a line's right side with the signs between them, and what they come to, as text.</summary>
public sealed class WorkedNumbers
{
    private const int LargestSize = 16;
    private const double Resolution = 1e-9;
    private readonly StepEvaluator evaluator;
    private readonly Bindings bindings;
    private readonly Dictionary<Expr, Matrix> directions;

    /// <summary>At a point.</summary>
    /// <param name="bindings">Values for all symbols of the lines.</param>
    /// <param name="variables">What is differentiated by: a differential in a line is the change along one direction of all of them.</param>
    /// <param name="seed">Draws the directions.</param>
    public WorkedNumbers(Bindings bindings, IReadOnlyList<Expr> variables, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentNullException.ThrowIfNull(variables);
        this.bindings = bindings;
        Random random = new(unchecked(seed + 1));
        directions = variables.ToDictionary(variable => variable, variable => Direction(variable, random), (IEqualityComparer<Expr>)ReferenceEqualityComparer.Instance);
        evaluator = new(bindings, directions);
    }

    /// <summary>The values of symbols as lines of text, and the directions of the differentials where a line has one.</summary>
    /// <param name="symbols">The symbols.</param>
    /// <param name="sections">The lines.</param>
    public IEnumerable<string> Given(IReadOnlyList<Symbol> symbols, IReadOnlyList<Section> sections)
    {
        bool moves = sections.SelectMany(section => section.Steps).Any(step => Expr.Reachable(step.Left, step.Right).Any(node => node is Differential));
        return symbols.SelectMany(symbol => Print($"{symbol.Name} =", bindings.ValueOf(symbol)!))
            .Concat(moves ? directions.SelectMany(pair => Print($"d{pair.Key switch { Symbol x => x.Name, Named x => x.Name, _ => new("X") }} =", pair.Value)) : []);
    }

    /// <summary>The matrices of a line's right side: what it comes to, and where there is room the operands that make it.</summary>
    /// <param name="step">The line.</param>
    /// <param name="width">The most columns of text.</param>
    /// <returns>Lines of text; one in brackets where the matrices are too large.</returns>
    public IEnumerable<string> Below(Step step, int width = 69)
    {
        ArgumentNullException.ThrowIfNull(step);
        Expr shown = step.Right;
        List<NumberBlock> blocks = [new(["="])];
        Add(blocks, shown, 0);
        Matrix value = ValueOf(shown);
        if (value.Rows > LargestSize)
        {
            return [$"({value.Rows}×{value.Columns}, too large to be printed)"];
        }

        NumberBlock result = NumberBlock.Of(value);
        NumberBlock whole = NumberBlock.Join(blocks);
        if (blocks.Count > 2 && whole.Columns + 3 + result.Columns <= width)
        {
            whole = NumberBlock.Join([result, .. blocks]);
        }
        else
        {
            whole = result;
        }

        return whole.Columns <= width ? whole.Lines.Select(line => line.TrimEnd()) : [$"({value.Rows}×{value.Columns}, too wide to be printed)"];
    }

    private static IEnumerable<string> Print(string name, Matrix value) => NumberBlock.Join([new([name]), NumberBlock.Of(value)]).Lines.Select(line => line.TrimEnd());

    /// <summary>dX of a variable; that of a symmetric one is symmetric.</summary>
    private Matrix Direction(Expr variable, Random random)
    {
        Matrix any = Matrix.From(bindings.SizeOf(variable.Shape.Rows), bindings.SizeOf(variable.Shape.Columns), (_, _) => Math.Round(random.NextDouble() - 0.5, 1));
        return variable is Symbol { IsSymmetric: true } ? Matrix.From(any.Rows, any.Columns, (i, j) => any[Math.Max(i, j), Math.Min(i, j)]) : any;
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
        string? sign = e switch { MatMul => "·", Hadamard => "⊙", Expressions.Add => "+", Subtract => "−", Kron => "⊗", Scale => "·", _ => null };
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
}

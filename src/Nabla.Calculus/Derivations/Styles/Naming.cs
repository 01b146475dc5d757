using System.Collections.Immutable;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations.Styles;

/// <summary>
/// Gives names to the intermediate results of a formula: to what is used twice, to the arguments of functions, and to the functions of named
/// arguments. Names that the formula's own variables have are left to them.
/// </summary>
internal sealed class Naming
{
    private static readonly char[] digits = [.. "0123456789₀₁₂₃₄₅₆₇₈₉"];
    private static readonly string[] costs = ["C", "L", "J", "E"];
    private readonly HashSet<string> taken;
    private readonly HashSet<string> written;

    /// <summary>With the names that are taken: those of the symbols, and of their capital and small forms with any index.</summary>
    public Naming(params IEnumerable<Expr> expressions)
    {
        written = [.. Expr.Reachable(expressions).Select(node => node switch { Symbol symbol => symbol.Name.Letter, Named named => named.Name.Letter, _ => "" })];
        taken = [.. written.Select(Base)];

        // Beside a variable du the differential of an intermediate result u would read like the variable.
        taken.UnionWith(taken.Where(name => name.Length > 1 && name[0] == 'd').Select(name => name[1..]).ToArray());
    }

    /// <summary>A formula under a name, with names for its intermediate results.</summary>
    public Named Of(Expr formula, IReadOnlyList<Expr> variables)
    {
        HashSet<Expr> changing = new(variables, ReferenceEqualityComparer.Instance);
        Dictionary<Expr, int> parents = new(ReferenceEqualityComparer.Instance);
        HashSet<Expr> arguments = new(ReferenceEqualityComparer.Instance);
        IReadOnlyList<Expr> nodes = Expr.Reachable(formula);
        foreach (Expr node in nodes)
        {
            foreach (Expr operand in node.Operands.Distinct())
            {
                parents[operand] = parents.GetValueOrDefault(operand) + 1;
                if (changing.Contains(operand))
                {
                    changing.Add(node);
                }

            }

            // A quotient is linear in what is divided.
            if (IsFunction(node))
            {
                arguments.UnionWith(node is Divide or Quotient ? [node.Operands[1]] : node.Operands);
            }
        }

        string letter = Free("u", "v", "t", "h", "q", "w");
        Dictionary<Expr, Expr> rebuilt = new(ReferenceEqualityComparer.Instance);
        List<Expr> chosen = [];
        foreach (Expr node in nodes)
        {
            bool named = node != formula && changing.Contains(node) && !variables.Contains(node) && !IsTrivial(node)
                && !DifferentialRules.IsTooHigh(node) && (parents[node] > 1 || arguments.Contains(node) || (IsFunction(node) && node is not (SquaredNorm or Divide or Quotient) && node.Operands.Any(chosen.Contains)));
            if (named)
            {
                chosen.Add(node);
            }
        }

        int count = 0;
        foreach (Expr node in nodes)
        {
            ImmutableArray<Expr> operands = [.. node.Operands.Select(operand => rebuilt[operand])];
            Expr current = node is Named || variables.Contains(node) || operands.AsSpan().SequenceEqual(node.Operands.AsSpan()) ? node : node.With(operands);
            if (chosen.Contains(node))
            {
                string index = chosen.Count == 1 ? "" : Subscript(++count);
                current = current.AsOfDerivation(new(Cased(letter, current) + index));
            }

            // A number such as sum(1) is written as the number.
            rebuilt[node] = current.Shape.IsScalar && current is Sum or MatMul { Shape.IsScalar: true } && Expr.Reachable(current).All(part => part is not (Symbol or Named))
                ? new Simplification.Simplifier().Simplify(current).Result : current;
        }

        Expr root = rebuilt[formula];
        return root as Named ?? root.AsOfDerivation(NameOf(root));
    }

    /// <summary>A name for a result by its shape: C for a scalar, f for a column, F for a matrix.</summary>
    public Name NameOf(Expr result) => new(result.Shape.IsScalar ? costs.FirstOrDefault(letter => !written.Contains(letter) && !written.Contains("d" + letter)) ?? "Ĉ" : Cased(Free("f", "h", "r", "s"), result));

    /// <summary>The first letter that no variable has, whatever its case and index.</summary>
    public string Free(params string[] letters)
    {
        string free = letters.FirstOrDefault(letter => !taken.Contains(Base(letter))) ?? letters[0] + "̂";
        taken.Add(Base(free));
        return free;
    }

    /// <summary>A small letter for a column or a scalar, a capital for a matrix.</summary>
    public static string Cased(string letter, Expr expression) =>
        expression.Shape.IsColumn || expression.Shape.IsScalar ? letter : letter.ToUpperInvariant();

    /// <summary>A number as an index below.</summary>
    public static string Subscript(int number) => string.Concat($"{number}".Select(digit => (char)('₀' + digit - '0')));

    private static string Base(string letter) => letter.TrimEnd(digits).ToLowerInvariant();

    /// <summary>What is as short as a name: a sign, a transpose or a constant multiple of a symbol.</summary>
    private static bool IsTrivial(Expr node) => node is Symbol or Named or Constant
        || (node is Transpose or Negate && IsTrivial(node.Operands[0]))
        || (node is Scale { Factor: Constant, Of: var x } && IsTrivial(x));

    private static bool IsFunction(Expr node) => node is Apply or Softmax or LogSumExp or Inverse or Determinant or LogDeterminant or Exponential or Norm or SquaredNorm
        or Power or ElementPower or Maximum or Minimum or LargestElement or Quotient or Divide { Divisor: not Constant };
}

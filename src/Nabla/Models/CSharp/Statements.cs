using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;
using Nabla.Planning;

namespace Nabla.Models.CSharp;

/// <summary>
/// Writes the statements that compute expressions, one matrix after the other: for each node what the node means, whoever wrote the expression. A name is
/// an array of its own; what is elementwise is written out where it is needed; a product is a sum in a loop.
/// </summary>
internal sealed class Statements
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<Expr, Place> places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Expr> separate = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> names;
    private readonly HashSet<Function> called;
    private readonly Dim batch;
    private int depth = 2;
    private int sums;

    /// <summary>No statements yet.</summary>
    /// <param name="batch">The number of samples, which is <c>m</c> in the code.</param>
    /// <param name="taken">Names that mean something else.</param>
    /// <param name="called">Takes the functions that are called.</param>
    public Statements(Dim batch, IEnumerable<string> taken, HashSet<Function> called)
    {
        (this.batch, this.called) = (batch, called);
        names = [.. taken];
    }

    /// <summary>What was written.</summary>
    public override string ToString() => text.ToString();

    /// <summary>Says where an expression's value is, which is not computed then.</summary>
    public void Give(Expr expression, string name, bool isByRows = false) =>
        places[expression] = PlaceOf(expression, name) with { IsByRows = isByRows, IsNumber = expression.Shape.IsScalar && expression is Symbol { Kind: SymbolKind.Variable } };

    /// <summary>Where the value of an expression is that was computed or given.</summary>
    public Place this[Expr expression] => places[expression];

    /// <summary>Writes what computes expressions, each in an array under a name where one is given.</summary>
    public void Compute(IReadOnlyList<(Expr Expression, string? Name, string? Comment, bool IsByRows)> roots)
    {
        IReadOnlyList<Expr> nodes = Needed(roots.Select(root => root.Expression));
        Separate(nodes);
        Dictionary<Expr, (string? Name, string? Comment, bool IsByRows)> asked = new(ReferenceEqualityComparer.Instance);
        foreach ((Expr expression, string? name, string? comment, bool isByRows) in roots)
        {
            asked[expression] = (name, comment, isByRows);
            separate.Add(expression);
        }

        foreach (Expr node in nodes.Where(node => separate.Contains(node) && !places.ContainsKey(node)))
        {
            (string? name, string? comment, bool isByRows) = asked.GetValueOrDefault(node);
            Define(node, name ?? NameOf(node), comment ?? (node is Named named ? Notation.Text.Print(named, "=", named.Definition) : null), isByRows);
        }
    }

    /// <summary>Writes the updates of a parameter and its states, all from the old values.</summary>
    public void Update(ParameterUpdate update)
    {
        ParameterUpdate[] all = [update, .. update.States];
        List<Expr> nodes = Needed(all.Select(part => part.Value));
        Separate(nodes);
        foreach (Expr node in nodes.Where(separate.Contains))
        {
            Define(node, NameOf(node), null, isByRows: true);
        }

        foreach (ParameterUpdate part in all)
        {
            Line($"// {Notation.Text.Print(part.Parameter, Notation.Text.UpdateSign, part.Value)}");
        }

        Place place = places[update.Parameter];
        void Elements(string i, string j)
        {
            Code[] next = [.. all.Select(part => At(part.Value, i, j))];
            for (int k = 1; k < all.Length; k++)
            {
                Line($"double next{k} = {next[k].Text};");
            }

            Line($"{place.At(i, j).Text} = (float)({next[0].Text});");
            for (int k = 1; k < all.Length; k++)
            {
                Line($"{places[all[k].Parameter].At(i, j).Text} = (float)next{k};");
            }
        }

        // One number has no loop, and what is kept for it would have the names that the loops use.
        if (place is { Rows: "1", Columns: "1" } && all.Length > 1)
        {
            Block(() => Elements("0", "0"));
        }
        else
        {
            Loop(place, Elements);
        }

        Line("");
    }

    /// <summary>A line at the present depth.</summary>
    public void Line(string line) => text.Append(line.Length == 0 ? "" : new string(' ', 4 * depth)).Append(line).Append('\n');

    private static string Letter(string letter) => letter switch
    {
        "Δ" or "δ" => "delta",
        "C" => "cost",
        _ => new([.. letter.ToLowerInvariant().Where(char.IsAsciiLetter)]),
    };

    /// <summary>The nodes that roots are made of, operands first, as far as they have no place yet.</summary>
    private List<Expr> Needed(IEnumerable<Expr> roots)
    {
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Expr> open = new(roots);
        while (open.TryPop(out Expr? next))
        {
            if (!places.ContainsKey(next) && seen.Add(next))
            {
                foreach (Expr operand in next.Operands)
                {
                    open.Push(operand);
                }
            }
        }

        return [.. seen.OrderBy(node => node.Id)];
    }

    /// <summary>Chooses what is computed by itself: names, sums over elements, what they sum over, and what costs something and is used twice.</summary>
    private void Separate(IReadOnlyList<Expr> nodes)
    {
        Dictionary<Expr, int> uses = new(ReferenceEqualityComparer.Instance);
        foreach (Expr operand in nodes.SelectMany(node => node.Operands))
        {
            uses[operand] = uses.GetValueOrDefault(operand) + 1;
        }

        foreach (Expr node in nodes)
        {
            bool isReduction = node is Sum or SquaredNorm or Softmax or LogSumExp or Norm or LargestElement or Trace;
            if (node is Named || isReduction || (node is MatMul or Apply && uses.GetValueOrDefault(node) > 1))
            {
                separate.Add(node);
            }

            if (isReduction || node is MatMul)
            {
                separate.UnionWith(node.Operands.Select(Bare).Where(operand => !operand.Operands.IsEmpty));
            }
        }
    }

    private static Expr Bare(Expr expression)
    {
        while (expression is Transpose or Scale { Factor: Constant })
        {
            expression = expression.Operands[^1];
        }

        return expression;
    }

    private string NameOf(Expr node) => Unique(node is Named named ? Letter(named.Name.Letter) + named.Name.Superscript : "t");

    private string Unique(string name)
    {
        string free = name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit) ? "t" : name;
        for (int i = 1; !names.Add(free); i++)
        {
            free = $"{name}_{i}";
        }

        return free;
    }

    private Place PlaceOf(Expr expression, string name) => new(name, Size(expression.Shape.Rows), Size(expression.Shape.Columns));

    private string Size(Dim dim) => dim.Value is int size ? $"{size}"
        : dim.Equals(batch) ? "m"
        : string.Join(" * ", dim.Factors.Select(factor => factor.Equals(dim) ? throw Unwritten($"the dimension {dim}") : Size(factor)));

    private static NotSupportedException Unwritten(string what) => new($"{what} has no form in C# that this program writes");

    private void Define(Expr node, string name, string? comment, bool isByRows)
    {
        Place place = PlaceOf(node, name) with { IsByRows = isByRows, IsNumber = node.Shape.IsScalar };
        if (comment is not null)
        {
            Line($"// {comment}");
        }

        Expr body = node is Named named ? named.Definition : node;
        Expr of = body.Operands.IsEmpty ? body : body.Operands[0];
        if (!place.IsNumber)
        {
            Line($"double[] {name} = new double[{(place.Rows == "1" ? place.Columns : place.Columns == "1" ? place.Rows : $"{place.Rows} * {place.Columns}")}];");
        }

        // The definition may have a place already, where two names mean the same.
        switch (places.ContainsKey(body) ? null : body)
        {
            case Sum:
                Total(name, "0.0", of, element => $"{name} += {element.Text};");
                break;
            case SquaredNorm or Norm:
                Total(name, "0.0", of, element => $"{name} += {(element * element).Text};");
                if (body is Norm)
                {
                    Line($"{name} = Math.Sqrt({name});");
                }

                break;
            case LargestElement:
                Total(name, "double.NegativeInfinity", of, element => $"{name} = Math.Max({name}, {element.Text});");
                break;
            case Trace:
                Line($"double {name} = 0.0;");
                For("i", Size(of.Shape.Rows), () => Line($"{name} += {At(of, "i", "i").Text};"));
                break;
            case Softmax or LogSumExp:
                ByColumn(place, of, isSoftmax: body is Softmax);
                break;
            default:
                if (place.IsNumber)
                {
                    Code value = At(body, "0", "0");
                    Line($"double {name} = {value.Text};");
                }
                else
                {
                    Loop(place, (i, j) =>
                    {
                        Code value = At(body, i, j);
                        Line($"{place.At(i, j).Text} = {value.Text};");
                    });
                }

                break;
        }

        Line("");
        places[node] = place;
    }

    private void Total(string name, string start, Expr of, Func<Code, string> step)
    {
        Line($"double {name} = {start};");
        Loop(PlaceOf(of, ""), (i, j) => Line(step(At(of, i, j))));
    }

    /// <summary>softmax or log Σ exp of each column, less its largest element first, so that nothing overflows.</summary>
    private void ByColumn(Place place, Expr z, bool isSoftmax)
    {
        string rows = Size(z.Shape.Rows);
        void Column(string j)
        {
            Line("double largest = double.NegativeInfinity, total = 0.0;");
            For("i", rows, () => Line($"largest = Math.Max(largest, {At(z, "i", j).Text});"));
            For("i", rows, () => Line($"total += Math.Exp({(At(z, "i", j) - Code.Atom("largest")).Text});"));
            if (isSoftmax)
            {
                For("i", rows, () => Line($"{place.At("i", j).Text} = Math.Exp({(At(z, "i", j) - Code.Atom("largest")).Text}) / total;"));
            }
            else
            {
                Line($"{(place.IsNumber ? "double " : "")}{place.At("0", j).Text} = largest + Math.Log(total);");
            }
        }

        For("j", Size(z.Shape.Columns), () => Column("j"));
    }

    private void Loop(Place place, Action<string, string> body)
    {
        if (place is { Rows: "1", Columns: "1" })
        {
            body("0", "0");
        }
        else if (place.Columns == "1")
        {
            For("i", place.Rows, () => body("i", "0"));
        }
        else if (place.Rows == "1")
        {
            For("j", place.Columns, () => body("0", "j"));
        }
        else if (place.IsByRows)
        {
            For("i", place.Rows, () => For("j", place.Columns, () => body("i", "j")));
        }
        else
        {
            For("j", place.Columns, () => For("i", place.Rows, () => body("i", "j")));
        }
    }

    private void For(string index, string count, Action body)
    {
        Line($"for (int {index} = 0; {index} < {count}; {index}++)");
        Block(body);
    }

    private void Block(Action body)
    {
        Line("{");
        depth++;
        body();
        depth--;
        Line("}");
    }

    /// <summary>An element of an expression; sums that it needs are written before.</summary>
    private Code At(Expr expression, string i, string j)
    {
        if (places.TryGetValue(expression, out Place? place))
        {
            return place.At(place.Rows == "1" ? "0" : i, place.Columns == "1" ? "0" : j);
        }

        Code Of(int operand) => At(expression.Operands[operand], i, j);
        Code Scalar(int operand) => At(expression.Operands[operand], "0", "0");
        return expression switch
        {
            Constant constant => NumberOf(constant.Value),
            Ones => Code.One,
            Zeros => Code.Number(0),
            Eye => Code.Atom($"({i} == {j} ? 1.0 : 0.0)"),
            Add => Of(0) + Of(1),
            Subtract => Of(0) - Of(1),
            Negate => -Of(0),
            Scale => Scalar(0) * Of(1),
            Divide => Of(0) / Scalar(1),
            Hadamard => Of(0) * Of(1),
            Quotient => Of(0) / Of(1),
            Maximum => Code.Call("Math.Max", Of(0), Of(1)),
            Minimum => Code.Call("Math.Min", Of(0), Of(1)),
            ElementPower => Code.Call("Math.Pow", Of(0), Scalar(1)),
            Transpose => At(expression.Operands[0], j, i),
            Diag => Code.Atom($"({i} == {j} ? {At(expression.Operands[0], i, "0").Text} : 0.0)"),
            DiagonalOf => At(expression.Operands[0], i, i),
            Apply apply => Call(apply.Function, Of(0)),
            MatMul => Product(expression.Operands[0], expression.Operands[1], i, j),
            _ => throw Unwritten(expression.Describe()),
        };
    }

    private Code Call(Function function, Code argument)
    {
        called.Add(function);
        return Code.Call(CodeLane.NameOf(function), argument);
    }

    /// <summary>Σₖ x[i, k] y[k, j]; without a sum where there is one k.</summary>
    private Code Product(Expr x, Expr y, string i, string j)
    {
        if (Size(x.Shape.Columns) == "1")
        {
            return At(x, i, "0") * At(y, "0", j);
        }

        string sum = Unique($"sum{++sums}");
        Line($"double {sum} = 0.0;");
        For("k", Size(x.Shape.Columns), () => Line($"{sum} += {(At(x, i, "k") * At(y, "k", j)).Text};"));
        Line("");
        return Code.Atom(sum);
    }

    private Code NumberOf(Coefficient value)
    {
        Code above = Code.Number(value.Number);
        Code? below = null;
        foreach ((Dim dim, int power) in value.Powers)
        {
            for (int p = 0; p < Math.Abs(power); p++)
            {
                Code size = Code.Atom(Size(dim));
                (above, below) = power > 0 ? (above * size, below) : (above, below is null ? size : below * size);
            }
        }

        return below is null ? above : above / below;
    }
}

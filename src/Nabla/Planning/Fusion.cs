using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>
/// Elementwise expressions as steps of instructions. A cluster of them, down to what is no elementwise operation of the same shape, goes to the
/// instruction that makes the last of what the cluster reads, where that is of the same sizes, so that a tile is finished while it is in the
/// first cache; else to an instruction of its own. Which network or loss it is does not matter.
/// </summary>
internal sealed class Fusion<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Lowering<T> lowering;
    private readonly Dictionary<Expr, int> uses;
    private readonly Dictionary<Expr, Expr> known = new(ReferenceEqualityComparer.Instance);

    public Fusion(Lowering<T> lowering, IReadOnlyList<Expr> nodes)
    {
        this.lowering = lowering;
        uses = Uses(nodes);
    }

    /// <summary>How many of some expressions have each as an operand.</summary>
    public static Dictionary<Expr, int> Uses(IEnumerable<Expr> nodes)
    {
        Dictionary<Expr, int> counts = new(ReferenceEqualityComparer.Instance);
        foreach (Expr operand in nodes.SelectMany(node => node.Operands))
        {
            counts[operand] = counts.GetValueOrDefault(operand) + 1;
        }

        return counts;
    }

    /// <summary>How many expressions have this one as an operand.</summary>
    public int UsesOf(Expr expression) => uses.GetValueOrDefault(expression);

    /// <summary>Whether an operation is made element by element. A column or row that stands for a matrix is.</summary>
    public static bool IsElementwise(Expr expression) => expression switch
    {
        Subtract => LogSoftmax.ArgumentOf(expression) is null,
        Add or Negate or Scale or Hadamard or Quotient or Maximum or Minimum or Apply => true,
        MatMul { Operands: [Ones column, var row] } when column.Shape.IsColumn && row.Shape.Rows.IsOne => true,
        MatMul { Operands: [var column, Ones row] } when row.Shape.Rows.IsOne && column.Shape.IsColumn => true,
        _ => false,
    };

    /// <summary>Computes an elementwise expression.</summary>
    public Slot<T> Lower(Expr root)
    {
        List<Slot<T>> read = [];
        Prepare(root, root, read, whole => read.Add(lowering.Lower(whole)), new(ReferenceEqualityComparer.Instance));
        Grid grid = lowering.GridOf(root);
        Draft<T>? last = read.Select(slot => lowering.Producers.GetValueOrDefault(slot)).OfType<Draft<T>>().MaxBy(draft => draft.Number);
        Draft<T> host = last is not null && last.Grid == grid && last.Steps.Count < Draft<T>.MostSteps ? last : lowering.NewDraft(grid, null);
        Source<T> value = Emit(host, root);
        Slot<T> slot = lowering.New(root);
        host.Outputs.Add((Computed(host, value), slot));
        host.Computes.Add(new(root, root));
        lowering.Producers[slot] = host;
        return slot;
    }

    /// <summary>
    /// Sees to it that whatever a cluster reads is there: each part that is no elementwise operation of its shape, and each that is dear and used
    /// elsewhere too.
    /// </summary>
    /// <param name="root">The cluster's root.</param>
    /// <param name="node">The part that is looked at.</param>
    /// <param name="read">Gets the slots.</param>
    /// <param name="whole">What is done with a part that is read as a whole.</param>
    /// <param name="seen">The parts that were looked at.</param>
    public void Prepare(Expr root, Expr node, List<Slot<T>> read, Action<Expr> whole, HashSet<Expr> seen)
    {
        if (!seen.Add(node) || node is Constant or Ones or Zeros)
        {
            return;
        }

        if (lowering.Coefficients.Covers(node))
        {
            read.Add(lowering.LowerScalar(node));
            return;
        }

        Expr form = KnownForm(node);
        bool isCluster = lowering.SlotOf(node) is null && node is not Named && IsElementwise(form) && !lowering.IsHead(form)
            && form.Shape.Equals(root.Shape) && (node == root || UsesOf(node) <= 1 || form is not (Apply or Quotient));
        if (!isCluster)
        {
            whole(node);
            return;
        }

        switch (form)
        {
            case Scale { Factor: var factor, Of: var of } when !form.Shape.IsScalar:
                if (factor is not Constant)
                {
                    read.Add(lowering.LowerScalar(factor));
                }

                Prepare(root, of, read, whole, seen);
                break;
            case MatMul { Operands: [Ones, var row] }:
                read.Add(lowering.Lower(row));
                break;
            case MatMul { Operands: [var column, _] }:
                read.Add(lowering.Lower(column));
                break;
            default:
                foreach (Expr operand in form.Operands)
                {
                    Prepare(root, operand, read, whole, seen);
                }

                break;
        }
    }

    /// <summary>The value of a part in a draft, with the steps that make it; what it reads was prepared.</summary>
    public Source<T> Emit(Draft<T> host, Expr node)
    {
        if (host.Values.TryGetValue(node, out Source<T> made))
        {
            return made;
        }

        if (lowering.SlotOf(node) is Slot<T> slot)
        {
            return Read(host, slot, Access.Matrix);
        }

        Expr form = KnownForm(node);
        Source<T> value = form switch
        {
            Constant constant => Number(lowering.ValueOf(constant), node),
            Ones => Number(1, node),
            Zeros => Number(0, node),
            Scale { Factor: Constant c, Of: Ones } => Number(lowering.ValueOf(c), node),
            Scale { Factor: Constant c, Of: var x } => Combine(host, BinaryOperation.Multiply, Emit(host, x), Number(lowering.ValueOf(c), node)),
            Scale { Factor: var s, Of: var x } when !form.Shape.IsScalar =>
                Combine(host, BinaryOperation.Multiply, Emit(host, x), Read(host, lowering.LowerScalar(s), Access.Scalar)),
            Scale { Factor: var s, Of: var x } => Combine(host, BinaryOperation.Multiply, Emit(host, x), Emit(host, s)),
            Negate { Operands: [var x] } => Combine(host, BinaryOperation.Multiply, Emit(host, x), Number(-1, node)),
            Add { Operands: [Scale { Of: not Ones } scale, var w] } when IsFree(host, scale) => ScaleAndAdd(host, scale.Of, lowering.LowerScalar(scale.Factor), w),
            Add { Operands: [var w, Scale { Of: not Ones } scale] } when IsFree(host, scale) => ScaleAndAdd(host, scale.Of, lowering.LowerScalar(scale.Factor), w),
            Add { Operands: [var x, var y] } => Combine(host, BinaryOperation.Add, Emit(host, x), Emit(host, y)),
            Subtract { Operands: [var w, Scale { Of: not Ones } scale] } when IsFree(host, scale) && lowering.IsNumber(scale.Factor) =>
                ScaleAndAdd(host, scale.Of, lowering.LowerScalar(-scale.Factor), w),
            Subtract { Operands: [var x, var y] } => Combine(host, BinaryOperation.Subtract, Emit(host, x), Emit(host, y)),
            Hadamard { Operands: [var x, var y] } => Combine(host, BinaryOperation.Multiply, Emit(host, x), Emit(host, y)),
            Quotient { Operands: [var x, var y] } => Combine(host, BinaryOperation.Divide, Emit(host, x), Emit(host, y)),
            Maximum { Operands: [var x, var y] } => Combine(host, BinaryOperation.Maximum, Emit(host, x), Emit(host, y)),
            Minimum { Operands: [var x, var y] } => Combine(host, BinaryOperation.Minimum, Emit(host, x), Emit(host, y)),
            Apply apply => host.Add(new(ChainCode.Apply, Vector(host, Emit(host, apply.Operands[0])), Function: apply.Function)),
            MatMul { Operands: [Ones column, var row] } when column.Shape.IsColumn && row.Shape.Rows.IsOne => Read(host, lowering.Lower(row), Access.Row),
            MatMul { Operands: [var column, Ones] } when column.Shape.IsColumn => Read(host, lowering.Lower(column), Access.Column),
            _ => throw new InvalidOperationException($"{node.Describe()} is no elementwise operation"),
        };
        return host.Values[node] = value;
    }

    /// <summary>The number of the step that makes a value; what is read as it is, is copied.</summary>
    public static int Computed(Draft<T> host, Source<T> value) =>
        value.Slot is null ? value.Value : host.Add(new(ChainCode.Copy, value)).Value;

    /// <summary>
    /// A slot as a draft reads it: by the step that makes it, where it is made there. A row, a column or a number of the draft's own sizes (a width
    /// or a batch of 1) is a whole matrix, whatever it stands for.
    /// </summary>
    private Source<T> Read(Draft<T> host, Slot<T> slot, Access access)
    {
        if (lowering.Producers.GetValueOrDefault(slot) == host)
        {
            foreach ((int value, Slot<T> output) in host.Outputs)
            {
                if (output == slot)
                {
                    return Source<T>.Of(value);
                }
            }
        }

        return Source<T>.Of(slot, slot.Rows == host.Grid.Rows && slot.Columns == host.Grid.Columns ? Access.Matrix : access);
    }

    private bool IsFree(Draft<T> host, Scale scale) =>
        !scale.Shape.IsScalar && lowering.SlotOf(scale) is null && UsesOf(scale) <= 1 && !host.Values.ContainsKey(scale) && !lowering.IsHead(scale);

    private Source<T> ScaleAndAdd(Draft<T> host, Expr x, Slot<T> number, Expr w)
    {
        (Source<T> vector, Source<T> added) = (Vector(host, Emit(host, x)), Vector(host, Emit(host, w)));
        return host.Add(new(ChainCode.ScaleAndAdd, vector, Read(host, number, Access.Scalar), added));
    }

    private static Source<T> Combine(Draft<T> host, BinaryOperation operation, Source<T> x, Source<T> y) =>
        host.Add(new(ChainCode.Combine, x.IsUniform && y.IsUniform ? Vector(host, x) : x, y, Operation: operation));

    /// <summary>A value with an element for each element: a number is copied.</summary>
    private static Source<T> Vector(Draft<T> host, Source<T> source) => source.IsUniform ? host.Add(new(ChainCode.Copy, source)) : source;

    private Source<T> Number(double value, Expr like) => Source<T>.Of(lowering.Number(value, like.Pool), Access.Scalar);

    private Expr KnownForm(Expr node)
    {
        if (!known.TryGetValue(node, out Expr? form))
        {
            form = known[node] = lowering.Known(node);
        }

        return form;
    }
}

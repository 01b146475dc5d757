using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>
/// Turns expressions into instructions over slots. An expression is computed once, however often it is used. The patterns here only
/// choose kernels (a bias is added where the product is made, a transpose becomes a flag); what is computed is what the expression says.
/// </summary>
internal sealed class Lowering<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterBuffer<T> parameters;
    private readonly KernelSet<T> kernels;
    private readonly Func<Dim, int> sizeOf;
    private readonly Dictionary<Expr, Slot<T>> slots = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Slot<T>> results = new(ReferenceEqualityComparer.Instance);

    public Lowering(ParameterBuffer<T> parameters, KernelSet<T> kernels, Func<Dim, int> sizeOf) =>
        (this.parameters, this.kernels, this.sizeOf) = (parameters, kernels, sizeOf);

    /// <summary>The instructions in the order of running.</summary>
    public List<Instruction<T>> Instructions { get; } = [];

    /// <summary>The slots of the plan's own buffer.</summary>
    public List<Slot<T>> Slots { get; } = [];

    /// <summary>Slots that are filled once, when the buffer is laid out, and their values.</summary>
    public List<(Slot<T> Slot, Expr Value)> Constants { get; } = [];

    /// <summary>The scratch that products share.</summary>
    public Workspace<T> Workspace { get; } = new();

    /// <summary>The slot of an expression that was lowered, or null.</summary>
    public Slot<T>? SlotOf(Expr expression) => slots.GetValueOrDefault(expression);

    /// <summary>The slot with what an expression was worth before the updates; null where it was not lowered.</summary>
    public Slot<T>? ResultOf(Expr expression) => results.GetValueOrDefault(expression) ?? SlotOf(expression);

    /// <summary>Computes an expression whose value is wanted: a parameter's as it is before the updates.</summary>
    public void LowerResult(Expr expression)
    {
        Slot<T> slot = Lower(expression);
        if (slot.IsParameter)
        {
            results[expression] = OwnCopy(slot);
        }
    }

    /// <summary>The slot that holds an expression's value, with the instructions that compute it.</summary>
    public Slot<T> Lower(Expr expression)
    {
        if (slots.TryGetValue(expression, out Slot<T>? known))
        {
            return known;
        }

        return slots[expression] = expression switch
        {
            Symbol symbol => parameters.Contains(symbol) ? parameters.SlotOf(symbol) : New(symbol),

            // A name keeps the value that its definition has now, also where that is a parameter which is updated later.
            Named named => OwnCopy(Lower(named.Definition)),
            Constant or Ones or Zeros or Eye => Filled(expression),
            Add { Operands: [var x, var y] } => LowerSum(expression, x, y),
            Subtract when LogSoftmax.ArgumentOf(expression) is Expr z => Reduction(expression, ReductionKind.LogSoftmax, z),
            Subtract { Operands: [var x, var y] } => Binary(expression, BinaryOperation.Subtract, x, y),
            Negate { Operands: [var x] } => Emit(expression, target => new Multiple<T>(target, Lower(x), -T.One)),
            Scale scale => LowerScale(scale),
            MatMul product => LowerProduct(product, T.One, bias: null),
            Hadamard { Operands: [var x, MatMul { Operands: [Ones, var row] }] } when row.Shape.Rows.IsOne => ScaleColumns(expression, x, row),
            Hadamard { Operands: [MatMul { Operands: [Ones, var row] }, var x] } when row.Shape.Rows.IsOne => ScaleColumns(expression, x, row),
            Hadamard { Operands: [var x, var y] } => Binary(expression, BinaryOperation.Multiply, x, y),
            Quotient { Operands: [var x, var y] } => Binary(expression, BinaryOperation.Divide, x, y),
            Maximum { Operands: [var x, var y] } => Binary(expression, BinaryOperation.Maximum, x, y),
            Minimum { Operands: [var x, var y] } => Binary(expression, BinaryOperation.Minimum, x, y),
            Transpose { Operands: [var x] } => Reduction(expression, ReductionKind.Transpose, x),
            Apply apply => LowerFunction(apply),
            Sum { Operands: [Hadamard { Operands: [var x, var y] }] } => LowerInner(expression, x, y),
            Sum { Operands: [var x] } => Reduction(expression, ReductionKind.Total, x),
            SquaredNorm { Operands: [var x] } => Reduction(expression, ReductionKind.SquaredNorm, x),
            Softmax { Operands: [var x] } => Reduction(expression, ReductionKind.Softmax, x),
            LogSumExp { Operands: [var x] } => Reduction(expression, ReductionKind.LogSumExp, x),
            _ => Lower(Decompositions.Of(expression, constant => constant.Value.Evaluate(sizeOf))),
        };
    }

    /// <summary>
    /// Readies an update P ← P − ηG: what G is made of is computed now, the update itself is the instruction that is given back, to be run
    /// after everything that reads the old P.
    /// </summary>
    public Instruction<T> LowerUpdate(Symbol parameter, Expr value)
    {
        Slot<T> target = parameters.SlotOf(parameter);
        if (value is Subtract { Operands: [var old, Scale { Factor: Symbol rate, Of: var gradient }] } && old == parameter)
        {
            Slot<T> learningRate = Lower(rate);
            (Expr inner, T factor) = gradient is Scale { Factor: Constant c } scaled ? (scaled.Of, Value(c)) : (gradient, T.One);
            if (inner is MatMul product && !IsReduction(product) && SlotOf(product) is null)
            {
                (Expr a, bool transposeA) = Untransposed(product.Operands[0]);
                (Expr b, bool transposeB) = Untransposed(product.Operands[1]);
                if (!Lower(a).IsParameter && !Lower(b).IsParameter)
                {
                    // The product adds itself to the weights, so the gradient never reaches memory.
                    return new Multiply<T>(target, Lower(a), transposeA, Lower(b), transposeB, factor, Workspace, learningRate: learningRate);
                }
            }

            return new Descend<T>(target, OwnCopy(Lower(inner)), learningRate, factor);
        }

        return new Duplicate<T>(target, OwnCopy(Lower(value)));
    }

    private static bool IsReduction(MatMul product) => product.Operands.Any(operand => operand is Ones);

    private static (Expr Expression, bool Transposed) Untransposed(Expr x) => x is Transpose { Operands: [var inner] } ? (inner, true) : (x, false);

    /// <summary>A slot that later updates leave alone: a parameter's own is copied.</summary>
    private Slot<T> OwnCopy(Slot<T> slot)
    {
        if (!slot.IsParameter)
        {
            return slot;
        }

        Slot<T> copy = New(slot.Rows, slot.Columns);
        Instructions.Add(new Duplicate<T>(copy, slot));
        return copy;
    }

    private T Value(Constant constant) => T.CreateChecked(constant.Value.Evaluate(sizeOf));

    private Slot<T> New(Expr like) => New(sizeOf(like.Shape.Rows), sizeOf(like.Shape.Columns));

    private Slot<T> New(int rows, int columns)
    {
        Slot<T> slot = new(rows, columns, Layout.LeadingDimension<T>(rows));
        Slots.Add(slot);
        return slot;
    }

    private Slot<T> Filled(Expr value)
    {
        Slot<T> slot = New(value);
        Constants.Add((slot, value));
        return slot;
    }

    private Slot<T> Emit(Expr expression, Func<Slot<T>, Instruction<T>> make)
    {
        Slot<T> target = New(expression);
        Instructions.Add(make(target));
        return target;
    }

    private Slot<T> Binary(Expr expression, BinaryOperation operation, Expr x, Expr y)
    {
        (Slot<T> left, Slot<T> right) = (Lower(x), Lower(y));
        return Emit(expression, target => new Combine<T>(target, left, right, operation));
    }

    private Slot<T> Reduction(Expr expression, ReductionKind kind, Expr x)
    {
        Slot<T> source = Lower(x);
        return Emit(expression, target => new Reduce<T>(target, source, kind));
    }

    private Slot<T> ScaleColumns(Expr expression, Expr x, Expr row)
    {
        (Slot<T> matrix, Slot<T> factors) = (Lower(x), Lower(row));
        return Emit(expression, target => new ScaleColumns<T>(target, matrix, factors));
    }

    private Slot<T> LowerFunction(Apply apply)
    {
        Slot<T> x = Lower(apply.Operands[0]);
        return Emit(apply, target => new Map<T>(target, x, kernels.Unary(apply.Function)));
    }

    private Slot<T> LowerInner(Expr expression, Expr x, Expr y)
    {
        (Slot<T> left, Slot<T> right) = (Lower(x), Lower(y));
        return Emit(expression, target => new InnerProduct<T>(target, left, right));
    }

    private Slot<T> LowerSum(Expr expression, Expr x, Expr y)
    {
        Expr? column = y.Shape.IsColumn ? y : y is MatMul { Operands: [var b, Ones] } && b.Shape.IsColumn ? b : null;
        if (column is null)
        {
            return Binary(expression, BinaryOperation.Add, x, y);
        }

        if (x is MatMul product && !IsReduction(product) && SlotOf(product) is null)
        {
            return LowerProduct(product, T.One, Lower(column));
        }

        if (y.Shape.IsColumn)
        {
            return Binary(expression, BinaryOperation.Add, x, y);
        }

        (Slot<T> matrix, Slot<T> bias) = (Lower(x), Lower(column));
        return Emit(expression, target => new AddColumn<T>(target, matrix, bias));
    }

    private Slot<T> LowerScale(Scale scale)
    {
        if (scale is { Factor: Constant c, Of: MatMul product } && !IsReduction(product) && SlotOf(product) is null)
        {
            return LowerProduct(product, Value(c), bias: null);
        }

        Slot<T> of = Lower(scale.Of);
        if (scale.Factor is Constant constant)
        {
            return Emit(scale, target => new Multiple<T>(target, of, Value(constant)));
        }

        Slot<T> factor = Lower(scale.Factor);
        return Emit(scale, target => new Multiple<T>(target, of, T.One, factor));
    }

    private Slot<T> LowerProduct(MatMul product, T alpha, Slot<T>? bias)
    {
        switch (product.Operands)
        {
            case [Ones column, var row] when column.Shape.IsColumn && !row.Shape.IsColumn:
                return ScaleColumns(product, product.Pool.Ones(product.Shape.Rows, product.Shape.Columns), row);
            case [Ones row, var x] when row.Shape.Rows.IsOne:
                return Reduction(product, ReductionKind.ColumnSums, x);
            case [var x, Ones column] when column.Shape.IsColumn && !x.Shape.IsColumn:
                return Reduction(product, ReductionKind.RowSums, x);
            default:
                (Expr a, bool transposeA) = Untransposed(product.Operands[0]);
                (Expr b, bool transposeB) = Untransposed(product.Operands[1]);
                (Slot<T> left, Slot<T> right) = (Lower(a), Lower(b));
                return Emit(product, target => new Multiply<T>(target, left, transposeA, right, transposeB, alpha, Workspace, bias));
        }
    }
}

using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>
/// Turns expressions into drafts of instructions over slots. An expression is computed once, however often it is used. The patterns here only
/// choose kernels (a bias is added where the product is made, a transpose becomes a flag); what is computed is what the expression says.
/// Elementwise expressions become steps of the instruction that makes the last of what they read: <see cref="Fusion{T}"/>.
/// </summary>
internal sealed class Lowering<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<ParameterBuffer<T>> parameters;
    private readonly Func<Dim, int> sizeOf;
    private readonly Dictionary<Expr, Slot<T>> slots = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Slot<T>> results = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<double, Slot<T>> numbers = [];

    public Lowering(IReadOnlyList<ParameterBuffer<T>> parameters, Func<Dim, int> sizeOf, IReadOnlyList<Expr> nodes)
    {
        (this.parameters, this.sizeOf) = (parameters, sizeOf);
        Coefficients = new(IsGiven, sizeOf);
        Fusion = new(this, nodes);
    }

    /// <summary>The elementwise part.</summary>
    public Fusion<T> Fusion { get; }

    /// <summary>The drafts in the order of running.</summary>
    public List<Draft<T>> Drafts { get; } = [];

    /// <summary>Slots that are filled once, when the buffer is laid out, and their values.</summary>
    public List<(Slot<T> Slot, Expr Value)> Constants { get; } = [];

    /// <summary>Slots whose values come from outside.</summary>
    public Dictionary<Expr, Slot<T>> Inputs { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Which draft computes a slot.</summary>
    public Dictionary<Slot<T>, Draft<T>> Producers { get; } = [];

    /// <summary>Numbers that depend on given ones.</summary>
    public Coefficients<T> Coefficients { get; }

    /// <summary>The slots of such numbers.</summary>
    public List<Slot<T>> CoefficientSlots { get; } = [];

    /// <summary>The scratch that products share.</summary>
    public Workspace<T> Workspace { get; } = new();

    /// <summary>The slots that keep their values until the end.</summary>
    public HashSet<Slot<T>> Kept { get; } = [];

    /// <summary>The slot of an expression that was lowered, or null.</summary>
    public Slot<T>? SlotOf(Expr expression) => slots.GetValueOrDefault(expression);

    /// <summary>The slot with what an expression was worth before the updates; null where it was not lowered.</summary>
    public Slot<T>? ResultOf(Expr expression) => results.GetValueOrDefault(expression) ?? SlotOf(expression);

    /// <summary>Whether an expression is a parameter, a state of an optimizer included.</summary>
    public bool IsParameter(Expr expression) => parameters.Any(buffer => buffer.Contains(expression));

    /// <summary>The slot of a parameter.</summary>
    public Slot<T> ParameterSlot(Expr parameter) =>
        (parameters.FirstOrDefault(buffer => buffer.Contains(parameter)) ?? parameters[0]).SlotOf(parameter);

    /// <summary>The value of a constant.</summary>
    public double ValueOf(Constant constant) => constant.Value.Evaluate(sizeOf);

    /// <summary>The sizes of an expression.</summary>
    public Grid GridOf(Expr expression)
    {
        int rows = sizeOf(expression.Shape.Rows);
        return new(rows, sizeOf(expression.Shape.Columns), Layout.LeadingDimension<T>(rows));
    }

    /// <summary>The product or other operation in which an expression that has no instruction of its own is written; itself where it has one.</summary>
    public Expr Known(Expr expression)
    {
        while (!Fusion<T>.IsElementwise(expression) && !IsHead(expression) && !IsLeaf(expression))
        {
            expression = Decompositions.Of(expression, ValueOf);
        }

        return expression;
    }

    /// <summary>Computes an expression whose value is wanted: a parameter's as it is before the updates.</summary>
    public void LowerResult(Expr expression)
    {
        Slot<T> slot = Lower(expression);
        if (slot.IsParameter)
        {
            slot = results[expression] = OwnCopy(slot, expression);
        }

        Kept.Add(slot);
    }

    /// <summary>The slot that holds an expression's value, with the instructions that compute it.</summary>
    public Slot<T> Lower(Expr expression)
    {
        if (slots.TryGetValue(expression, out Slot<T>? known))
        {
            return known;
        }

        if (expression is not Symbol && Coefficients.Covers(expression))
        {
            return LowerScalar(expression);
        }

        return slots[expression] = expression switch
        {
            Symbol symbol => IsParameter(symbol) ? ParameterSlot(symbol) : Inputs[symbol] = New(symbol),

            // A name keeps the value that its definition has now, also where that is a parameter which is updated later.
            Named named => Under(named, OwnCopy(Lower(named.Definition), named)),
            Constant or Ones or Zeros or Eye => Filled(expression),
            _ when Fusion<T>.IsElementwise(expression) && !IsHead(expression) => Fusion.Lower(expression),
            _ when HeadOf(expression) is Head<T> head => Emit(expression, head),
            _ => Lower(Decompositions.Of(expression, ValueOf)),
        };
    }

    /// <summary>Whether an expression is what an instruction begins with.</summary>
    public bool IsHead(Expr expression) => expression switch
    {
        Sum or SquaredNorm or Softmax or LogSumExp or Transpose => true,
        Subtract => LogSoftmax.ArgumentOf(expression) is not null,
        MatMul => !Fusion<T>.IsElementwise(expression),
        Scale { Factor: Constant, Of: MatMul product } => IsOwnProduct(product),
        Add { Operands: [MatMul product, var y] } => IsOwnProduct(product) && ColumnOf(y) is not null,
        _ => false,
    };

    /// <summary>The head of an expression that is one, and the slots that it reads.</summary>
    /// <param name="expression">The expression.</param>
    public Head<T>? HeadOf(Expr expression)
    {
        Slot<T> Target() => New(expression);
        ReductionHead<T> Reduction(ReductionKind kind, Expr x, Expr? other = null)
        {
            (Slot<T> source, Slot<T>? second) = (Lower(x), other is null ? null : Lower(other));
            return new(Target(), kind, source, second);
        }

        return expression switch
        {
            Subtract when LogSoftmax.ArgumentOf(expression) is Expr z => Reduction(ReductionKind.LogSoftmax, z),
            Transpose { Operands: [var x] } => Reduction(ReductionKind.Transpose, x),
            Sum { Operands: [Hadamard { Operands: [var x, var y] }] } => Reduction(ReductionKind.InnerProduct, x, y),
            Sum { Operands: [var x] } => Reduction(ReductionKind.Total, x),
            SquaredNorm { Operands: [var x] } => Reduction(ReductionKind.SquaredNorm, x),
            Softmax { Operands: [var x] } => Reduction(ReductionKind.Softmax, x),
            LogSumExp { Operands: [var x] } => Reduction(ReductionKind.LogSumExp, x),
            MatMul { Operands: [Ones row, var x] } when row.Shape.Rows.IsOne => Reduction(ReductionKind.ColumnSums, x),
            MatMul { Operands: [var x, Ones column] } when column.Shape.IsColumn && !x.Shape.IsColumn => Reduction(ReductionKind.RowSums, x),
            MatMul product when !Fusion<T>.IsElementwise(product) => ProductOf(product, 1, null, null, Target),
            Scale { Factor: Constant factor, Of: MatMul product } when IsOwnProduct(product) => ProductOf(product, ValueOf(factor), null, null, Target),
            Add { Operands: [MatMul product, var y] } when IsOwnProduct(product) && ColumnOf(y) is Expr column =>
                ProductOf(product, 1, Lower(column), null, Target),
            _ => null,
        };
    }

    /// <summary>alpha·AB, with what is read at each run where a factor is given.</summary>
    public ProductHead<T> ProductOf(MatMul product, double alpha, Slot<T>? bias, Slot<T>? factor, Func<Slot<T>> target)
    {
        (Expr a, bool transposeA) = Untransposed(product.Operands[0]);
        (Expr b, bool transposeB) = Untransposed(product.Operands[1]);
        (Slot<T> left, Slot<T> right) = (Lower(a), Lower(b));
        return new(target(), (left, transposeA), (right, transposeB), T.CreateChecked(alpha), Workspace, bias, factor) { SkipsZeros = Inputs.ContainsKey(b) };
    }

    /// <summary>Whether a product is made by the kernel for products and its value is not there yet, nor wanted elsewhere.</summary>
    public bool IsOwnProduct(MatMul product) =>
        !Fusion<T>.IsElementwise(product) && !product.Operands.Any(operand => operand is Ones) && SlotOf(product) is null && Fusion.UsesOf(product) <= 1;

    /// <summary>A new instruction after all others.</summary>
    public Draft<T> NewDraft(Grid grid, Head<T>? head)
    {
        Draft<T> draft = new(grid, head);
        Append(draft);
        if (head is not null)
        {
            Producers[head.Target] = draft;
        }

        return draft;
    }

    /// <summary>An instruction to be run after all others.</summary>
    public void Append(Draft<T> draft)
    {
        draft.Number = Drafts.Count;
        Drafts.Add(draft);
    }

    /// <summary>Says that the head of a draft makes an expression.</summary>
    public void Bind(Expr expression, Slot<T> slot, Draft<T> draft) => (slots[expression], Producers[slot]) = (slot, draft);

    /// <summary>A new instruction that begins with a head; the slot of its value.</summary>
    public Slot<T> Emit(Expr expression, Head<T> head)
    {
        Draft<T> draft = NewDraft(GridOf(expression), head);
        draft.Computes.Add(new(expression, expression));
        Bind(expression, head.Target, draft);
        return head.Target;
    }

    /// <summary>A copy of a slot, made now.</summary>
    public Slot<T> Copy(Slot<T> slot, params PlanEquation[] computes)
    {
        Draft<T> draft = NewDraft(new(slot.Rows, slot.Columns, slot.LeadingDimension), null);
        Source<T> copy = draft.Add(new(ChainCode.Copy, Source<T>.Of(slot, Access.Matrix)));
        Slot<T> target = new(slot.Rows, slot.Columns, slot.LeadingDimension);
        draft.Outputs.Add((copy.Value, target));
        draft.Computes.AddRange(computes);
        Producers[target] = draft;
        return target;
    }

    /// <summary>A slot that later updates leave alone: a parameter's own is copied.</summary>
    private Slot<T> OwnCopy(Slot<T> slot, Expr expression) => slot.IsParameter ? Copy(slot, new PlanEquation(expression, expression)) : slot;

    /// <summary>A slot of an expression's sizes.</summary>
    public Slot<T> New(Expr like)
    {
        Grid grid = GridOf(like);
        return new(grid.Rows, grid.Columns, grid.LeadingDimension);
    }

    /// <summary>The slot of a number that never changes.</summary>
    public Slot<T> Number(double value, ExprPool pool)
    {
        if (!numbers.TryGetValue(value, out Slot<T>? slot))
        {
            slot = numbers[value] = new(1, 1, 1);
            Constants.Add((slot, pool.Constant(value)));
        }

        return slot;
    }

    /// <summary>Whether a scalar is a constant, or depends only on given numbers.</summary>
    public bool IsNumber(Expr scalar) => scalar is Constant || Coefficients.Covers(scalar);

    /// <summary>The slot of a scalar: a number that depends only on given ones is computed in double precision.</summary>
    public Slot<T> LowerScalar(Expr scalar)
    {
        if (scalar is Constant constant)
        {
            return Number(ValueOf(constant), scalar.Pool);
        }

        if (scalar is Negate { Operands: [Constant positive] })
        {
            return Number(-ValueOf(positive), scalar.Pool);
        }

        if (SlotOf(scalar) is null && scalar is not Symbol && Coefficients.Covers(scalar))
        {
            Slot<T> slot = slots[scalar] = new(1, 1, 1);
            CoefficientSlots.Add(slot);
            Coefficients.Fill(slot, scalar);
            return slot;
        }

        return Lower(scalar);
    }

    /// <summary>b, where an expression is b 1ᵀ or a column b itself.</summary>
    private static Expr? ColumnOf(Expr y) => y.Shape.IsColumn ? y : y is MatMul { Operands: [var b, Ones] } && b.Shape.IsColumn ? b : null;

    private static (Expr Expression, bool Transposed) Untransposed(Expr x) => x is Transpose { Operands: [var inner] } ? (inner, true) : (x, false);

    private static bool IsLeaf(Expr expression) => expression is Symbol or Named or Constant or Ones or Zeros or Eye;

    /// <summary>A given number: a scalar that is neither data nor a parameter.</summary>
    private bool IsGiven(Expr expression) => expression is Symbol { Kind: SymbolKind.Variable } && expression.Shape.IsScalar && !IsParameter(expression);

    private Slot<T> Under(Named named, Slot<T> slot)
    {
        if (Producers.TryGetValue(slot, out Draft<T>? draft))
        {
            // The definition has been noted without a name when it was lowered.
            draft.Computes.RemoveAll(equation => equation.Left == named.Definition || equation.Left == named);
            draft.Computes.Add(new(named, named.Definition));
        }

        return slot;
    }

    private Slot<T> Filled(Expr value)
    {
        Slot<T> slot = New(value);
        Constants.Add((slot, value));
        return slot;
    }
}

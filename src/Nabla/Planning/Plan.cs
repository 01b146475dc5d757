using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>An update that a plan makes after everything else: the parameter gets the value of the expression.</summary>
/// <param name="Parameter">P.</param>
/// <param name="Value">What P becomes, such as P − η ∂C/∂P.</param>
public sealed record ParameterUpdate(Symbol Parameter, Expr Value);

/// <summary>
/// Expressions compiled for fixed sizes: a flat list of instructions over slots of one aligned buffer, and over the parameters.
/// Running it allocates nothing.
/// </summary>
/// <typeparam name="T">float, or double for tests and comparisons.</typeparam>
public sealed unsafe class Plan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many levels of an expression are lowered by recursion.</summary>
    private const int LevelsAtOnce = 32;

    private readonly Lowering<T> lowering;
    private readonly KernelSet<T> kernels;
    private readonly Instruction<T>[] instructions;
    private readonly int firstUpdate;
    private readonly AlignedBuffer<T> buffer;

    private Plan(Lowering<T> lowering, KernelSet<T> kernels, Instruction<T>[] updates, Func<Dim, int> sizeOf)
    {
        (this.lowering, this.kernels) = (lowering, kernels);
        (instructions, firstUpdate) = ([.. lowering.Instructions, .. updates], lowering.Instructions.Count);
        Verify(instructions);
        long scratch = instructions.OfType<Multiply<T>>().Select(product => product.ScratchLength(kernels)).DefaultIfEmpty().Max();
        buffer = new(lowering.Slots, scratch);
        lowering.Workspace.Scratch = buffer.Scratch;
        foreach ((Slot<T> slot, Expr value) in lowering.Constants)
        {
            switch (value)
            {
                case Constant c:
                    slot.Write(Matrix.Scalar(c.Value.Evaluate(sizeOf)));
                    break;
                case Eye:
                    slot.Write(Matrix.From(slot.Rows, slot.Columns, (i, j) => i == j ? 1 : 0));
                    break;
                default:
                    slot.Fill(() => value is Ones ? 1 : 0);
                    break;
            }
        }
    }

    /// <summary>The instruction set that runs it: portable, avx2 or avx512.</summary>
    public string PathName => kernels.Name;

    /// <summary>The size in bytes of the plan's own buffer; the parameters have theirs.</summary>
    public long Bytes => buffer.Bytes;

    /// <summary>What runs, one line an instruction.</summary>
    public IReadOnlyList<string> Listing => [.. instructions.Select(instruction => $"{instruction}")];

    /// <summary>The value of an expression that the plan computes or holds; of a result, that before the updates.</summary>
    /// <exception cref="ArgumentException">The plan does not hold the expression.</exception>
    public Matrix this[Expr expression]
    {
        get => (lowering.ResultOf(expression) ?? SlotOf(expression)).Read();
        set => SlotOf(expression).Write(value);
    }

    /// <summary>Runs every instruction once. Not for two threads at a time: they would share the buffer.</summary>
    public void Run() => RunUnless(CancellationToken.None);

    /// <summary>
    /// Runs every instruction once, unless it is stopped between two of them. Once the first update has begun it is not: a step is made as a
    /// whole or not at all.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was stopped; no parameter has changed.</exception>
    public void RunUnless(CancellationToken stopped)
    {
        for (int i = 0; i < instructions.Length; i++)
        {
            if (i <= firstUpdate)
            {
                stopped.ThrowIfCancellationRequested();
            }

            instructions[i].Run(kernels);
        }
    }

    internal Slot<T> SlotOf(Expr expression) => lowering.SlotOf(expression)
        ?? throw new ArgumentException($"the plan does not hold {expression.Describe()}");

    /// <summary>
    /// Compiles expressions to be computed, and updates to be made after them. Every name in them keeps its value.
    /// </summary>
    /// <param name="results">The expressions whose values are wanted.</param>
    /// <param name="updates">The updates, made in place once nothing needs the old values any more.</param>
    /// <param name="parameters">The parameters; several plans may share them.</param>
    /// <param name="batch">The number of samples: the size of the dimension without a value that the columns of inputs and targets have.</param>
    /// <param name="path">The instruction set; the best there is where it is null.</param>
    /// <exception cref="ArgumentException">Another dimension has no value.</exception>
    public static Plan<T> Compile(
        IReadOnlyList<Expr> results, IReadOnlyList<ParameterUpdate> updates, ParameterBuffer<T> parameters, int batch, KernelPath? path = null)
    {
        KernelSet<T> set = KernelSets.Of<T>(path);
        IReadOnlyList<Expr> nodes = Expr.Reachable([.. results, .. updates.Select(update => update.Value)]);
        Dim? samples = nodes.OfType<Symbol>().Where(symbol => symbol.Kind is SymbolKind.Input or SymbolKind.Target)
            .Select(symbol => symbol.Shape.Columns).FirstOrDefault(columns => columns.Value is null);
        int SizeOf(Dim dim) => dim.SizeIn(factor => factor.Equals(samples) ? batch : throw Unsized(factor, samples));
        Lowering<T> lower = new(parameters, set, SizeOf);

        // Names first and in order, and what is deep between two names level by level: no recursion is then deeper than these levels,
        // however deep the network is.
        foreach (Expr part in nodes.Where(node => node is Named || node.Depth % LevelsAtOnce == 0))
        {
            lower.Lower(part);
        }

        foreach (Expr result in results)
        {
            lower.LowerResult(result);
        }

        Instruction<T>[] last = [.. updates.Select(update => lower.LowerUpdate(update.Parameter, update.Value))];
        return new(lower, set, last, SizeOf);
    }

    private static ArgumentException Unsized(Dim dim, Dim? samples) => new(
        $"the dimension {dim} has no value; only the number of samples{(samples is null ? "" : $" {samples}")}, "
        + "which the columns of inputs and targets count, is given when a plan is compiled");

    /// <summary>
    /// The hazard of updates in place: once a parameter is written, nothing may read it, nor write it again (an update reads what it
    /// writes). Holds by construction unless a parameter is given two updates; such a plan would train wrongly without a sign, so it is refused.
    /// </summary>
    internal static void Verify(Instruction<T>[] instructions)
    {
        HashSet<Slot<T>> written = [];
        foreach (Instruction<T> instruction in instructions)
        {
            if (instruction.Sources.Any(written.Contains))
            {
                throw new InvalidOperationException($"{instruction} reads a parameter after it was updated");
            }

            if (instruction.Target.IsParameter && !written.Add(instruction.Target))
            {
                throw new InvalidOperationException($"{instruction} updates a parameter a second time");
            }
        }
    }
}

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
    private readonly AlignedBuffer<T> buffer;

    private Plan(Lowering<T> lowering, KernelSet<T> kernels, Instruction<T>[] instructions, Func<Dim, int> sizeOf)
    {
        (this.lowering, this.kernels, this.instructions) = (lowering, kernels, instructions);
        Verify(instructions);
        long scratch = instructions.OfType<Multiply<T>>().Select(product => product.ScratchLength(kernels)).DefaultIfEmpty().Max();
        buffer = new(lowering.Slots, scratch);
        lowering.Workspace.Scratch = buffer.Scratch;
        foreach ((Slot<T> slot, Expr value) in lowering.Constants)
        {
            (int rows, int columns) = (slot.Rows, slot.Columns);
            slot.Write(value switch
            {
                Constant c => Matrix.Scalar(c.Value.Evaluate(sizeOf)),
                Eye => Matrix.From(rows, columns, (i, j) => i == j ? 1 : 0),
                _ => Matrix.From(rows, columns, (_, _) => value is Ones ? 1 : 0),
            });
        }
    }

    /// <summary>The instruction set that runs it: portable, avx2 or avx512.</summary>
    public string PathName => kernels.Name;

    /// <summary>The size in bytes of the plan's own buffer; the parameters have theirs.</summary>
    public long Bytes => buffer.Bytes;

    /// <summary>What runs, one line an instruction.</summary>
    public IReadOnlyList<string> Listing => [.. instructions.Select(instruction => $"{instruction}")];

    /// <summary>The value of an expression that the plan computes or holds.</summary>
    /// <exception cref="ArgumentException">The plan does not hold the expression.</exception>
    public Matrix this[Expr expression]
    {
        get => SlotOf(expression).Read();
        set => SlotOf(expression).Write(value);
    }

    /// <summary>Runs every instruction once.</summary>
    public void Run()
    {
        foreach (Instruction<T> instruction in instructions)
        {
            instruction.Run(kernels);
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
    /// <param name="batch">The number of samples: what every dimension without a value stands for.</param>
    /// <param name="path">The instruction set; the best there is where it is null.</param>
    public static Plan<T> Compile(
        IReadOnlyList<Expr> results, IReadOnlyList<ParameterUpdate> updates, ParameterBuffer<T> parameters, int batch, KernelPath? path = null)
    {
        KernelSet<T> set = KernelSets.Of<T>(path);
        int SizeOf(Dim dim) => dim.SizeIn(_ => batch);
        Lowering<T> lower = new(parameters, set, SizeOf);

        // Names first and in order, and what is deep between two names level by level: no recursion is then deeper than these levels,
        // however deep the network is.
        foreach (Expr part in Expr.Reachable([.. results, .. updates.Select(update => update.Value)]).Where(node => node is Named || node.Depth % LevelsAtOnce == 0))
        {
            lower.Lower(part);
        }

        foreach (Expr result in results)
        {
            lower.Lower(result);
        }

        Instruction<T>[] last = [.. updates.Select(update => lower.LowerUpdate(update.Parameter, update.Value))];
        return new(lower, set, [.. lower.Instructions, .. last], SizeOf);
    }

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

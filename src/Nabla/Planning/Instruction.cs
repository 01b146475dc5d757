using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>One instruction of a plan: a head or none, and a chain of elementwise steps or none, over fixed slots.</summary>
internal sealed class Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly KernelSet<T> kernels;
    private readonly Head<T>? head;
    private readonly Part[] parts;
    private readonly BlockEpilogue?[] epilogues;

    private Instruction(KernelSet<T> kernels, Draft<T> draft, Chain<T>? chain, Split split, int members, Workspace<T> registers)
    {
        (this.kernels, head, Draft, Split) = (kernels, draft.Head, draft, split);
        parts = [.. Enumerable.Range(0, members).Select(member => Part.Of<T>(draft.Grid, split, member, members))];
        epilogues = [.. Enumerable.Range(0, members).Select(member => chain is null ? null : new ChainEpilogue(kernels, chain, registers, member))];
    }

    /// <summary>What it was made from.</summary>
    public Draft<T> Draft { get; }

    /// <summary>How a team divides it.</summary>
    public Split Split { get; }

    /// <summary>How a team divides a draft.</summary>
    public static Split SplitOf(Draft<T> draft, int batch)
    {
        Split split = draft.Head?.SplitFor(batch) ?? (draft.Grid.Columns > 1 ? Split.Columns : Split.Rows);
        return draft.Grid.IsScalar ? Split.None : split;
    }

    /// <summary>The instruction of a draft whose slots have their places.</summary>
    public static Instruction<T> Of(KernelSet<T> kernels, Draft<T> draft, int batch, int members, Workspace<T> memory) =>
        new(kernels, draft, draft.Steps.Count == 0 ? null : Registers<T>.ChainOf(draft, kernels), SplitOf(draft, batch), members, memory);

    /// <summary>Does a member's part. Allocates nothing.</summary>
    public void Run(int member)
    {
        Part part = parts[member];
        if (part.IsEmpty)
        {
            return;
        }

        if (head is null)
        {
            epilogues[member]?.Run(part.Row, part.Rows, part.Column, part.Columns);
        }
        else
        {
            head.Run(kernels, part, member, epilogues[member]);
        }
    }

    private sealed unsafe class ChainEpilogue(KernelSet<T> kernels, Chain<T> chain, Workspace<T> registers, int member) : BlockEpilogue
    {
        public override void Run(int row, int rows, int column, int columns) => kernels.Run(chain, registers.Of(member), row, rows, column, columns);
    }
}

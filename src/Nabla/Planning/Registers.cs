using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>
/// Where the values of a draft's steps live: in the slot that they are written to where that is possible, else in a register that is free.
/// </summary>
internal static class Registers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Lets the head of each draft write to one of the chain's outputs, where nobody but the chain needs its value and the output is written after the
    /// last step that reads it.
    /// </summary>
    public static void RedirectHead(Draft<T> draft, Func<Slot<T>, bool> isNeededElsewhere)
    {
        if (draft.Head is not { } head || draft.Steps.Count == 0 || head.Target.IsParameter || isNeededElsewhere(head.Target))
        {
            return;
        }

        Slot<T> raw = head.Target;
        int last = draft.Steps.FindLastIndex(step => step.Arguments.Any(argument => argument.Slot == raw));
        foreach ((int value, Slot<T> slot) in draft.Outputs)
        {
            if (value >= last && !slot.IsParameter && draft.Outputs.TrueForAll(output => output.Slot != slot || output.Value == value))
            {
                head.Redirect(slot);
                draft.Replace(other => other == raw ? slot : other);
                return;
            }
        }
    }

    /// <summary>The chain of a draft.</summary>
    public static Chain<T> ChainOf(Draft<T> draft, KernelSet<T> kernels)
    {
        RequireOwnValuesAsSteps(draft);
        int[] lastUse = LastUses(draft);
        List<int> free = [];
        int registers = 0;
        ChainOperand<T>[] places = new ChainOperand<T>[draft.Steps.Count];
        List<ChainStep<T>> steps = [];
        List<(int Value, Slot<T> Slot)> late = [];
        for (int i = 0; i < draft.Steps.Count; i++)
        {
            DraftStep<T> step = draft.Steps[i];
            ChainOperand<T> Operand(Source<T>? source) => source is not { } known ? default
                : known.Slot is null ? places[known.Value]
                : Place(known.Slot, known.Access);
            (ChainOperand<T> x, ChainOperand<T> y, ChainOperand<T> w) = (Operand(step.X), Operand(step.Y), Operand(step.W));
            foreach (int value in step.Arguments.Where(argument => argument.Slot is null).Select(argument => argument.Value).Distinct())
            {
                if (lastUse[value] == i && places[value].Access == Access.Register)
                {
                    free.Add((int)(places[value].Step / Chain<T>.Piece));
                }
            }

            (int Value, Slot<T> Slot)[] outputs = [.. draft.Outputs.Where(output => output.Value == i)];
            if (outputs.Length > 0 && !IsReadLater(draft, i, outputs[0].Slot))
            {
                places[i] = Place(outputs[0].Slot, Access.Matrix);
                late.AddRange(outputs[1..]);
            }
            else
            {
                int register = free.Count > 0 ? free[^1] : registers++;
                free.Remove(register);
                places[i] = new() { Access = Access.Register, Step = register * Chain<T>.Piece };
                late.AddRange(outputs);
            }

            steps.Add(new()
            {
                Code = step.Code,
                Operation = step.Operation,
                Function = step.Function is null ? null : kernels.Unary(step.Function),
                X = x,
                Y = y,
                W = w,
                Target = places[i],
            });
        }

        foreach ((int value, Slot<T> slot) in late)
        {
            steps.Add(new() { Code = ChainCode.Copy, X = places[value], Target = Place(slot, Access.Matrix) });
        }

        return new()
        {
            Steps = [.. steps],
            Rows = draft.Grid.Rows,
            Columns = draft.Grid.Columns,
            LeadingDimension = draft.Grid.LeadingDimension,
            IsFlat = steps.TrueForAll(step => IsFlat(step.X) && IsFlat(step.Y) && IsFlat(step.W)),
        };
    }

    /// <summary>What a draft makes is read as the step that makes it: its slot may be written only when the chain ends, or not at all.</summary>
    private static void RequireOwnValuesAsSteps(Draft<T> draft)
    {
        foreach (Slot<T> slot in draft.Steps.SelectMany(step => step.Arguments).Select(argument => argument.Slot).OfType<Slot<T>>())
        {
            if (!slot.IsParameter && slot != draft.Head?.Target && draft.Outputs.Exists(output => output.Slot == slot))
            {
                throw new InvalidOperationException($"a chain of {draft.Grid} reads from memory what it makes itself");
            }
        }
    }

    private static bool IsFlat(ChainOperand<T> operand) => operand.Access is not (Access.Row or Access.Column);

    /// <summary>The last step that reads each value; a value that is copied to a slot at the end is read there.</summary>
    private static int[] LastUses(Draft<T> draft)
    {
        int[] last = new int[draft.Steps.Count];
        for (int i = 0; i < draft.Steps.Count; i++)
        {
            foreach (Source<T> argument in draft.Steps[i].Arguments.Where(argument => argument.Slot is null))
            {
                last[argument.Value] = i;
            }
        }

        foreach ((int value, _) in draft.Outputs)
        {
            last[value] = draft.Steps.Count;
        }

        return last;
    }

    /// <summary>Whether a step after this one reads what a slot had before: the old value of a parameter, or what the head wrote there.</summary>
    private static bool IsReadLater(Draft<T> draft, int step, Slot<T> slot) =>
        draft.Steps.Skip(step + 1).Any(later => later.Arguments.Any(argument => argument.Slot == slot));

    private static unsafe ChainOperand<T> Place(Slot<T> slot, Access access) => new()
    {
        Access = access,
        Start = slot.Pointer,
        Step = slot.LeadingDimension,
    };
}

using System.Numerics;
using Nabla.Calculus.Expressions;

namespace Nabla.Planning;

/// <summary>An equation that an instruction carries out: a name and its definition, a parameter and what it becomes, or twice what has no name.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
public sealed record PlanEquation(Expr Left, Expr Right)
{
    /// <summary>Whether the left side is kept in no buffer: the instruction that computes it uses it up at once.</summary>
    public bool IsFused { get; init; }
}

/// <summary>What one instruction of a plan does, for people.</summary>
/// <param name="Operation">The operations in the order of running, such as <c>multiply, add bias, sigmoid</c>.</param>
/// <param name="Equations">The equations that it carries out.</param>
/// <param name="Rows">The rows of what is computed.</param>
/// <param name="Columns">The columns of what is computed.</param>
/// <param name="Operations">The floating-point operations: 2 for each multiplication and addition of a product, 1 for each elementwise step.</param>
/// <param name="Bytes">The bytes of the matrices that are read and written, each counted once.</param>
/// <param name="Phase">The phase, from 0: between two phases the threads wait for each other.</param>
/// <param name="Split">How threads divide it: columns, rows or none.</param>
/// <param name="IsUpdate">Whether parameters are changed.</param>
public sealed record PlanLine(
    string Operation, IReadOnlyList<PlanEquation> Equations, int Rows, int Columns, long Operations, long Bytes, int Phase, string Split, bool IsUpdate)
{
    internal static unsafe PlanLine Of<T>(Instruction<T> instruction, int phase, Func<Expr, Slot<T>?> slotOf)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Draft<T> draft = instruction.Draft;
        List<string> operations = [.. draft.Head is null ? Array.Empty<string>() : [$"{draft.Head}"], .. draft.Steps.Select(step => step.Name)];
        HashSet<Slot<T>> slots = [.. draft.Read, .. draft.Written];
        return new(
            string.Join(", ", operations),
            [.. draft.Computes.Select(equation => equation with { IsFused = slotOf(equation.Left) is not { } slot || !slots.Contains(slot) })],
            draft.Grid.Rows,
            draft.Grid.Columns,
            2 * (draft.Head?.MultiplyAdds ?? 0) + draft.Steps.Count * draft.Grid.Size,
            slots.Sum(slot => (long)slot.Rows * slot.Columns * sizeof(T)),
            phase,
            $"{instruction.Split}".ToLowerInvariant(),
            draft.Written.Any(slot => slot.IsParameter));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Rows}×{Columns}";
}

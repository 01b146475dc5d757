using System.Numerics;
using System.Runtime.InteropServices;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>What a step of a draft reads: an earlier step's value, or a slot.</summary>
/// <param name="Value">The number of the step, where it is one's value.</param>
/// <param name="Slot">The slot, where it is one.</param>
/// <param name="Access">How the slot is read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Source<T>(int Value, Slot<T>? Slot, Access Access)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether it has one value for a whole column.</summary>
    public bool IsUniform => Access is Access.Row or Access.Scalar;

    /// <summary>A step's value.</summary>
    public static Source<T> Of(int value) => new(value, null, Access.Register);

    /// <summary>A slot.</summary>
    public static Source<T> Of(Slot<T> slot, Access access) => new(-1, slot, access);
}

/// <summary>An elementwise operation of a draft.</summary>
/// <param name="Code">What it does.</param>
/// <param name="X">Its first argument.</param>
/// <param name="Y">Its second argument, where there is one.</param>
/// <param name="W">What is added, where something is.</param>
/// <param name="Operation">The operation of two arguments.</param>
/// <param name="Function">The function that is applied.</param>
internal sealed record DraftStep<T>(
    ChainCode Code, Source<T> X, Source<T>? Y = null, Source<T>? W = null, BinaryOperation Operation = default, Function? Function = null)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>All arguments.</summary>
    public IEnumerable<Source<T>> Arguments => new[] { X, Y, W }.OfType<Source<T>>();

    /// <summary>What it does, for people.</summary>
    public string Name => Code switch
    {
        ChainCode.Apply => Function!.Name,
        ChainCode.Combine => Operation switch
        {
            BinaryOperation.Add => "+",
            BinaryOperation.Subtract => "−",
            BinaryOperation.Multiply => "⊙",
            BinaryOperation.Divide => "⊘",
            BinaryOperation.Maximum => "max",
            _ => "min",
        },
        ChainCode.ScaleAndAdd => "·+",
        _ => "copy",
    };
}

/// <summary>
/// An instruction while a plan is made: a head or none, and elementwise steps over matrices of one shape, each value made once. Steps are added as
/// long as what they read is there before the draft, or in it.
/// </summary>
/// <param name="grid">The sizes of what is computed.</param>
/// <param name="head">The product or reduction that it begins with.</param>
internal sealed class Draft<T>(Grid grid, Head<T>? head)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>With so many steps a draft takes no further cluster, so that the registers of a piece stay in the first cache.</summary>
    public const int MostSteps = 96;

    /// <summary>The place in the order of running.</summary>
    public int Number { get; set; } = -1;

    /// <summary>The sizes of what is computed.</summary>
    public Grid Grid { get; } = grid;

    /// <summary>The product or reduction that it begins with.</summary>
    public Head<T>? Head { get; } = head;

    /// <summary>The elementwise steps.</summary>
    public List<DraftStep<T>> Steps { get; } = [];

    /// <summary>The value of each expression that has one here.</summary>
    public Dictionary<Expr, Source<T>> Values { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The slots that values are written to.</summary>
    public List<(int Value, Slot<T> Slot)> Outputs { get; } = [];

    /// <summary>What is computed, for people.</summary>
    public List<PlanEquation> Computes { get; } = [];

    /// <summary>The slots that are read, the draft's own included.</summary>
    public IEnumerable<Slot<T>> Read =>
        [.. Head?.Sources ?? [], .. Steps.SelectMany(step => step.Arguments).Select(argument => argument.Slot).OfType<Slot<T>>()];

    /// <summary>The slots that are written.</summary>
    public IEnumerable<Slot<T>> Written => [.. Head is null ? Array.Empty<Slot<T>>() : [Head.Target], .. Outputs.Select(output => output.Slot)];

    /// <summary>Adds a step.</summary>
    /// <returns>Its value.</returns>
    public Source<T> Add(DraftStep<T> step)
    {
        Steps.Add(step);
        return Source<T>.Of(Steps.Count - 1);
    }

    /// <summary>Lets steps read other slots than those that they read.</summary>
    public void Replace(Func<Slot<T>, Slot<T>> other)
    {
        Source<T> New(Source<T> source) => source.Slot is null ? source : source with { Slot = other(source.Slot) };
        for (int i = 0; i < Steps.Count; i++)
        {
            DraftStep<T> step = Steps[i];
            Steps[i] = step with { X = New(step.X), Y = step.Y is { } y ? New(y) : null, W = step.W is { } w ? New(w) : null };
        }
    }

    /// <summary>Drops the steps and outputs that nobody needs.</summary>
    public void Drop(Func<Slot<T>, bool> isNeeded)
    {
        Outputs.RemoveAll(output => !isNeeded(output.Slot));
        bool[] needed = new bool[Steps.Count];
        foreach ((int value, _) in Outputs)
        {
            needed[value] = true;
        }

        for (int i = Steps.Count - 1; i >= 0; i--)
        {
            foreach (Source<T> argument in Steps[i].Arguments.Where(argument => needed[i] && argument.Slot is null))
            {
                needed[argument.Value] = true;
            }
        }

        int[] places = new int[Steps.Count];
        int count = 0;
        for (int i = 0; i < Steps.Count; i++)
        {
            places[i] = needed[i] ? count++ : -1;
        }

        Source<T> Moved(Source<T> source) => source.Slot is null ? source with { Value = places[source.Value] } : source;
        List<DraftStep<T>> kept = [.. Steps.Where((_, i) => needed[i])
            .Select(step => step with { X = Moved(step.X), Y = step.Y is { } y ? Moved(y) : null, W = step.W is { } w ? Moved(w) : null })];
        Steps.Clear();
        Steps.AddRange(kept);
        for (int i = 0; i < Outputs.Count; i++)
        {
            Outputs[i] = (places[Outputs[i].Value], Outputs[i].Slot);
        }
    }
}

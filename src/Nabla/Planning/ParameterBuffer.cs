using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>The weights and biases of a network: one buffer that the plans of all batch sizes work on.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterBuffer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Expr, Slot<T>> slots = new(ReferenceEqualityComparer.Instance);
    private readonly AlignedBuffer<T> buffer;

    /// <summary>Room for parameters of known sizes, all zero.</summary>
    public ParameterBuffer(IEnumerable<Symbol> parameters)
    {
        Parameters = [.. parameters];
        foreach (Symbol parameter in Parameters)
        {
            int Size(Dim dim) => dim.Value
                ?? throw new ArgumentException($"the parameter {parameter.Name} is {parameter.Shape}, but a parameter's size must be known");
            int rows = Size(parameter.Shape.Rows);
            slots[parameter] = new(rows, Size(parameter.Shape.Columns), Layout.LeadingDimension<T>(rows)) { IsParameter = true };
        }

        buffer = new(slots.Values);
    }

    private ParameterBuffer(ParameterBuffer<T> other, IReadOnlyList<Symbol> names)
    {
        (Parameters, buffer) = (names, other.buffer);
        foreach ((Symbol name, Symbol parameter) in names.Zip(other.Parameters))
        {
            Slot<T> slot = other.SlotOf(parameter);
            int rows = name.Shape.Rows.Value ?? 0;
            slots[name] = (rows, name.Shape.Columns.Value) == (slot.Rows, slot.Columns) && names.Count == other.Parameters.Count
                ? slot
                : throw new ArgumentException($"{name.Describe()} cannot stand for {parameter.Describe()}");
        }
    }

    /// <summary>The parameters in their order.</summary>
    public IReadOnlyList<Symbol> Parameters { get; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => buffer.Bytes;

    /// <summary>The values of a parameter; setting copies them in.</summary>
    public Matrix this[Symbol parameter]
    {
        get => SlotOf(parameter).Read();
        set => SlotOf(parameter).Write(value);
    }

    /// <summary>The first parameter that holds a NaN or an infinity, with that; null where all numbers are finite.</summary>
    public unsafe (Symbol Parameter, T Value)? FindNonFinite()
    {
        foreach (Symbol parameter in Parameters)
        {
            Slot<T> slot = SlotOf(parameter);
            for (int j = 0; j < slot.Columns; j++)
            {
                foreach (T value in new ReadOnlySpan<T>(slot.Pointer + (long)j * slot.LeadingDimension, slot.Rows))
                {
                    if (!T.IsFinite(value))
                    {
                        return (parameter, value);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>The same memory under other names: the same parameters in another expression of the same network.</summary>
    internal ParameterBuffer<T> Under(IReadOnlyList<Symbol> names) => new(this, names);

    internal Slot<T> SlotOf(Expr parameter) => slots.TryGetValue(parameter, out Slot<T>? slot)
        ? slot
        : throw new ArgumentException($"{parameter.Describe()} is not one of the parameters");

    internal bool Contains(Expr parameter) => slots.ContainsKey(parameter);
}

/// <summary>How matrices lie in memory.</summary>
internal static class Layout
{
    /// <summary>
    /// Elements from one column to the next: whole vectors of 64 bytes, so that every column begins aligned. A row stays dense.
    /// </summary>
    public static unsafe int LeadingDimension<T>(int rows)
        where T : unmanaged
    {
        int vector = 64 / sizeof(T);
        return rows == 1 ? 1 : (rows + vector - 1) / vector * vector;
    }
}

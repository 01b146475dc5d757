using System.Numerics;
using System.Runtime.InteropServices;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Planning;

/// <summary>
/// Numbers that depend only on given numbers such as the learning rate and the step, −η/m or 1 − β₁ᵗ: computed in double precision, whatever the
/// plan's is, and only when a given number has changed.
/// </summary>
internal sealed unsafe class Coefficients<T>(Func<Expr, bool> isGiven, Func<Dim, int> sizeOf)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Expr, int> places = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Dependence> dependences = new(ReferenceEqualityComparer.Instance);
    private readonly List<Entry> entries = [];
    private readonly List<(int Place, Slot<T> Slot)> slots = [];
    private double[] values = [];
    private bool isStale = true;

    private enum Operation
    {
        Given,
        Add,
        Subtract,
        Negate,
        Multiply,
        Divide,
        Maximum,
        Minimum,
        Power,
        Apply,
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(Operation Operation, int X, int Y, double Value, Function? Function);

    /// <summary>What a scalar depends on.</summary>
    private enum Dependence
    {
        Other,
        Nothing,
        Given,
    }

    /// <summary>Whether an expression is such a number and no constant.</summary>
    public bool Covers(Expr expression)
    {
        foreach (Expr part in Expr.ReachableUpTo([expression], node => !node.Shape.IsScalar || dependences.ContainsKey(node)))
        {
            if (!dependences.ContainsKey(part))
            {
                dependences[part] = isGiven(part) ? Dependence.Given
                    : !part.Shape.IsScalar || !IsOperation(part) || part.Operands.Any(operand => dependences[operand] == Dependence.Other) ? Dependence.Other
                    : part.Operands.Any(operand => dependences[operand] == Dependence.Given) ? Dependence.Given
                    : Dependence.Nothing;
            }
        }

        return dependences[expression] == Dependence.Given;
    }

    /// <summary>Lets a slot have the value of an expression that is covered.</summary>
    public void Fill(Slot<T> slot, Expr expression) => slots.Add((PlaceOf(expression), slot));

    /// <summary>Whether a given number is used.</summary>
    public bool Takes(Expr symbol) => isGiven(symbol) && places.ContainsKey(symbol);

    /// <summary>Gives a number.</summary>
    public void Set(Expr symbol, double value)
    {
        if (places.TryGetValue(symbol, out int place))
        {
            entries[place] = entries[place] with { Value = value };
            isStale = true;
        }
    }

    /// <summary>Computes what has become stale. Allocates nothing after the first time.</summary>
    public void Refresh()
    {
        if (!isStale)
        {
            return;
        }

        if (values.Length < entries.Count)
        {
            values = new double[entries.Count];
        }

        for (int i = 0; i < entries.Count; i++)
        {
            Entry entry = entries[i];
            values[i] = entry.Operation switch
            {
                Operation.Given => entry.Value,
                Operation.Add => values[entry.X] + values[entry.Y],
                Operation.Subtract => values[entry.X] - values[entry.Y],
                Operation.Negate => -values[entry.X],
                Operation.Multiply => values[entry.X] * values[entry.Y],
                Operation.Divide => values[entry.X] / values[entry.Y],
                Operation.Maximum => Math.Max(values[entry.X], values[entry.Y]),
                Operation.Minimum => Math.Min(values[entry.X], values[entry.Y]),
                Operation.Power => Math.Pow(values[entry.X], values[entry.Y]),
                _ => entry.Function!.Evaluate(values[entry.X]),
            };
        }

        foreach ((int place, Slot<T> slot) in slots)
        {
            *slot.Pointer = T.CreateTruncating(values[place]);
        }

        isStale = false;
    }

    private static bool IsOperation(Expr part) => part
        is Constant or Ones or Zeros or Add or Subtract or Negate or Scale or MatMul or Hadamard or Quotient or Divide or Maximum or Minimum or ElementPower or Apply or Named;

    private int PlaceOf(Expr expression)
    {
        // Arguments come before what is made of them, so nothing here is deeper than one level.
        foreach (Expr part in Expr.Reachable(expression))
        {
            if (!places.ContainsKey(part))
            {
                places[part] = part is Named named ? places[named.Definition] : Added(part);
            }
        }

        return places[expression];
    }

    private int Added(Expr part)
    {
        int x = part.Operands.Length > 0 ? places[part.Operands[0]] : 0;
        int y = part.Operands.Length > 1 ? places[part.Operands[1]] : 0;
        entries.Add(part switch
        {
            _ when isGiven(part) => new(Operation.Given, 0, 0, 0, null),
            Constant constant => new(Operation.Given, 0, 0, constant.Value.Evaluate(sizeOf), null),
            Ones => new(Operation.Given, 0, 0, 1, null),
            Zeros => new(Operation.Given, 0, 0, 0, null),
            Add => new(Operation.Add, x, y, 0, null),
            Subtract => new(Operation.Subtract, x, y, 0, null),
            Negate => new(Operation.Negate, x, 0, 0, null),
            Scale or MatMul or Hadamard => new(Operation.Multiply, x, y, 0, null),
            Quotient or Divide => new(Operation.Divide, x, y, 0, null),
            Maximum => new(Operation.Maximum, x, y, 0, null),
            Minimum => new(Operation.Minimum, x, y, 0, null),
            ElementPower => new(Operation.Power, x, y, 0, null),
            Apply apply => new(Operation.Apply, x, 0, 0, apply.Function),
            _ => throw new ArgumentException($"{part.Describe()} is no number that depends only on given ones"),
        });
        return entries.Count - 1;
    }
}

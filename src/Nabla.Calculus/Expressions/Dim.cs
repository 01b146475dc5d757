using System.Collections.Immutable;

namespace Nabla.Calculus.Expressions;

/// <summary>
/// A dimension of a matrix: a name such as <c>n₁</c> or <c>m</c>, a number, or a product of such. Equal names are equal sizes.
/// A named dimension may know its value; it then shows the value and is still told apart by its name.
/// </summary>
public sealed class Dim : IEquatable<Dim>
{
    private Dim(string name, int? value, ImmutableArray<Dim> factors)
    {
        Name = name;
        Value = value;
        Factors = factors.IsDefault ? [this] : factors;
    }

    /// <summary>The dimension 1: a matrix with one column is a column vector, with one of both a scalar.</summary>
    public static Dim One { get; } = new("1", 1, []);

    /// <summary>The name that tells this dimension from others.</summary>
    public string Name { get; }

    /// <summary>The size, where it is known.</summary>
    public int? Value { get; }

    /// <summary>The dimensions whose product this is: itself, where it is not a product; none for 1.</summary>
    public ImmutableArray<Dim> Factors { get; }

    /// <summary>True for a dimension that is a number and not a name.</summary>
    public bool IsNumber => Value is int value && Name == $"{value}";

    /// <summary>True for the dimension 1 itself, not for a named dimension that happens to have the value 1.</summary>
    public bool IsOne => ReferenceEquals(this, One);

    /// <summary>The product of two dimensions, which does not depend on their order.</summary>
    public static Dim operator *(Dim x, Dim y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.IsOne)
        {
            return y;
        }

        if (y.IsOne)
        {
            return x;
        }

        ImmutableArray<Dim> both = x.Factors.AddRange(y.Factors);

        // What is a number in both becomes one factor, so that a 3×4 matrix has 12 elements.
        ImmutableArray<Dim> numbers = both.RemoveAll(factor => !factor.IsNumber);
        if (numbers is [Dim first, Dim second] && (long)first.Value!.Value * second.Value!.Value is long product and <= int.MaxValue)
        {
            both = both.RemoveAll(factor => factor.IsNumber).Add(Of((int)product));
        }

        if (both is [Dim single])
        {
            return single;
        }

        ImmutableArray<Dim> factors = [.. both.OrderBy(factor => factor.Name, StringComparer.Ordinal)];
        return new(string.Join('·', factors.Select(factor => factor.Name)), x.Value * y.Value, factors);
    }

    /// <summary>A dimension with a name, and with its value where that is known.</summary>
    public static Dim Of(string name, int? value = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"the dimension {name} must be at least 1");
        }

        return new(name, value, default);
    }

    /// <summary>A dimension that is a number.</summary>
    public static Dim Of(int value) => value == 1 ? One : Of($"{value}", value);

    /// <inheritdoc/>
    public bool Equals(Dim? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Dim);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The value where it is known, else the name; a product as its number and its names, such as <c>4m</c>.</summary>
    public override string ToString()
    {
        if (Value is int value)
        {
            return $"{value}";
        }

        long number = Factors.Aggregate(1L, (product, factor) => product * (factor.Value ?? 1));
        return (number == 1 ? "" : $"{number}") + string.Concat(Factors.Where(factor => factor.Value is null).Select(factor => factor.Name));
    }
}

using System.Collections.Immutable;
using System.Numerics;

namespace Nabla.Calculus.Expressions;

/// <summary>
/// A dimension of a matrix: a name such as <c>n₁</c> or <c>m</c>, a number, or a product of such. Equal names are equal sizes:
/// a pool of expressions refuses one name with two values. A named dimension may know its value; it then shows the value and is
/// still told apart from others of that value by its name.
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

    /// <summary>The size, where it is known; that of a product is not where it is more than an int holds.</summary>
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
        if (numbers is [Dim first, Dim second] && Product(first.Value, second.Value) is int product)
        {
            both = both.RemoveAll(factor => factor.IsNumber).Add(Of(product));
        }

        if (both is [Dim single])
        {
            return single;
        }

        ImmutableArray<Dim> factors = [.. both.OrderBy(factor => factor.Name, StringComparer.Ordinal)];
        return new(string.Join('·', factors.Select(factor => factor.Name)), Product(x.Value, y.Value), factors);
    }

    /// <summary>A dimension with a name, and with its value where that is known.</summary>
    public static Dim Of(string name, int? value = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"the dimension {name} must be at least 1");
        }

        if (name.Contains('·', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' cannot be the name of a dimension: · joins the names of a product", nameof(name));
        }

        if (char.IsAsciiDigit(name[0]))
        {
            throw new ArgumentException($"'{name}' cannot be the name of a dimension: a name does not begin with a digit; a number is Dim.Of(3)", nameof(name));
        }

        return new(name, value, default);
    }

    /// <summary>A dimension that is a number.</summary>
    public static Dim Of(int value) => value switch
    {
        1 => One,
        < 1 => throw new ArgumentOutOfRangeException(nameof(value), value, "a dimension must be at least 1"),
        _ => new($"{value}", value, default),
    };

    /// <summary>The size, given those of the dimensions that do not know their own.</summary>
    /// <exception cref="OverflowException">It is more than an int holds.</exception>
    public int SizeIn(Func<Dim, int> sizeOf)
    {
        ArgumentNullException.ThrowIfNull(sizeOf);
        if (Value is int value)
        {
            return value;
        }

        BigInteger size = Factors is [var single] ? sizeOf(single) : Factors.Aggregate(BigInteger.One, (product, factor) => product * factor.SizeIn(sizeOf));
        return size <= int.MaxValue ? (int)size : throw new OverflowException($"the dimension {this} has the size {size}; at most {int.MaxValue} can be computed with");
    }

    /// <inheritdoc/>
    public bool Equals(Dim? other) => other is not null && Name == other.Name && Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Dim);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The value where it is known, else the name; a product as its number and its names, such as <c>4m</c> and <c>n²</c>.</summary>
    public override string ToString()
    {
        if (Value is int value)
        {
            return $"{value}";
        }

        BigInteger number = Factors.Aggregate(BigInteger.One, (product, factor) => product * (factor.Value ?? 1));
        string[] names = [.. Factors.Where(factor => factor.Value is null).Select(factor => factor.Name)
            .GroupBy(name => name, (name, same) => same.Count() is > 1 and var power ? name + Raised(power) : name)];
        bool areLetters = names.All(name => name.Length == 1 || !char.IsLetter(name[1]));
        return (number.IsOne ? "" : $"{number}") + string.Join(areLetters ? "" : "·", names);
    }

    private static string Raised(int power) => string.Concat($"{power}".Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));

    private static int? Product(int? x, int? y) => (long?)x * y is long product and <= int.MaxValue ? (int)product : null;
}

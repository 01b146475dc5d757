using System.Collections.Immutable;

namespace Nabla.Calculus.Expressions;

/// <summary>A constant factor: a number times powers of dimensions, such as ½, 2 or 1/(2m).</summary>
public sealed class Coefficient : IEquatable<Coefficient>
{
    private Coefficient(double number, ImmutableArray<(Dim Dim, int Power)> powers)
    {
        Number = number;
        Powers = powers;
    }

    /// <summary>1.</summary>
    public static Coefficient One { get; } = Of(1);

    /// <summary>The number.</summary>
    public double Number { get; }

    /// <summary>The dimensions and their powers, none of them 0, in the order of their names.</summary>
    public ImmutableArray<(Dim Dim, int Power)> Powers { get; }

    /// <summary>True for 1.</summary>
    public bool IsOne => Number == 1 && Powers.IsEmpty;

    /// <summary>The product.</summary>
    public static Coefficient operator *(Coefficient x, Coefficient y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return new(x.Number * y.Number, Merge(x.Powers.AddRange(y.Powers)));
    }

    /// <summary>The quotient.</summary>
    public static Coefficient operator /(Coefficient x, Coefficient y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return new(x.Number / y.Number, Merge(x.Powers.AddRange(y.Powers.Select(power => (power.Dim, -power.Power)))));
    }

    /// <summary>The negative.</summary>
    public static Coefficient operator -(Coefficient x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return new(-x.Number, x.Powers);
    }

    /// <summary>The sum of two numbers of the same dimensions, such as 2/m + 3/m.</summary>
    public Coefficient Plus(Coefficient other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Powers.SequenceEqual(other.Powers)
            ? new(Number + other.Number, Powers)
            : throw new ArgumentException("the two coefficients have different dimensions and no common one", nameof(other));
    }

    /// <summary>Whether two coefficients are the same or one is the negative of the other.</summary>
    public bool EqualsButForSign(Coefficient other) => Equals(other) || Equals(-other);

    /// <summary>A number.</summary>
    public static Coefficient Of(double number) => new(number, []);

    /// <summary>A dimension as a factor; what is a number in it becomes one.</summary>
    public static Coefficient Of(Dim dim)
    {
        ArgumentNullException.ThrowIfNull(dim);
        double number = dim.Factors.Where(factor => factor.IsNumber).Aggregate(1.0, (product, factor) => product * factor.Value!.Value);
        return new(number, Merge([.. dim.Factors.Where(factor => !factor.IsNumber).Select(factor => (factor, 1))]));
    }

    /// <summary>The value, given the sizes of the dimensions.</summary>
    public double Evaluate(Func<Dim, int> sizeOf)
    {
        double above = Number;
        double below = 1;
        foreach ((Dim dim, int power) in Powers)
        {
            double size = Math.Pow(sizeOf(dim), Math.Abs(power));
            (above, below) = power > 0 ? (above * size, below) : (above, below * size);
        }

        return above / below;
    }

    /// <inheritdoc/>
    public bool Equals(Coefficient? other) => other is not null && Number.Equals(other.Number) && Powers.SequenceEqual(other.Powers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Coefficient);

    /// <inheritdoc/>
    public override int GetHashCode() => Powers.Aggregate(Number.GetHashCode(), (hash, power) => HashCode.Combine(hash, power));

    private static ImmutableArray<(Dim Dim, int Power)> Merge(ImmutableArray<(Dim Dim, int Power)> powers) =>
    [
        .. powers.GroupBy(power => power.Dim, power => power.Power)
            .Select(group => (Dim: group.Key, Power: group.Sum()))
            .Where(power => power.Power != 0)
            .OrderBy(power => power.Dim.Name, StringComparer.Ordinal),
    ];
}

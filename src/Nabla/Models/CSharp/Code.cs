using System.Globalization;

namespace Nabla.Models.CSharp;

/// <summary>How tightly an expression of C# holds together.</summary>
internal enum Binding
{
    /// <summary>a + b, a − b.</summary>
    Sum,

    /// <summary>a · b, a / b.</summary>
    Product,

    /// <summary>−a.</summary>
    Sign,

    /// <summary>A name, a number, an element or a call.</summary>
    Atom,
}

/// <summary>An expression of C# of type double, with as few parentheses as it needs.</summary>
/// <param name="Text">The text.</param>
/// <param name="Binding">How tightly it holds together.</param>
internal sealed record Code(string Text, Binding Binding)
{
    /// <summary>1, which a product leaves out.</summary>
    public static Code One { get; } = Number(1);

    public static Code Number(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        text = text.All(c => char.IsAsciiDigit(c) || c == '-') ? text + ".0" : text;
        return new(text, value < 0 ? Binding.Sign : Binding.Atom);
    }

    public static Code Atom(string text) => new(text, Binding.Atom);

    public static Code Call(string name, params Code[] arguments) => Atom($"{name}({string.Join(", ", arguments.Select(argument => argument.Text))})");

    public static Code operator +(Code x, Code y) => new($"{x.Text} + {y.Within(Binding.Product)}", Binding.Sum);

    public static Code operator -(Code x, Code y) => new($"{x.Text} - {y.Within(Binding.Product)}", Binding.Sum);

    public static Code operator *(Code x, Code y) => x == One ? y : y == One ? x : new($"{x.Within(Binding.Product)} * {y.Within(Binding.Sign)}", Binding.Product);

    public static Code operator /(Code x, Code y) => y == One ? x : new($"{x.Within(Binding.Product)} / {y.Within(Binding.Sign)}", Binding.Product);

    public static Code operator -(Code x) => new($"-{x.Within(Binding.Atom)}", Binding.Sign);

    /// <summary>The text where at least this binding is needed.</summary>
    private string Within(Binding least) => Binding >= least ? Text : $"({Text})";
}

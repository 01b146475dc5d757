namespace Nabla.Calculus.Expressions;

/// <summary>The name of a symbol or of an intermediate result: a letter with an index above, such as <c>W²</c> or <c>δ¹</c>.</summary>
/// <param name="Letter">The letter or word.</param>
/// <param name="Superscript">The index above (the layer), digits; empty where there is none.</param>
public readonly record struct Name(string Letter, string Superscript = "")
{
    /// <summary>The name of a layer's quantity.</summary>
    public Name(string letter, int layer)
        : this(letter, $"{layer}")
    {
    }

    /// <summary>The name in Unicode, such as <c>W²</c>.</summary>
    public override string ToString() => Letter + string.Concat(Superscript.Select(Raise));

    private static char Raise(char digit) => digit is >= '0' and <= '9' ? "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0'] : digit;
}

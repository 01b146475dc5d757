namespace Nabla.Calculus.Language;

/// <summary>The length of a formula as a reader counts it.</summary>
public static class SyntaxSize
{
    /// <summary>
    /// The number of nodes of the tree: each name, number, operator and function is one, brackets are none. <c>A'*(A*x-b)</c> has 8.
    /// </summary>
    public static long Count(Syntax syntax)
    {
        ArgumentNullException.ThrowIfNull(syntax);
        return syntax.Size;
    }

    /// <summary>The number of nodes of a text.</summary>
    public static long Count(string text) => Parser.Parse(text).Size;
}

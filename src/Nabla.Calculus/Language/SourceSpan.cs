using System.Runtime.InteropServices;

namespace Nabla.Calculus.Language;

/// <summary>A place in a text: where it starts and how many characters it has.</summary>
/// <param name="Start">The first character.</param>
/// <param name="Length">The number of characters.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>The place behind the last character.</summary>
    public int End => Start + Length;

    /// <summary>From the start of one place to the end of another.</summary>
    public static SourceSpan Over(SourceSpan first, SourceSpan last) => new(first.Start, last.End - first.Start);
}

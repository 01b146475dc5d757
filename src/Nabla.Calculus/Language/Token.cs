using System.Runtime.InteropServices;

namespace Nabla.Calculus.Language;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A number without a sign.</summary>
    Number,

    /// <summary>A name; of a derivative with its prime.</summary>
    Name,

    /// <summary>One of the operators of two operands; of minus also the sign.</summary>
    Operator,

    /// <summary>The transpose.</summary>
    Prime,

    /// <summary>An opening bracket.</summary>
    Open,

    /// <summary>A closing bracket.</summary>
    Close,

    /// <summary>A comma.</summary>
    Comma,

    /// <summary>The end of the text.</summary>
    End,
}

/// <summary>A smallest part of the text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it is.</param>
/// <param name="Value">The number, where it is one.</param>
/// <param name="Operator">The operator, where it is one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Token(TokenKind Kind, SourceSpan Span, double Value = 0, BinaryOperator Operator = default);

using System.Collections.Immutable;

namespace Nabla.Calculus.Language;

/// <summary>The operators of two operands.</summary>
public enum BinaryOperator
{
    /// <summary><c>+</c>.</summary>
    Add,

    /// <summary><c>-</c>.</summary>
    Subtract,

    /// <summary><c>*</c>: the matrix product, or a multiple.</summary>
    Multiply,

    /// <summary><c>.*</c>: the Hadamard product.</summary>
    Hadamard,

    /// <summary><c>/</c>: division by a scalar.</summary>
    Divide,

    /// <summary><c>./</c>: the elementwise quotient.</summary>
    Quotient,

    /// <summary><c>^</c>: the power of a scalar or of a square matrix.</summary>
    Power,

    /// <summary><c>.^</c>: the power of each element.</summary>
    ElementPower,
}

/// <summary>A part of an expression as it is written: immutable, without shapes.</summary>
public abstract class Syntax
{
    private protected Syntax(SourceSpan span, params ReadOnlySpan<Syntax> parts)
    {
        Span = span;
        long size = 1;
        foreach (Syntax part in parts)
        {
            Depth = Math.Max(Depth, part.Depth);
            size = Math.Min(size + part.Size, long.MaxValue / 8);
        }

        Depth++;
        Size = size;
    }

    /// <summary>Where it stands in the text, brackets around it included; empty where it comes from no text.</summary>
    public SourceSpan Span { get; }

    /// <summary>The number of nodes of the tree: names, numbers, operators and functions. Brackets count nothing.</summary>
    public long Size { get; }

    /// <summary>The number of nodes on the longest way down.</summary>
    public int Depth { get; }

    /// <summary>The shortest text, such as <c>A'*(A*x-b)</c>.</summary>
    public sealed override string ToString() => SyntaxWriter.Write(this);

    /// <summary>The same at another place.</summary>
    internal abstract Syntax At(SourceSpan span);
}

/// <summary>A number without a sign.</summary>
public sealed class NumberSyntax(double value, SourceSpan span = default) : Syntax(span)
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    internal override Syntax At(SourceSpan span) => new NumberSyntax(Value, span);
}

/// <summary>The name of a variable or of a dimension.</summary>
public sealed class NameSyntax(string name, SourceSpan span = default) : Syntax(span)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    internal override Syntax At(SourceSpan span) => new NameSyntax(Name, span);
}

/// <summary>A minus sign in front.</summary>
public sealed class MinusSyntax(Syntax operand, SourceSpan span = default) : Syntax(span, operand)
{
    /// <summary>What stands behind the sign.</summary>
    public Syntax Operand { get; } = operand;

    internal override Syntax At(SourceSpan span) => new MinusSyntax(Operand, span);
}

/// <summary>The transpose.</summary>
public sealed class TransposeSyntax(Syntax operand, SourceSpan span = default) : Syntax(span, operand)
{
    /// <summary>What is transposed.</summary>
    public Syntax Operand { get; } = operand;

    internal override Syntax At(SourceSpan span) => new TransposeSyntax(Operand, span);
}

/// <summary>Two operands and the operator between them.</summary>
public sealed class BinarySyntax(Syntax left, BinaryOperator sign, Syntax right, SourceSpan span = default, SourceSpan signSpan = default)
    : Syntax(span, left, right)
{
    /// <summary>The left operand.</summary>
    public Syntax Left { get; } = left;

    /// <summary>The operator.</summary>
    public BinaryOperator Operator { get; } = sign;

    /// <summary>The right operand.</summary>
    public Syntax Right { get; } = right;

    /// <summary>Where the operator stands.</summary>
    public SourceSpan OperatorSpan { get; } = signSpan;

    internal override Syntax At(SourceSpan span) => new BinarySyntax(Left, Operator, Right, span, OperatorSpan);
}

/// <summary>A function and its arguments.</summary>
public sealed class CallSyntax(string function, ImmutableArray<Syntax> arguments, SourceSpan span = default, SourceSpan nameSpan = default)
    : Syntax(span, arguments.AsSpan())
{
    /// <summary>The name of the function; of a derivative with its prime.</summary>
    public string Function { get; } = function;

    /// <summary>What stands between the brackets.</summary>
    public ImmutableArray<Syntax> Arguments { get; } = arguments;

    /// <summary>Where the name stands.</summary>
    public SourceSpan NameSpan { get; } = nameSpan;

    internal override Syntax At(SourceSpan span) => new CallSyntax(Function, Arguments, span, NameSpan);
}

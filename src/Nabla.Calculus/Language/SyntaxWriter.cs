using System.Globalization;
using System.Text;

namespace Nabla.Calculus.Language;

/// <summary>Writes syntax as text, with no more brackets than the order of the operators needs and without spaces.</summary>
internal static class SyntaxWriter
{
    private const long Largest = 5_000_000;

    private const int SumLevel = 1;
    private const int ProductLevel = 2;
    private const int SignLevel = 3;
    private const int PowerLevel = 4;
    private const int PostfixLevel = 5;
    private const int AtomLevel = 6;

    /// <summary>The text. Without recursion, so that no depth is too much.</summary>
    /// <exception cref="InvalidOperationException">The text would have millions of characters.</exception>
    public static string Write(Syntax syntax)
    {
        if (syntax.Size > Largest)
        {
            throw new InvalidOperationException($"written out, the expression has {syntax.Size} parts; give intermediate results names");
        }

        StringBuilder text = new();
        Stack<(Syntax? Part, string? Sign)> open = new();
        open.Push((syntax, null));
        while (open.TryPop(out (Syntax? Part, string? Sign) next))
        {
            switch (next.Part)
            {
                case null:
                    text.Append(next.Sign);
                    break;
                case NumberSyntax number:
                    text.Append(number.Value.ToString("R", CultureInfo.InvariantCulture));
                    break;
                case NameSyntax name:
                    text.Append(name.Name);
                    break;
                case MinusSyntax minus:
                    text.Append('-');
                    Push(minus.Operand, SignLevel);
                    break;
                case TransposeSyntax transpose:
                    open.Push((null, "'"));
                    Push(transpose.Operand, PostfixLevel);
                    break;
                case BinarySyntax binary:
                    int level = LevelOf(binary);
                    Push(binary.Right, level == PowerLevel ? level : level + 1);
                    open.Push((null, SignOf(binary.Operator)));
                    Push(binary.Left, level == PowerLevel ? level + 1 : level);
                    break;
                case CallSyntax call:
                    text.Append(call.Function).Append('(');
                    open.Push((null, ")"));
                    for (int i = call.Arguments.Length - 1; i >= 0; i--)
                    {
                        open.Push((call.Arguments[i], null));
                        if (i > 0)
                        {
                            open.Push((null, ","));
                        }
                    }

                    break;
            }
        }

        return text.ToString();

        void Push(Syntax part, int level)
        {
            bool isBracketed = LevelOf(part) < level;
            if (isBracketed)
            {
                open.Push((null, ")"));
            }

            open.Push((part, null));
            if (isBracketed)
            {
                open.Push((null, "("));
            }
        }
    }

    /// <summary>The operator as it is written.</summary>
    public static string SignOf(BinaryOperator sign) => sign switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Hadamard => ".*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Quotient => "./",
        BinaryOperator.Power => "^",
        _ => ".^",
    };

    /// <summary>How tightly an operator binds.</summary>
    public static int LevelOf(BinaryOperator sign) => sign switch
    {
        BinaryOperator.Add or BinaryOperator.Subtract => SumLevel,
        BinaryOperator.Power or BinaryOperator.ElementPower => PowerLevel,
        _ => ProductLevel,
    };

    private static int LevelOf(Syntax syntax) => syntax switch
    {
        BinarySyntax binary => LevelOf(binary.Operator),
        MinusSyntax => SignLevel,
        TransposeSyntax => PostfixLevel,
        _ => AtomLevel,
    };
}

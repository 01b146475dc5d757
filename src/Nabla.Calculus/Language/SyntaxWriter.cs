using System.Globalization;
using System.Text;

namespace Nabla.Calculus.Language;

/// <summary>Writes syntax as text, with no more brackets than the order of the operators needs and without spaces.</summary>
internal static class SyntaxWriter
{
    private const long Largest = 5_000_000;

    /// <summary>A sum or a difference.</summary>
    public const int SumLevel = 1;

    /// <summary>A sign in front of a term: it stands before all of its factors.</summary>
    public const int LeadingSignLevel = 2;

    /// <summary>A number in front of a term: it multiplies all of its factors, up to a division.</summary>
    public const int LeadingNumberLevel = 3;

    /// <summary>The signs of a product.</summary>
    public const int ProductLevel = 4;

    /// <summary>A sign within a product.</summary>
    public const int SignLevel = 5;

    /// <summary>A power.</summary>
    public const int PowerLevel = 6;

    private const int PostfixLevel = 7;
    private const int AtomLevel = 8;

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
                    Push(minus.Operand, LeadingNumberLevel);
                    break;
                case TransposeSyntax transpose:
                    open.Push((null, "'"));
                    Push(transpose.Operand, PostfixLevel);
                    break;
                case BinarySyntax binary:
                    int level = LevelOf(binary.Operator);
                    bool isLeading = IsLeadingNumber(binary);
                    Push(binary.Right, level == PowerLevel ? level : isLeading ? HasDivision(binary.Right) ? AtomLevel : ProductLevel : level + 1);
                    open.Push((null, SignOf(binary.Operator)));
                    Push(binary.Left, level == PowerLevel ? level + 1 : binary.Operator == BinaryOperator.Divide ? LeadingNumberLevel : level);
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

    /// <summary>A number in front of a product, which a reader takes to multiply all that follows.</summary>
    private static bool IsLeadingNumber(BinarySyntax binary) => binary is { Operator: BinaryOperator.Multiply, Left: NumberSyntax };

    /// <summary>Whether a division among the first factors would end what a number in front multiplies.</summary>
    private static bool HasDivision(Syntax product)
    {
        while (product is BinarySyntax binary && LevelOf(binary.Operator) == ProductLevel && !IsLeadingNumber(binary))
        {
            if (binary.Operator == BinaryOperator.Divide)
            {
                return true;
            }

            product = binary.Left;
        }

        return false;
    }

    private static int LevelOf(Syntax syntax) => syntax switch
    {
        BinarySyntax binary => IsLeadingNumber(binary) ? LeadingNumberLevel : LevelOf(binary.Operator),
        MinusSyntax => LeadingSignLevel,
        TransposeSyntax => PostfixLevel,
        _ => AtomLevel,
    };
}

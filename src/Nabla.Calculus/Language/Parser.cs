using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Calculus.Language;

/// <summary>
/// Reads a text as syntax. From loosest to tightest: <c>+ -</c>, then <c>* .* / ./</c> (left to right), the sign <c>-</c>, <c>^ .^</c> (right to
/// left), and the transpose. Two stacks and no recursion: no text makes it overflow, and its time is proportional to the text's length.
/// </summary>
public sealed class Parser
{
    /// <summary>How deep an expression may be.</summary>
    public const int MaximumDepth = 900;

    /// <summary>How long a text may be.</summary>
    public const int MaximumLength = 1_000_000;

    private const int LongestProduct = 30;

    private readonly string text;
    private readonly Lexer lexer;
    private readonly Stack<Syntax> operands = new();
    private readonly Stack<Pending> pending = new();
    private Token previous = new(TokenKind.Open, default);
    private Token token;

    private Parser(string text)
    {
        this.text = text;
        lexer = new(text);
    }

    /// <summary>The syntax of a text.</summary>
    /// <exception cref="LanguageException">The text is no expression; the message points at the place.</exception>
    public static Syntax Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaximumLength
            ? new Parser(text).Run()
            : throw new LanguageException($"a text has at most {MaximumLength} characters, but this one has {text.Length}", text, new(0, 1));
    }

    private Syntax Run()
    {
        bool needsOperand = true;
        for (token = lexer.Read(); ; previous = token, token = lexer.Read())
        {
            if (needsOperand)
            {
                needsOperand = Operand();
            }
            else if (token.Kind == TokenKind.End)
            {
                ReduceToBracket();
                return pending.TryPeek(out Pending open) ? throw Wrong("this bracket is never closed", open.Bracket) : operands.Pop();
            }
            else
            {
                needsOperand = Operator();
            }
        }
    }

    /// <summary>Takes a token where an operand may start; false when the operand is whole.</summary>
    private bool Operand()
    {
        switch (token.Kind)
        {
            case TokenKind.Number:
                Push(new NumberSyntax(token.Value, token.Span));
                return false;
            case TokenKind.Name when lexer.Following == '(':
                Token name = token;
                token = lexer.Read();
                Push(new Pending(PendingKind.Call, name.Span, token.Span, operands.Count));
                if (lexer.Following != ')')
                {
                    return true;
                }

                token = lexer.Read();
                CloseBracket();
                return false;
            case TokenKind.Name:
                Push(new NameSyntax(TextOf(token.Span), token.Span));
                return false;
            case TokenKind.Open:
                Push(new Pending(PendingKind.Bracket, token.Span, token.Span, operands.Count));
                return true;
            case TokenKind.Operator when token.Operator == BinaryOperator.Subtract:
                if (pending.TryPeek(out Pending power) && power.Kind == PendingKind.Binary && power.Level == SyntaxWriter.PowerLevel)
                {
                    throw Wrong(
                        $"a negative exponent stands in brackets: {SyntaxWriter.SignOf(power.Operator)}(-…)", SourceSpan.Over(power.Span, token.Span), token.Span.Start);
                }

                // -A*B is -(A*B); a sign behind an operator of a product belongs to one factor.
                Push(new Pending(PendingKind.Minus, token.Span, default, operands.Count, IsLeading: StartsTerm()));
                return true;
            default:
                throw NoOperand();
        }
    }

    /// <summary>Takes a token where an operand has ended; true when another must follow.</summary>
    private bool Operator()
    {
        switch (token.Kind)
        {
            case TokenKind.Operator:
                int level = SyntaxWriter.LevelOf(token.Operator);
                bool isRightToLeft = level == SyntaxWriter.PowerLevel;
                while (pending.TryPeek(out Pending top)
                    && (top.Level > level || (top.Level == level && !isRightToLeft) || (top is { IsLeading: true, Kind: PendingKind.Binary } && token.Operator == BinaryOperator.Divide)))
                {
                    Reduce();
                }

                // 2*A'*b is 2*(A'*b): a number in front of a product multiplies the whole of it, which is the same and what is meant.
                bool isLeading = token.Operator == BinaryOperator.Multiply && operands.Peek() is NumberSyntax && StartsTerm();
                Push(new Pending(PendingKind.Binary, token.Span, default, operands.Count, token.Operator, isLeading));
                return true;
            case TokenKind.Prime:
                Syntax operand = operands.Pop();
                Push(new TransposeSyntax(operand, SourceSpan.Over(operand.Span, token.Span)));
                return false;
            case TokenKind.Close:
                CloseBracket();
                return false;
            case TokenKind.Comma:
                ReduceToBracket();
                return pending.TryPeek(out Pending call) && call.Kind == PendingKind.Call
                    ? true
                    : throw Wrong("a comma separates the arguments of a function, and here is none", token.Span);
            default:
                throw NoOperator();
        }
    }

    /// <summary>Whether a term of a sum begins here, rather than a factor within it.</summary>
    private bool StartsTerm() => !pending.TryPeek(out Pending top) || top.Kind is PendingKind.Bracket or PendingKind.Call || top.IsLeading || top.Level == SyntaxWriter.SumLevel;

    private void CloseBracket()
    {
        ReduceToBracket();
        if (!pending.TryPop(out Pending open))
        {
            throw Wrong("there is no opening bracket for this one", token.Span);
        }

        SourceSpan span = SourceSpan.Over(open.Span, token.Span);
        if (open.Kind == PendingKind.Bracket)
        {
            Push(operands.Pop().At(span));
            return;
        }

        Syntax[] arguments = new Syntax[operands.Count - open.Operands];
        for (int i = arguments.Length - 1; i >= 0; i--)
        {
            arguments[i] = operands.Pop();
        }

        string name = TextOf(open.Span).Replace('′', '\'');
        Push(new CallSyntax(name, ImmutableArray.Create(arguments), span, open.Span));
    }

    private void ReduceToBracket()
    {
        while (pending.TryPeek(out Pending top) && top.Kind is PendingKind.Binary or PendingKind.Minus)
        {
            Reduce();
        }
    }

    private void Reduce()
    {
        Pending top = pending.Pop();
        Syntax right = operands.Pop();
        if (top.Kind == PendingKind.Minus)
        {
            Push(new MinusSyntax(right, SourceSpan.Over(top.Span, right.Span)));
            return;
        }

        Syntax left = operands.Pop();
        Push(new BinarySyntax(left, top.Operator, right, SourceSpan.Over(left.Span, right.Span), top.Span));
    }

    private void Push(Syntax operand)
    {
        operands.Push(operand);
        if (operand.Depth > MaximumDepth)
        {
            throw Wrong($"the expression is more than {MaximumDepth} operations deep here; give a part of it a name", token.Span);
        }
    }

    private void Push(Pending start)
    {
        pending.Push(start);
        if (pending.Count > 2 * MaximumDepth)
        {
            throw Wrong($"brackets and signs are nested more than {2 * MaximumDepth} deep here", token.Span);
        }
    }

    private LanguageException NoOperand()
    {
        string sign = token.Kind == TokenKind.Prime ? "the transpose" : $"'{TextOf(token.Span)}'";
        return (previous.Kind, token.Kind) switch
        {
            (_, TokenKind.End) when text.AsSpan().Trim().IsEmpty => Wrong("the expression is empty", token.Span),
            (TokenKind.Operator, TokenKind.Operator)
                when previous.Operator == BinaryOperator.Multiply && token.Operator == BinaryOperator.Multiply && previous.Span.End == token.Span.Start =>
                Wrong("there is no operator '**': write ^ for a power, .^ for the power of each element", SourceSpan.Over(previous.Span, token.Span)),
            (_, TokenKind.Operator) when token.Operator == BinaryOperator.Add =>
                Wrong("a plus sign in front of an operand is left out", token.Span),
            (TokenKind.Operator, TokenKind.End) => Wrong($"an operand is missing after '{TextOf(previous.Span)}'", previous.Span),
            (TokenKind.Operator, TokenKind.Close or TokenKind.Comma) =>
                Wrong($"an operand is missing between '{TextOf(previous.Span)}' and {sign}", SourceSpan.Over(previous.Span, token.Span)),
            (TokenKind.Operator, _) =>
                Wrong($"an operand is missing between '{TextOf(previous.Span)}' and {sign}", SourceSpan.Over(previous.Span, token.Span)),
            (TokenKind.Comma, _) => Wrong("an argument is missing after this comma", previous.Span),
            (_, TokenKind.Comma) when pending.TryPeek(out Pending call) && call.Kind == PendingKind.Call =>
                Wrong("an argument is missing before this comma", token.Span),
            (_, TokenKind.Comma) => Wrong("a comma separates the arguments of a function, and here is none", token.Span),
            (_, TokenKind.Close) when pending.TryPeek(out Pending open) =>
                Wrong("there is nothing between these brackets", SourceSpan.Over(open.Bracket, token.Span)),
            (_, TokenKind.Close) => Wrong("there is no opening bracket for this one", token.Span),
            (_, TokenKind.End) when pending.TryPeek(out Pending open) => Wrong("this bracket is never closed", open.Bracket),
            _ => Wrong($"an operand is missing before {sign}", token.Span),
        };
    }

    private LanguageException NoOperator()
    {
        SourceSpan operand = operands.Peek().Span;
        string left = Excerpt.Short(text.AsSpan(operand.Start, operand.Length));
        string right = token.Kind == TokenKind.Open ? "(…)" : lexer.Following == '(' && token.Kind == TokenKind.Name ? TextOf(token.Span) + "(…)" : TextOf(token.Span);
        return left.Length + right.Length > LongestProduct
            ? Wrong("an operator is missing before this operand; a product is written with *", token.Span)
            : Wrong(
                $"an operator is missing between {left} and {right}; did you mean {left}*{right}?",
                SourceSpan.Over(operand, token.Span),
                token.Span.Start);
    }

    private string TextOf(SourceSpan span) => text.Substring(span.Start, span.Length);

    private LanguageException Wrong(string problem, SourceSpan span, int? caret = null) => new(problem, text, span, caret);

    private enum PendingKind
    {
        Bracket,
        Call,
        Minus,
        Binary,
    }

    /// <summary>Something begun: a bracket, a call, a sign or an operation that waits for its right operand.</summary>
    /// <param name="Kind">Which of these.</param>
    /// <param name="Span">Where it begins: the operator, the bracket or the function's name.</param>
    /// <param name="Bracket">The opening bracket.</param>
    /// <param name="Operands">How many operands there were before.</param>
    /// <param name="Operator">The operator.</param>
    /// <param name="IsLeading">Whether it is a sign or a number's product sign in front of a whole term.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pending(
        PendingKind Kind, SourceSpan Span, SourceSpan Bracket, int Operands, BinaryOperator Operator = default, bool IsLeading = false)
    {
        /// <summary>How tightly it binds what comes before the next operator; a bracket does not.</summary>
        public int Level => Kind switch
        {
            PendingKind.Binary => IsLeading ? SyntaxWriter.LeadingNumberLevel : SyntaxWriter.LevelOf(Operator),
            PendingKind.Minus => IsLeading ? SyntaxWriter.LeadingSignLevel : SyntaxWriter.SignLevel,
            _ => 0,
        };
    }
}

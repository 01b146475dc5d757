using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Calculus.Derivations.Simplification;

/// <summary>An expression as a number times powers of scalars times a body: 2 s X / ‖x‖³ is 2 · s¹ · ‖x‖⁻³ · X. A scalar has no body.</summary>
internal sealed class ScalarFactors
{
    private readonly ExprPool pool;
    private readonly Func<Expr, Expr> key;
    private readonly List<(Expr Base, int Power)> powers = [];

    private ScalarFactors(ExprPool pool, Func<Expr, Expr> key) => (this.pool, this.key) = (pool, key);

    public Coefficient Number { get; private set; } = Coefficient.One;

    /// <summary>What is no scalar; null where the whole is one.</summary>
    public Expr? Body { get; private set; }

    public IReadOnlyList<(Expr Base, int Power)> Powers => powers;

    /// <summary>Whether there is nothing beside the body.</summary>
    public bool IsBodyAlone => Number.IsOne && powers.Count == 0;

    /// <param name="expression">What is taken apart.</param>
    /// <param name="key">What tells whether two scalars are the same.</param>
    public static ScalarFactors Of(Expr expression, Func<Expr, Expr> key)
    {
        ScalarFactors factors = new(expression.Pool, key);
        factors.Multiply(expression, 1);
        factors.JoinRoots();
        return factors;
    }

    /// <summary>The whole over another body.</summary>
    public Expr With(Expr? body)
    {
        if (Number.Number == 0)
        {
            return body is null ? pool.Constant(0) : Forms.Zero(pool, body.Shape);
        }

        List<Expr> above = [.. powers.Where(power => power.Power > 0).Select(power => Expr.Power(power.Base, power.Power))];
        List<Expr> below = [.. powers.Where(power => power.Power < 0).Select(power => Expr.Power(power.Base, -power.Power))];

        // A sum over its number of elements is a mean and stays one.
        Coefficient number = Number;
        for (int i = 0; i < powers.Count(power => power.Power > 0); i++)
        {
            if (above[i] is Sum { Operands: [var summed] } && Coefficient.Of(summed.Shape.Size) is var count && !count.Powers.IsEmpty
                && count.Powers.All(dim => number.Powers.Any(own => own.Dim.Equals(dim.Dim) && own.Power <= -dim.Power)))
            {
                number *= count;
                above[i] = Coefficient.One / count * above[i];
            }
        }

        // The number is outermost: 2 (s t X).
        Coefficient size = number.Number < 0 ? -number : number;
        Expr? whole = Product(above) is Expr scalar ? body is null ? scalar : scalar * body : body;
        whole = whole is null or Constant ? pool.Constant(whole is Constant c ? size * c.Value : size) : size.IsOne ? whole : size * whole;
        whole = Product(below) is Expr divisor ? Expr.Divide(whole, divisor) : whole;
        return Number.Number < 0 ? Forms.Negated(whole) : whole;
    }

    /// <summary>The whole.</summary>
    public Expr ToExpr() => With(Body);

    private static Expr? Product(IReadOnlyList<Expr> factors) => factors.Count == 0 ? null : factors.Aggregate((x, y) => x * y);

    private void Multiply(Expr e, int power)
    {
        switch (e)
        {
            case Constant { Value.Number: not 0 } c:
                for (int i = 0; i < Math.Abs(power); i++)
                {
                    Number = power > 0 ? Number * c.Value : Number / c.Value;
                }

                break;
            case Constant when power > 0:
                Number = Coefficient.Of(0);
                break;
            case Ones { Shape.IsScalar: true }:
                break;
            case Negate:
                Number = power % 2 == 0 ? Number : -Number;
                Multiply(e.Operands[0], power);
                break;
            case Scale:
            case MatMul or Hadamard when e.Operands.All(operand => operand.Shape.IsScalar):
                Multiply(e.Operands[0], power);
                Multiply(e.Operands[1], power);
                break;
            case Divide:
            case Quotient when e.Shape.IsScalar:
                Multiply(e.Operands[0], power);
                Multiply(e.Operands[1], -power);
                break;
            case Power { Exponent: > -LargestPower and < LargestPower } p when e.Shape.IsScalar && Math.Abs(power) < LargestPower:
                Multiply(p.Operands[0], power * p.Exponent);
                break;
            case SquaredNorm:
                Raise(Expr.Norm(e.Operands[0]), 2 * power);
                break;
            case Apply { Function: var f } when e.Shape.IsScalar && f == Function.Sqrt && power % 2 == 0:
                Multiply(e.Operands[0], power / 2);
                break;
            case { Shape.IsScalar: true }:
                Raise(e, power);
                break;
            default:
                Body = e;
                break;
        }
    }

    private const int LargestPower = 1000;

    /// <summary>s/√s = √s, s√s = √s³, √s² = s: a scalar and its root as one power.</summary>
    private void JoinRoots()
    {
        foreach ((Expr root, int half) in powers.Where(power => power.Base is Apply apply && apply.Function == Function.Sqrt).ToArray())
        {
            Expr s = root.Operands[0];
            int whole = powers.FindIndex(other => key(other.Base) == key(s));
            int total = half + (whole < 0 ? 0 : 2 * powers[whole].Power);
            if (whole >= 0 || total % 2 == 0)
            {
                powers.RemoveAll(power => power.Base == root || key(power.Base) == key(s));
                Multiply(total % 2 == 0 ? s : root, total % 2 == 0 ? total / 2 : total);
            }
        }
    }

    private void Raise(Expr s, int power)
    {
        int known = powers.FindIndex(other => key(other.Base) == key(s));
        if (known < 0)
        {
            powers.Add((s, power));
        }
        else if (powers[known].Power + power == 0)
        {
            powers.RemoveAt(known);
        }
        else
        {
            powers[known] = (powers[known].Base, powers[known].Power + power);
        }
    }
}

using Nabla.Networks;

namespace Nabla.Onnx;

/// <summary>Recognizes the activations in what a graph makes of a pre-activation, also those that are several operators.</summary>
internal static class ActivationForms
{
    private static readonly double rootOfHalf = Math.Sqrt(0.5);

    /// <summary>The layer, or the inputs, that a value is made of, and the activation that makes it; null where it is none of Nabla's.</summary>
    public static (Term Of, Activation Activation)? ActivationOf(Term term)
    {
        if (term is not OperatorTerm operation)
        {
            return (term, Activation.Identity);
        }

        if (operation.Y is null)
        {
            string? name = operation.Operation == "Gelu" ? "gelu" : Operators.All.FirstOrDefault(known => known.OpType == operation.Operation)?.Activation;
            return name is not null && operation.X is not OperatorTerm ? (operation.X, Activation.Named(name)) : null;
        }

        // z / (1 + |z|).
        if (operation is { Operation: "Div", X: not OperatorTerm, Y: OperatorTerm { Operation: "Add" } below }
            && Rest(below, 1) is OperatorTerm { Operation: "Abs" } size && size.X == operation.X)
        {
            return (operation.X, Activation.Named("softsign"));
        }

        (double factor, List<Term> terms) = Factors(operation);
        if (terms.Count != 2)
        {
            return null;
        }

        (Term z, Term other) = terms[0] is OperatorTerm ? (terms[1], terms[0]) : (terms[0], terms[1]);
        if (z is OperatorTerm || other is not OperatorTerm inner)
        {
            return null;
        }

        // z·σ(z), and ½·z·(1 + erf(z·√½)).
        return inner.Operation == "Sigmoid" && inner.X == z && Near(factor, 1) ? (z, Activation.Named("silu"))
            : Near(factor, 0.5) && inner.Operation == "Add" && Rest(inner, 1) is OperatorTerm { Operation: "Erf" } erf && IsTimes(erf.X, z, rootOfHalf)
                ? (z, Activation.Named("gelu"))
            : null;
    }

    /// <summary>What the inputs are divided by, where a value is only that; null otherwise.</summary>
    public static double? DivisorOf(Term term)
    {
        if (term is OperatorTerm { Operation: "Div", X: InputTerm, Y: GivenTerm { Number: float divisor } })
        {
            return divisor;
        }

        (double factor, List<Term> terms) = Factors(term);
        return terms is [InputTerm] ? 1 / factor : null;
    }

    private static bool IsTimes(Term term, Term z, double expected)
    {
        (double factor, List<Term> terms) = Factors(term);
        return terms.Count == 1 && terms[0] == z && Near(factor, expected);
    }

    /// <summary>What a sum of two has beside a number.</summary>
    private static Term? Rest(OperatorTerm sum, double number) =>
        sum.X is GivenTerm { Number: float x } && Near(x, number) ? sum.Y
        : sum.Y is GivenTerm { Number: float y } && Near(y, number) ? sum.X
        : null;

    /// <summary>A product as its numbers, multiplied, and the other factors in order.</summary>
    private static (double Factor, List<Term> Terms) Factors(Term term)
    {
        double factor = 1;
        List<Term> terms = [];
        Stack<Term> open = new([term]);
        while (open.TryPop(out Term? next))
        {
            switch (next)
            {
                case GivenTerm { Number: float number }:
                    factor *= number;
                    break;
                case OperatorTerm { Operation: "Mul", Y: Term y } product:
                    open.Push(y);
                    open.Push(product.X);
                    break;
                case OperatorTerm { Operation: "Div", Y: GivenTerm { Number: float number } } quotient:
                    factor /= number;
                    open.Push(quotient.X);
                    break;
                default:
                    terms.Add(next);
                    break;
            }
        }

        return (factor, terms);
    }

    private static bool Near(double value, double expected) => Math.Abs(value - expected) <= 1e-5 * expected;
}

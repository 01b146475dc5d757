using System.Collections.Immutable;
using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>One thing that stands where another belongs.</summary>
internal static partial class Repairs
{
    /// <summary>The functions that are no layer's activation: what is forgotten of them is a factor like any other.</summary>
    private static readonly ImmutableHashSet<string> plain = ["exp'", "log'", "sqrt'", "abs'", "sin'", "cos'", "tan'"];

    private const int MostSwapped = 24;

    private static bool IsOfActivation(Syntax slope) => slope is not CallSyntax call || !plain.Contains(call.Function);

    /// <summary>f(z) or z, or f′(f(z)), where f′(z) belongs.</summary>
    private static IEnumerable<(Syntax, string)> ForItsDerivative(Place place, Materials m)
    {
        if (m.Binder.Try(place.Node) is not Expressions.Expr own)
        {
            yield break;
        }

        foreach (CallSyntax slope in m.Slopes.OfType<CallSyntax>())
        {
            Syntax z = slope.Arguments[0];
            Syntax f = new CallSyntax(slope.Function.TrimEnd('\''), slope.Arguments);
            if (own == m.Binder.Try(z) || own == m.Binder.Try(f) || own == m.Binder.Try(new CallSyntax(slope.Function, [f])))
            {
                yield return (slope, $"{Written.Short(place.Node)} stands where the derivative {Written.Short(slope)} belongs");
            }
        }
    }

    /// <summary>Another weight, another layer's f′, or what goes into a layer where what comes out of it belongs.</summary>
    private static IEnumerable<(Syntax, string)> OfAnotherLayer(Place place, Materials m)
    {
        if (m.Binder.Try(place.Node) is not Expressions.Expr own || place.Node is not (NameSyntax or CallSyntax))
        {
            yield break;
        }

        foreach (Syntax other in m.Parts.Select(part => part.Part).Concat(m.Slopes))
        {
            bool isOther = (place.Node, other) switch
            {
                (NameSyntax x, NameSyntax y) => IsOfOneFamily(x.Name, y.Name),
                (CallSyntax x, CallSyntax y) when x.Function == y.Function => m.Asked.Contains(own) && m.Binder.Try(other) is Expressions.Expr right && right != own && m.Asked.Contains(right),
                (NameSyntax, CallSyntax) => m.Binder.Try(other) is Expressions.Expr output && IsInputOf(own, output, m),
                (CallSyntax, NameSyntax) => m.Binder.Try(other) is Expressions.Expr input && IsInputOf(input, own, m),
                _ => false,
            };
            if (isOther)
            {
                yield return (other, $"{Written.Short(place.Node)} stands where {Written.Short(other)} belongs");
            }
        }
    }

    /// <summary>Whether x goes into a layer f(W…x…) that is a part of what is differentiated.</summary>
    private static bool IsInputOf(Expressions.Expr x, Expressions.Expr layer, Materials m) =>
        layer is Expressions.Apply { Function.PrimeOf: null } && m.Asked.Contains(layer) && Expressions.Expr.Reachable(layer).Any(node => node is Expressions.MatMul && node.Operands[1] == x);

    /// <summary>Two names of one family in each other's place: in two places, or everywhere.</summary>
    private static IEnumerable<(Syntax, string)> Swap(Place place, Materials m)
    {
        if (place.Parent is not null)
        {
            yield break;
        }

        Place[] names = [.. Places.Of(place.Node).Where(one => one.Node is NameSyntax)];
        if (names.Length > MostSwapped)
        {
            yield break;
        }

        foreach (Place one in names)
        {
            string x = ((NameSyntax)one.Node).Name;
            foreach (string y in names.Select(other => ((NameSyntax)other.Node).Name).Distinct().Where(y => IsOfOneFamily(x, y)))
            {
                string text = $"{x} and {y} stand in each other's place";
                foreach (Place second in Places.Of(one.Put(new NameSyntax(y))).Where(second => second.Node is NameSyntax other && other.Name == y))
                {
                    yield return (second.Put(new NameSyntax(x)), text);
                }

                yield return (Swapped(place.Node, x, y), text);
            }
        }
    }

    private static Syntax Swapped(Syntax syntax, string x, string y) => syntax switch
    {
        NameSyntax name => name.Name == x ? new NameSyntax(y) : name.Name == y ? new NameSyntax(x) : name,
        MinusSyntax minus => new MinusSyntax(Swapped(minus.Operand, x, y)),
        TransposeSyntax transpose => new TransposeSyntax(Swapped(transpose.Operand, x, y)),
        BinarySyntax binary => Written.Of(Swapped(binary.Left, x, y), binary.Operator, Swapped(binary.Right, x, y)),
        CallSyntax call => new CallSyntax(call.Function, [.. call.Arguments.Select(argument => Swapped(argument, x, y))]),
        _ => syntax,
    };

    /// <summary>Anything of the shape that fits; what is replaced by less is the likelier mistake.</summary>
    private static IEnumerable<(Syntax, string)> Exchange(Place place, Materials m)
    {
        if (place.Node is CallSyntax call)
        {
            foreach (LanguageFunction function in Language.Functions.All.Where(function => function.Name != call.Function && function.Arities.Contains(call.Arguments.Length)))
            {
                CallSyntax other = new(function.Name, call.Arguments);
                if (m.Binder.Try(call)?.Shape == m.Binder.Try(other)?.Shape)
                {
                    yield return (other, $"{call.Function} stands where {function.Name} belongs");
                }
            }
        }

        if (place.Parent is null || m.Binder.Try(place.Node)?.Shape is not Expressions.Shape shape)
        {
            yield break;
        }

        foreach ((Syntax part, Expressions.Shape own) in m.Parts)
        {
            if (own == shape || place.Level == 0)
            {
                yield return (part, $"{Written.Short(place.Node)} stands where {Written.Short(part)} belongs");
            }
        }
    }

    /// <summary>Whether two names are alike as those of layers are: W1 and W2, Wa and Wb, W_in and W_out.</summary>
    private static bool IsOfOneFamily(string x, string y)
    {
        int common = x.Zip(y).TakeWhile(pair => pair.First == pair.Second).Count();
        bool IsIndex(string name) => name.Length == common || name.Length == common + 1 || name[common..].All(char.IsAsciiDigit) || name[..common].Contains('_', StringComparison.Ordinal);
        return x != y && common > 0 && IsIndex(x) && IsIndex(y);
    }
}

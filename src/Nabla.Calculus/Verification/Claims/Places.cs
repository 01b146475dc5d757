using Nabla.Calculus.Language;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>A place in a formula where something else can be put.</summary>
/// <param name="Node">What stands there.</param>
/// <param name="Parent">What it is a part of; null for the whole.</param>
/// <param name="Put">The whole formula with something else there.</param>
/// <param name="Level">How many functions it stands in.</param>
internal sealed record Place(Syntax Node, Syntax? Parent, Func<Syntax, Syntax> Put, int Level)
{
    /// <summary>Whether something may be added to, or taken off, the number or the sum that stands here, and not somewhere further out with the same effect.</summary>
    public bool IsOutermost => Parent is null or CallSyntax
        || Parent is BinarySyntax { Operator: BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Power or BinaryOperator.ElementPower };
}

/// <summary>The places of a formula.</summary>
internal static class Places
{
    /// <summary>The longest formula whose places are tried.</summary>
    public const int MostParts = 800;

    private const int Deepest = 150;

    /// <summary>All places, those outside of functions first; none of a formula that is too long.</summary>
    public static IReadOnlyList<Place> Of(Syntax root) => root.Size > MostParts || root.Depth > Deepest
        ? []
        : [.. Walk(new(root, null, whole => whole, 0)).OrderBy(place => place.Level)];

    private static IEnumerable<Place> Walk(Place place)
    {
        yield return place;
        foreach (Place child in Children(place))
        {
            foreach (Place below in Walk(child))
            {
                yield return below;
            }
        }
    }

    private static IEnumerable<Place> Children(Place place)
    {
        Place Child(Syntax node, Func<Syntax, Syntax> with, int deeper = 0) => new(node, place.Node, other => place.Put(with(other)), place.Level + deeper);
        switch (place.Node)
        {
            case MinusSyntax minus:
                yield return Child(minus.Operand, other => new MinusSyntax(other, minus.Span));
                break;
            case TransposeSyntax transpose:
                yield return Child(transpose.Operand, other => new TransposeSyntax(other, transpose.Span));
                break;
            case BinarySyntax binary:
                yield return Child(binary.Left, other => new BinarySyntax(other, binary.Operator, binary.Right, binary.Span, binary.OperatorSpan));
                yield return Child(binary.Right, other => new BinarySyntax(binary.Left, binary.Operator, other, binary.Span, binary.OperatorSpan));
                break;
            case CallSyntax call:
                IEnumerable<Syntax> arguments = TrialBinder.Arguments(call);
                for (int i = 0; i < call.Arguments.Length; i++)
                {
                    int at = i;
                    if (arguments.Contains(call.Arguments[i]))
                    {
                        yield return Child(call.Arguments[i], other => new CallSyntax(call.Function, call.Arguments.SetItem(at, other), call.Span, call.NameSpan), 1);
                    }
                }

                break;
        }
    }
}

using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Kernels;

namespace Nabla.Planning;

/// <summary>An update that a plan makes after everything else: the parameter gets the value of the expression.</summary>
/// <param name="Parameter">P.</param>
/// <param name="Value">What P becomes, such as P − η ∂C/∂P.</param>
public sealed record ParameterUpdate(Symbol Parameter, Expr Value)
{
    /// <summary>What is updated together with P, all from the old values: the state that an optimizer keeps for it, of P's shape.</summary>
    public IReadOnlyList<ParameterUpdate> States { get; init; } = [];
}

/// <summary>
/// Updates in place, as drafts that run after all others: one for a parameter and its states. An element of each is read before it is written,
/// and what another update writes is copied before.
/// </summary>
internal sealed class Updates<T>(Lowering<T> lowering)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Draft<T>> drafts = [];
    private readonly Dictionary<Expr, int> updatesOf = new(ReferenceEqualityComparer.Instance);

    /// <summary>Lowers what the updates are made of, and adds their drafts.</summary>
    /// <returns>The number of the first of them.</returns>
    /// <exception cref="ArgumentException">A value or a state has other sizes than the parameter.</exception>
    public int Lower(IReadOnlyList<ParameterUpdate> updates)
    {
        foreach (ParameterUpdate update in updates)
        {
            foreach (ParameterUpdate single in update.States.Prepend(update))
            {
                RequireSameSizes(single.Parameter, update.Parameter);
                RequireSameSizes(single.Value, update.Parameter);
            }

            foreach (Expr part in Expr.Parts(update.States.Prepend(update).Select(single => single.Value)))
            {
                updatesOf[part] = updatesOf.GetValueOrDefault(part) + 1;
            }
        }

        foreach (ParameterUpdate update in updates)
        {
            drafts.Add((update.States.Count == 0 ? Descent(update) : null) ?? Chained([update, .. update.States]));
        }

        CopyWhatOthersWrite();
        int first = lowering.Drafts.Count;
        drafts.ForEach(lowering.Append);
        return first;
    }

    /// <summary>P ← P − s·AB for a number s and a product AB that nothing else needs: the product adds itself to P, so the gradient never reaches memory.</summary>
    private Draft<T>? Descent(ParameterUpdate update)
    {
        if (update.Value is not (Subtract or Add) || update.Value.Operands is not [var old, var change] || old != update.Parameter)
        {
            return null;
        }

        Expr factor = old.Pool.Constant(update.Value is Subtract ? -1 : 1);
        while (change is Scale or Negate)
        {
            factor = change is Scale scale ? factor * scale.Factor : -factor;
            change = change.Operands[^1];
        }

        if (change is not MatMul product || !lowering.IsOwnProduct(product) || updatesOf[product] > 1)
        {
            return null;
        }

        Slot<T> target = lowering.ParameterSlot(update.Parameter);
        ProductHead<T> head = lowering.ProductOf(product, 1, null, lowering.LowerScalar(factor), () => target);
        return head.Sources.Any(source => source.IsParameter) ? null : Draft(target, head, new PlanEquation(update.Parameter, update.Value));
    }

    /// <summary>Any other update: a head of the parameter's shape, where there is one that nothing else needs, and a chain.</summary>
    private Draft<T> Chained(IReadOnlyList<ParameterUpdate> updates)
    {
        List<Expr> wholes = [];
        HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        foreach (ParameterUpdate update in updates)
        {
            lowering.Fusion.Prepare(update.Value, update.Value, [], wholes.Add, seen);
        }

        Dictionary<Expr, int> uses = Fusion<T>.Uses(Expr.Reachable(updates.Select(update => update.Value)));
        Head<T>? head = null;
        Expr? begins = null;
        foreach (Expr whole in wholes.Where(whole => lowering.SlotOf(whole) is null))
        {
            Head<T>? candidate = head is null && lowering.IsHead(whole) && lowering.Fusion.UsesOf(whole) <= uses.GetValueOrDefault(whole) && updatesOf.GetValueOrDefault(whole) == 1 && whole.Shape.Equals(updates[0].Parameter.Shape)
                ? lowering.HeadOf(whole)
                : null;
            if (candidate is null)
            {
                lowering.Lower(whole);
            }
            else if (candidate.Sources.Any(source => source.IsParameter))
            {
                lowering.Emit(whole, candidate);
            }
            else
            {
                (head, begins) = (candidate, whole);
            }
        }

        Draft<T> draft = Draft(lowering.ParameterSlot(updates[0].Parameter), head);
        if (begins is not null)
        {
            lowering.Bind(begins, head!.Target, draft);
        }

        // All values first: an output is written over the old value of a parameter that another value may read.
        List<Source<T>> values = [.. updates.Select(update => lowering.Fusion.Emit(draft, update.Value))];
        foreach ((Source<T> value, ParameterUpdate update) in values.Zip(updates))
        {
            draft.Outputs.Add((Fusion<T>.Computed(draft, value), lowering.ParameterSlot(update.Parameter)));
            draft.Computes.Add(new(update.Parameter, update.Value));
        }

        return draft;
    }

    private void RequireSameSizes(Expr expression, Symbol parameter)
    {
        if (lowering.GridOf(expression) != lowering.GridOf(parameter))
        {
            throw new ArgumentException($"the update of {parameter.Name}, which is {lowering.GridOf(parameter)}, has {expression.Describe()}, which is {lowering.GridOf(expression)}");
        }
    }

    private static Draft<T> Draft(Slot<T> parameter, Head<T>? head, params PlanEquation[] computes)
    {
        Draft<T> draft = new(new(parameter.Rows, parameter.Columns, parameter.LeadingDimension), head);
        draft.Computes.AddRange(computes);
        return draft;
    }

    /// <summary>A parameter that one update reads and another one writes is copied before.</summary>
    private void CopyWhatOthersWrite()
    {
        Dictionary<Slot<T>, Slot<T>> copies = [];
        foreach (Draft<T> draft in drafts)
        {
            HashSet<Slot<T>> foreign = [.. drafts.Where(other => other != draft).SelectMany(other => other.Written)];
            draft.Replace(slot =>
            {
                if (slot.IsParameter && foreign.Contains(slot))
                {
                    return copies.TryGetValue(slot, out Slot<T>? copy) ? copy : copies[slot] = lowering.Copy(slot);
                }

                return slot;
            });
        }
    }
}

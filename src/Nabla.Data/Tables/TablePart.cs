using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Nabla.Data.Tables;

/// <summary>The rows of one part with their targets.</summary>
internal sealed class TablePart(TablePlan plan)
{
    public TableColumns Table { get; } = plan.CreateTable();

    /// <summary>The target of each row: the place of its class, or the number.</summary>
    public NumberColumn Targets { get; } = new(plan.File.Names[plan.TargetPlace]);

    public void Append(TableRow row, double target)
    {
        plan.Append(row, Table);
        Targets.Append(target);
    }

    /// <summary>The rows as samples; null where there are none.</summary>
    public Samples? ToSamples(Preprocessing preprocessing)
    {
        if (Targets.Count == 0)
        {
            return null;
        }

        Table.Trim();
        return new(EncodedFeatures.Of(Table, preprocessing), plan.Classes.IsEmpty
            ? new NumberTargets(Array(row => preprocessing.Target!.Encode(Targets[row])), 1)
            : new ClassTargets(Array(row => (int)Targets[row]), plan.Classes.Length));
    }

    private ImmutableArray<T> Array<T>(Func<int, T> value)
    {
        T[] values = new T[Targets.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(i);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }
}

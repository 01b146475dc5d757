namespace Nabla.Data.Tables;

/// <summary>A row of a table, as long as no other is gone to.</summary>
internal abstract class TableRow
{
    /// <summary>Where the row begins, counted from 1: a line of a text, else the number of the row.</summary>
    public long Line { get; protected set; }

    /// <summary>A field of the row as text; what is missing is an empty one.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public abstract ReadOnlySpan<char> this[int field] { get; }

    /// <summary>A sentence with the file and the place of the row.</summary>
    public abstract InvalidDataException Wrong(string sentence, Exception? cause = null);
}

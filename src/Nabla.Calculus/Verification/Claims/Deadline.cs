using System.Diagnostics;

namespace Nabla.Calculus.Verification.Claims;

/// <summary>When a search must end. It bounds how much is tried, never what is right; the clock of the day is not asked.</summary>
internal readonly struct Deadline
{
    private readonly long end;

    private Deadline(long end) => this.end = end;

    /// <summary>Whether it is over.</summary>
    public bool IsPast => Stopwatch.GetTimestamp() > end;

    /// <summary>So long from now on.</summary>
    public static Deadline After(TimeSpan limit) => new(Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency));
}

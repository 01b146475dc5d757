using System.Globalization;

namespace Nabla.Studio.Experiments;

/// <summary>
/// What is read aloud, at most every ten seconds. What comes earlier waits for its turn, and then the newest is said: of each kind of what happened, or else where
/// a training stands.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="say">Says a sentence; from any thread.</param>
public sealed class Announcements(TimeProvider clock, Action<string> say) : IDisposable
{
    /// <summary>The least time between two sentences.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly List<(string Kind, string Sentence)> happened = [];
    private string stands = "";
    private ITimer? waiting;
    private long last;
    private bool hasSaid;
    private bool isOver;

    /// <summary>Something happened: a training ended, a check has its verdict.</summary>
    /// <param name="kind">Of what kind it is: something newer of the same kind is said instead of it.</param>
    /// <param name="sentence">What happened.</param>
    public void Happened(string kind, string sentence)
    {
        lock (gate)
        {
            happened.RemoveAll(one => one.Kind == kind);
            happened.Add((kind, sentence));
            SayOrWait();
        }
    }

    /// <summary>How far something is; of no interest where something happened meanwhile.</summary>
    public void Stands(string sentence)
    {
        lock (gate)
        {
            stands = sentence;
            SayOrWait();
        }
    }

    /// <summary>Nothing is said any more.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            waiting?.Dispose();
            waiting = null;
        }
    }

    /// <summary>How a training ended, in a sentence; null where it has not.</summary>
    public static string? EndOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return experiment.State switch
        {
            ExperimentState.Done => string.Create(CultureInfo.InvariantCulture, $"The training is done: {experiment.Latest.Steps:N0} steps, loss {experiment.Latest.Loss:G3}"),
            ExperimentState.Diverged or ExperimentState.Failed => experiment.Problem,
            _ => null,
        };
    }

    private void SayOrWait()
    {
        if (isOver || waiting is not null || (happened.Count == 0 && stands.Length == 0))
        {
            return;
        }

        TimeSpan left = hasSaid ? Between - clock.GetElapsedTime(last) : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
        {
            waiting = clock.CreateTimer(_ => OnTime(), null, left, Timeout.InfiniteTimeSpan);
            return;
        }

        string sentence = happened.Count > 0 ? string.Join(". ", happened.Select(one => one.Sentence)) : stands;
        stands = "";
        happened.Clear();
        (last, hasSaid) = (clock.GetTimestamp(), true);
        say(sentence);
    }

    private void OnTime()
    {
        lock (gate)
        {
            waiting?.Dispose();
            waiting = null;
            SayOrWait();
        }
    }
}

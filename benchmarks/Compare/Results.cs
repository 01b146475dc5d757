namespace Nabla.Compare;

/// <summary>The answers of all rounds. A question that was not answered once is not put again.</summary>
internal sealed class Results(IReadOnlyList<Contestant> contestants, IReadOnlyList<Row> rows)
{
    private const double Tolerance = 1e-3;

    private readonly Dictionary<(Contestant Who, Row Row), SortedDictionary<int, Answer>> answers = [];

    public IReadOnlyList<Contestant> Contestants => contestants;

    public IReadOnlyList<Row> Rows => rows;

    public int Rounds { get; private set; }

    /// <summary>One round: every row, and in each everyone in turn, so that what is compared is near in time.</summary>
    public async Task RunRoundAsync(double seconds, TextWriter progress, CancellationToken cancel)
    {
        Rounds++;
        foreach (Row row in rows)
        {
            foreach (Contestant who in contestants.Where(who => who.Absent is null && Reason(who, row) is null))
            {
                Answer answer = await who.AskAsync(row, seconds, cancel);
                answers.TryAdd((who, row), []);
                answers[(who, row)][Rounds] = answer;
                string told = answer.Microseconds is double time ? $"{Table.Time(time)} µs, {answer.Line!["setting"] ?? answer.Line["path"]}" : answer.Reason!;
                await progress.WriteLineAsync($"round {Rounds}, {row.Name}, {who.Title}: {told}");
            }
        }
    }

    /// <summary>The median time of the rounds in microseconds.</summary>
    public double? Time(Contestant who, Row row)
    {
        double[] times = [.. Answers(who, row).Values.Where(answer => answer.Microseconds is not null).Select(answer => answer.Microseconds!.Value)];
        return times.Length == 0 ? null : Median(times);
    }

    /// <summary>A peer's time divided by Nabla's in the same round: the median and the extremes of the rounds.</summary>
    public (double Median, double Least, double Most)? Ratio(Contestant who, Contestant nabla, Row row)
    {
        double[] ratios =
        [
            .. from pair in Answers(who, row)
               where pair.Value.Microseconds is not null && Answers(nabla, row).GetValueOrDefault(pair.Key)?.Microseconds is not null
               select pair.Value.Microseconds!.Value / Answers(nabla, row)[pair.Key].Microseconds!.Value,
        ];
        return ratios.Length == 0 ? null : (Median(ratios), ratios.Min(), ratios.Max());
    }

    /// <summary>Why there is no time, or null.</summary>
    public string? Reason(Contestant who, Row row) => Answers(who, row).Values.Select(answer => answer.Reason).FirstOrDefault(reason => reason is not null);

    /// <summary>What the answers say under a name, each different one once, the most frequent first.</summary>
    public IReadOnlyList<string> Said(Contestant who, Row? row, string key) =>
    [
        .. from answer in rows.Where(any => row is null || any == row).SelectMany(any => Answers(who, any).Values)
           let text = answer.Line?[key]?.ToString()
           where text is not null
           group text by text into same
           orderby same.Count() descending
           select same.Key,
    ];

    /// <summary>Sentences about peers that did not compute what the others did.</summary>
    public IEnumerable<string> Disagreements()
    {
        foreach (Row row in rows)
        {
            (Contestant Who, double Check)[] checks =
            [
                .. from who in contestants
                   from text in Said(who, row, "check").Take(1)
                   select (who, double.Parse(text)),
            ];
            foreach ((Contestant who, double check) in checks.Skip(1).Where(other => !(Math.Abs(other.Check - checks[0].Check) <= Tolerance * Math.Abs(checks[0].Check))))
            {
                yield return $"{row.Name}: {who.Title} computed {check} where {checks[0].Who.Title} computed {checks[0].Check}";
            }
        }
    }

    private SortedDictionary<int, Answer> Answers(Contestant who, Row row) => answers.GetValueOrDefault((who, row)) ?? [];

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

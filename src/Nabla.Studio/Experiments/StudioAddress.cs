using System.Collections.Immutable;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Studio.Mathematics;

namespace Nabla.Studio.Experiments;

/// <summary>What the address of the page holds behind the question mark: the experiment, and how its derivation is written where that is not the usual way.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Document">How its derivation is written.</param>
public sealed record StudioAddress(ExperimentSettings Experiment, DocumentSettings Document)
{
    /// <summary>The settings of the derivation that an address may have beside those of the experiment.</summary>
    public static ImmutableArray<string> DocumentKeys { get; } = ["style", "dialect", "samples"];

    private static readonly ImmutableArray<(string Text, DerivationStyle Style)> styles = [("textbook", DerivationStyle.Textbook), ("differential", DerivationStyle.Differential), ("index", DerivationStyle.Index)];

    private static readonly ImmutableArray<(string Text, Dialect Dialect)> dialects = [("nielsen", Dialect.Nielsen), ("seed", Dialect.Seed), ("row-batch", Dialect.RowBatch)];

    private static readonly ImmutableArray<(string Text, bool Batch)> counts = [("one", false), ("batch", true)];

    /// <summary>The part of the address behind the question mark.</summary>
    public string ToQuery()
    {
        DocumentSettings usual = new();
        return Experiment.ToQuery()
            + (Document.Style == usual.Style ? "" : $"&style={styles.First(one => one.Style == Document.Style).Text}")
            + (Document.Dialect == usual.Dialect ? "" : $"&dialect={dialects.First(one => one.Dialect == Document.Dialect).Text}")
            + (Document.Batch == usual.Batch ? "" : $"&samples={counts.First(one => one.Batch == Document.Batch).Text}");
    }

    /// <summary>Reads an address; what is wrong in it is left out and told.</summary>
    /// <param name="query">Behind the question mark.</param>
    /// <param name="problems">A sentence for each value that was left out.</param>
    public static StudioAddress FromQuery(string query, out ImmutableArray<string> problems)
    {
        ArgumentNullException.ThrowIfNull(query);
        List<string> wrong = [];
        List<string> others = [];
        DocumentSettings document = new();
        foreach (string pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = pair.Split('=', 2);
            string value = sides.Length > 1 ? Uri.UnescapeDataString(sides[1]) : "";
            switch (sides[0])
            {
                case "style":
                    document = document with { Style = Read("style", value, styles, document.Style, wrong) };
                    break;
                case "dialect":
                    document = document with { Dialect = Read("dialect", value, dialects, document.Dialect, wrong) };
                    break;
                case "samples":
                    document = document with { Batch = Read("samples", value, counts, document.Batch, wrong) };
                    break;
                default:
                    others.Add(pair);
                    break;
            }
        }

        ExperimentSettings experiment = ExperimentSettings.FromQuery(string.Join('&', others), out ImmutableArray<string> problemsOfExperiment);
        problems = [.. problemsOfExperiment, .. wrong];
        return new(experiment, document);
    }

    private static T Read<T>(string key, string value, ImmutableArray<(string Text, T Value)> known, T usual, List<string> wrong)
    {
        foreach ((string text, T one) in known)
        {
            if (text == value)
            {
                return one;
            }
        }

        wrong.Add(ExperimentSettings.LeftOut(key, value, $"it is none of {string.Join(", ", known.Select(one => one.Text))}"));
        return usual;
    }
}

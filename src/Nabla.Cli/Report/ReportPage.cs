using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Checking;
using Nabla.Cli.Train;
using Nabla.Training;

namespace Nabla.Cli.Report;

/// <summary>What a report is about.</summary>
internal sealed record ReportContent
{
    /// <summary>What was trained, and with what.</summary>
    public required TrainingSetup Setup { get; init; }

    /// <summary>The figures of the epochs.</summary>
    public required IReadOnlyList<EpochReport> Reports { get; init; }

    /// <summary>The epoch whose weights the model has, where early stopping chose it.</summary>
    public int? RestoredEpoch { get; init; }

    /// <summary>MSE, MAE and R² where numbers are learned, in their own units; null for classes.</summary>
    public RegressionMetrics? Numbers { get; init; }

    /// <summary>The training time.</summary>
    public required double Seconds { get; init; }

    /// <summary>What the model file says of the training.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>How often each class was taken for each other; null without classes.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>"test" or "training": which samples the confusion and the worst examples are of.</summary>
    public required string Part { get; init; }

    /// <summary>The worst examples, from the worst.</summary>
    public required IReadOnlyList<Example> Worst { get; init; }

    /// <summary>A picture of the weights of each neuron of the first layer, as addresses; none where the inputs are no pictures.</summary>
    public required IReadOnlyList<string> FirstLayer { get; init; }

    /// <summary>The gradients of the trained weights on three roads.</summary>
    public required ImmutableArray<ComparedTensor> Proof { get; init; }

    /// <summary>How many samples they are of.</summary>
    public required int ProofSamples { get; init; }

    /// <summary>Whether only the loss is minimized, without penalties, dropout, smoothing and weights.</summary>
    public required bool IsPlain { get; init; }

    /// <summary>The derivation whose gradients were compiled and run: of the loss with penalties, dropout and whatever else was asked for.</summary>
    public required NetworkDerivation Derivation { get; init; }
}

/// <summary>A sample, what was right and what the network made of it.</summary>
/// <param name="Number">Its number in its part of the data, counted from 1.</param>
/// <param name="Picture">The address of its picture; null where it is none.</param>
/// <param name="Inputs">Its inputs where it is no picture.</param>
/// <param name="Target">What was right.</param>
/// <param name="Output">What the network said.</param>
/// <param name="Loss">Its loss.</param>
internal sealed record Example(int Number, string? Picture, string Inputs, string Target, string Output, double Loss);

/// <summary>Writes a training as one page that needs nothing beside itself: no script, no other file, no network.</summary>
internal static class ReportPage
{
    private const string Style = """
        <style>
        :root { color-scheme: light dark; --line: #d4d4d8; --quiet: #52525b; --shade: #0b5cad; }
        @media (prefers-color-scheme: dark) { :root { --line: #3f3f46; --quiet: #a1a1aa; --shade: #60a5fa; } }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .2rem .6rem; text-align: right; }
        th { font-weight: 600; } td.text, th.text { text-align: left; } caption { text-align: left; color: var(--quiet); }
        .figures { display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; list-style: none; } .figures b { display: block; font-size: 1.6rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; } figure { margin: 0; max-width: 40rem; } figcaption { color: var(--quiet); }
        svg { width: 100%; height: auto; } svg text { font-size: 13px; fill: currentColor; } .grid { stroke: var(--line); } .axis { stroke: currentColor; fill: none; }
        .pictures { display: flex; flex-wrap: wrap; gap: .8rem; } .pictures img { width: 84px; height: 84px; image-rendering: pixelated; display: block; background: #000; }
        .wide { overflow-x: auto; } .quiet { color: var(--quiet); }
        math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "STIX Math", "TeX Gyre Termes Math", "DejaVu Math TeX Gyre", math; }
        section div { overflow-x: auto; overflow-y: hidden; margin-bottom: 1em; } section div p { margin: .2em 0; color: var(--quiet); }
        </style>
        """;

    /// <summary>The page.</summary>
    public static string Write(ReportContent content)
    {
        StringBuilder page = new();
        TrainingSetup setup = content.Setup;
        string title = $"{setup.Network} on {setup.Data.Name}";
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n<title>{Text(title)}</title>\n{Style}\n</head>\n<body>\n<h1>{Text(title)}</h1>\n");
        Figures(page, content);
        Curves(page, content.Reports);
        Confusion(page, content);
        Worst(page, content);
        FirstLayer(page, content);
        Settings(page, content);
        Proof(page, content);
        Compiled(page, content);
        page.Append("<section>\n<h2>The derivation</h2>\n<p>How these gradients come about, line by line.</p>\n");
        page.Append(DerivationMathMl.Write($"The gradients of {setup.Network} with {setup.Loss}", content.Derivation.Sections)
            .Replace("<h2>", "<h4>", StringComparison.Ordinal).Replace("</h2>", "</h4>", StringComparison.Ordinal)
            .Replace("<h1>", "<h3>", StringComparison.Ordinal).Replace("</h1>", "</h3>", StringComparison.Ordinal));
        return page.Append("</section>\n</body>\n</html>\n").ToString();
    }

    private static void Figures(StringBuilder page, ReportContent content)
    {
        page.Append("<ul class=\"figures\">\n");
        Item(Summary.Percent(content.Confusion?.Accuracy ?? double.NaN), $"of {content.Confusion?.Total:N0} {content.Part} samples right", content.Confusion is not null);
        Item($"{content.Numbers?.R2:0.0000}", $"R² on the {content.Part} samples", content.Numbers is not null);
        Item($"{content.Numbers?.MeanAbsoluteError:G5}", "mean absolute error", content.Numbers is not null);
        Item($"{content.Numbers?.MeanSquaredError:G5}", "mean squared error", content.Numbers is not null);
        Item($"{content.Reports[(content.RestoredEpoch ?? content.Reports.Count) - 1].Loss:G4}", $"training loss, {content.Setup.Loss}");
        Item($"{content.Reports.Count:N0}", (content.Reports.Count == 1 ? "epoch" : "epochs") + (content.RestoredEpoch is int best ? $"; the model is that of epoch {best}" : ""));
        Item($"{content.Seconds:0.00} s", "of training");
        Item($"{content.Setup.Network.ParameterCount:N0}", "weights and biases");
        page.Append("</ul>\n");

        void Item(string number, string what, bool isThere = true)
        {
            if (isThere)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li><b>{Text(number)}</b>{Text(what)}</li>\n");
            }
        }
    }

    private static void Curves(StringBuilder page, IReadOnlyList<EpochReport> reports)
    {
        (string Name, Func<EpochReport, double?> Value)[] losses = [("training", report => report.Loss), ("validation", report => report.ValidationLoss)];
        (string Name, Func<EpochReport, double?> Value)[] accuracies =
        [
            ("training", report => report.TrainAccuracy), ("validation", report => report.ValidationAccuracy), ("test", report => report.TestAccuracy),
        ];
        losses = [.. losses.Where(IsThere)];
        accuracies = [.. accuracies.Where(IsThere)];
        page.Append("<h2>Curves</h2>\n<div class=\"charts\">\n");
        Chart("Loss by epoch", losses, isPercent: false);
        Chart("Accuracy by epoch", accuracies, isPercent: true);
        page.Append("</div>\n<details><summary>The same as a table</summary>\n<div class=\"wide\"><table>\n<tr><th>epoch</th>");
        (string Name, Func<EpochReport, double?> Value)[] columns =
        [
            .. losses.Select(one => ($"{one.Name} loss", one.Value)), .. accuracies.Select(one => ($"{one.Name} accuracy", one.Value)), ("seconds", report => report.Seconds),
        ];
        foreach ((string name, _) in columns)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th>{Text(name)}</th>");
        }

        page.Append("</tr>\n");
        foreach (EpochReport report in reports)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{report.Epoch}</td>");
            foreach ((_, Func<EpochReport, double?> value) in columns)
            {
                page.Append(CultureInfo.InvariantCulture, $"<td>{value(report):G5}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table></div></details>\n");

        bool IsThere((string Name, Func<EpochReport, double?> Value) one) => reports.Any(report => one.Value(report) is not null);

        void Chart(string name, (string Name, Func<EpochReport, double?> Value)[] lines, bool isPercent)
        {
            if (lines.Length > 0)
            {
                string picture = LineChart.Svg(name, "epoch", [.. lines.Select(line => new Series(line.Name, [.. reports.Select(report => ((double)report.Epoch, line.Value(report)))]))], isPercent);
                page.Append(CultureInfo.InvariantCulture, $"<figure>{picture}<figcaption>{Text(name)}</figcaption></figure>\n");
            }
        }
    }

    private static void Confusion(StringBuilder page, ReportContent content)
    {
        if (content.Confusion is not ConfusionMatrix confusion)
        {
            return;
        }

        IReadOnlyList<string> classes = content.Setup.Data.Classes;
        page.Append(CultureInfo.InvariantCulture, $"<h2>Confusion</h2>\n<div class=\"wide\"><table>\n<caption>A row for what a {content.Part} sample is, a column for what it was taken for; the last column is the share that was right.</caption>\n<tr><th></th>");
        foreach (string name in classes)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th>{Text(name)}</th>");
        }

        page.Append("<th>right</th></tr>\n");
        for (int i = 0; i < confusion.Classes; i++)
        {
            long row = Enumerable.Range(0, confusion.Classes).Sum(j => confusion[i, j]);
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(classes[i])}</th>");
            for (int j = 0; j < confusion.Classes; j++)
            {
                double share = row == 0 ? 0 : (double)confusion[i, j] / row;
                page.Append(CultureInfo.InvariantCulture, $"<td style=\"background:color-mix(in srgb, var(--shade) {60 * share:0.#}%, transparent)\">{confusion[i, j]}</td>");
            }

            page.Append(CultureInfo.InvariantCulture, $"<td>{(row == 0 ? "" : Summary.Percent((double)confusion[i, i] / row))}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static void Worst(StringBuilder page, ReportContent content)
    {
        if (content.Worst.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>Worst examples</h2>\n<p class=\"quiet\">The {content.Part} samples with the largest loss.</p>\n");
        if (content.Worst[0].Picture is not null)
        {
            page.Append("<div class=\"pictures\">\n");
            foreach (Example one in content.Worst)
            {
                page.Append(CultureInfo.InvariantCulture, $"<figure><img src=\"{one.Picture}\" alt=\"{content.Part} sample {one.Number}\"><figcaption>is {Text(one.Target)}<br>{Text(one.Output)}<br>loss {one.Loss:G3}</figcaption></figure>\n");
            }

            page.Append("</div>\n");
            return;
        }

        page.Append("<div class=\"wide\"><table>\n<tr><th>sample</th><th class=\"text\">inputs</th><th>target</th><th>output</th><th>loss</th></tr>\n");
        foreach (Example one in content.Worst)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{one.Number}</td><td class=\"text\">{Text(one.Inputs)}</td><td>{Text(one.Target)}</td><td>{Text(one.Output)}</td><td>{one.Loss:G3}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static void FirstLayer(StringBuilder page, ReportContent content)
    {
        if (content.FirstLayer.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>Weights of the first layer</h2>\n<p class=\"quiet\">One picture for each of the first {content.FirstLayer.Count} neurons: orange is positive, blue negative, black zero.</p>\n<div class=\"pictures\">\n");
        for (int i = 0; i < content.FirstLayer.Count; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<img src=\"{content.FirstLayer[i]}\" alt=\"weights of neuron {i + 1}\">\n");
        }

        page.Append("</div>\n");
    }

    private static void Settings(StringBuilder page, ReportContent content)
    {
        page.Append("<h2>Settings</h2>\n<div class=\"wide\"><table>\n");
        Row("network", $"{content.Setup.Network} ({string.Join(", ", content.Setup.Network.Layers.Select(layer => layer.Activation.Name))})");
        Row("loss", $"{content.Setup.Loss}");
        foreach ((string name, string value) in content.Settings)
        {
            Row(name.Replace('_', ' '), value);
        }

        page.Append("</table></div>\n");

        void Row(string name, string value) => page.Append(CultureInfo.InvariantCulture, $"<tr><th class=\"text\">{Text(name)}</th><td class=\"text\">{Text(value)}</td></tr>\n");
    }

    private static void Proof(StringBuilder page, ReportContent content)
    {
        bool? all = content.Proof.Any(tensor => tensor.Agrees == false) ? false : content.Proof.Any(tensor => tensor.Agrees is null) ? null : true;
        string verdict = all switch { true => "all agree", false => "they do not all agree", null => "no disagreement, but not everything could be settled" };
        string minimized = content.IsPlain ? "the loss" : "what is minimized (the loss with the penalties, smoothed targets and weights that were asked for; of dropout, the masks of the first step)";
        page.Append(CultureInfo.InvariantCulture, $"<h2>The gradient check</h2>\n<p>The gradients of {minimized} at the trained weights, for {content.ProofSamples} samples, on several roads: <b>{verdict}</b>.</p>\n");
        page.Append("<div class=\"wide\"><table>\n<caption>Error and tolerance are absolute, at the element with the largest error beside its tolerance.</caption>\n<tr><th class=\"text\">tensor</th><th class=\"text\">road</th><th>error</th><th>tolerance</th><th class=\"text\">verdict</th></tr>\n");
        foreach (ComparedTensor tensor in content.Proof)
        {
            foreach (RoadResult road in tensor.Roads)
            {
                string name = road.Road switch { CheckRoad.Evaluator => "reference evaluator", CheckRoad.FloatPlan => "compiled plan in single precision", _ => "finite differences" };
                page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"text\">{Text(tensor.Id)}</td><td class=\"text\">{name}</td><td>{road.Worst?.Error:0.0e-00}</td><td>{road.Worst?.Tolerance:0.0e-00}</td><td class=\"text\">{(!road.Agrees ? "disagrees" : road.Unsettled > 0 ? "not settled" : "agrees")}</td></tr>\n");
            }
        }

        page.Append("</table></div>\n");
    }

    /// <summary>What ran, read off the expressions that were compiled: names first, in the order in which they are made.</summary>
    private static void Compiled(StringBuilder page, ReportContent content)
    {
        Derivation derivation = content.Derivation.Derivation;
        page.Append("<section>\n<h2>What was compiled and run</h2>\n<p>The gradients of what is minimized, penalties and dropout included; the update rule and clipping work on them.</p>\n");
        Named[] names = [.. Expr.Reachable([derivation.Cost, .. derivation.Gradients]).OfType<Named>()];
        foreach (Named name in names)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div><math display=\"block\"><mrow>{Notation.MathMl.Print(name, "=", name.Definition)}</mrow></math></div>\n");
        }

        foreach (Expr parameter in derivation.Variables)
        {
            Expr gradient = Expr.Gradient(derivation.Cost, parameter);
            page.Append(CultureInfo.InvariantCulture, $"<div><math display=\"block\"><mrow>{Notation.MathMl.Print(gradient, "=", derivation.GradientOf(parameter))}</mrow></math></div>\n");
        }

        page.Append("</section>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Nabla.Tests;

namespace Nabla.Cli.Tests;

/// <summary><c>nabla check</c> as a user runs it: as a process of its own, in a folder with files.</summary>
public sealed class CheckCommandTests : IDisposable
{
    /// <summary>One neuron without a curve: z = 2·1.5 + 0.5, C = ½(z − 1)². All numbers are exact in float too.</summary>
    private const string Tiny = """
        {"network": {"inputs": 1, "layers": [{"weights": [[2]], "biases": [0.5], "activation": "identity"}]}, "loss": "squared-error",
         "inputs": [[1.5]], "targets": [[1]], "outputs": [[3.5]],
         "gradients": {"loss": 3.125, "layers": [{"weights": [[3.75]], "biases": [2.5]}], "inputs": [[5]]}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nabla-check-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_table_shows_each_road_of_each_tensor()
    {
        Write("tiny.json", Tiny);
        (int code, string output, string error) = Run("check", "tiny.json");
        Assert.Equal((0, ""), (code, error));
        Golden.Matches("tests/Nabla.Cli.Tests/Golden/check-tiny.txt", output);
    }

    [Fact]
    public void The_table_shows_what_disagrees_and_says_it_in_a_sentence()
    {
        Write("wrong.json", Tiny.Replace("\"biases\": [2.5]", "\"biases\": [2.5625]", StringComparison.Ordinal));
        (int code, string output, string error) = Run("check", "wrong.json");
        Assert.Equal((4, ""), (code, error));
        Golden.Matches("tests/Nabla.Cli.Tests/Golden/check-wrong.txt", output);
    }

    [Theory]
    [InlineData("check-missing-prime.txt", "[[8, 16], [-4, -8]]", "[8, -4]", "[[10, 0]]")]
    [InlineData("check-transposed.txt", "[[8, 0], [16, 0]]", "[8, 0]", "[[10], [0]]")]
    [InlineData("check-doubled.txt", "[[16, 32], [0, 0]]", "[16, 0]", "[[20, 0]]")]
    public void The_mistake_behind_wrong_gradients_is_named(string golden, string weights1, string biases1, string weights2)
    {
        // z¹ = (2.5, −1), z² = 5, δ² = 4, δ¹ = (8, 0).
        Write("mine.json", $$$"""
            {"network": {"inputs": 2, "layers": [{"weights": [[1, 0.5], [-1, 0.25]], "biases": [0.5, -0.5], "activation": "relu"},
              {"weights": [[2, -1]], "activation": "identity"}]}, "loss": "squared-error", "inputs": [[1, 2]], "targets": [[1]],
             "gradients": {"loss": 8, "layers": [{"weights": {{{weights1}}}, "biases": {{{biases1}}}}, {"weights": {{{weights2}}}}]}}
            """);
        (int code, string output, string error) = Run("check", "mine.json", "--json");
        Assert.Equal((4, ""), (code, error));
        Golden.Matches($"tests/Nabla.Cli.Tests/Golden/{golden}", output);
    }

    /// <summary>Two steps of w ← w − η(wx − y)x, worked out by hand.</summary>
    [Theory]
    [InlineData("trajectory.txt", 0, "0.25", "[0.5, 0]")]
    [InlineData("trajectory-wrong.txt", 4, "0.125", "[0.5, 0]")]
    [InlineData("trajectory-loss.txt", 4, "0.25", "[0.5, 0.125]")]
    public void A_trajectory_is_compared_step_by_step(string golden, int code, string rate, string losses)
    {
        Write("steps.json", $$$"""
            {"network": {"inputs": 1, "layers": [{"weights": [[1]], "activation": "identity"}]}, "loss": "squared-error", "inputs": [[2]], "targets": [[1]],
             "optimizer": {"name": "SGD", "lr": {{{rate}}}}, "steps": 2, "losses": {{{losses}}}, "final": {"layers": [{"weights": [[0.5]]}]}}
            """);
        (int actual, string output, string error) = Run("check", "steps.json");
        Assert.Equal((code, ""), (actual, error));
        (actual, string json, error) = Run("check", "steps.json", "--json");
        Assert.Equal((code, ""), (actual, error));
        Golden.Matches($"tests/Nabla.Cli.Tests/Golden/{golden}", $"{output}\n{json}");
    }

    [Fact]
    public void A_trajectory_with_an_unknown_optimizer_cannot_be_read()
    {
        Write("steps.json", """
            {"network": {"inputs": 1, "layers": [{"weights": [[1]], "activation": "identity"}]}, "loss": "squared-error", "inputs": [[2]], "targets": [[1]],
             "optimizer": {"name": "Rprop", "lr": 1}, "steps": 1, "losses": [1], "final": {"layers": [{"weights": [[0.5]]}]}}
            """);
        (int code, string output, string error) = Run("check", "steps.json", "--json");
        Assert.Equal((3, ""), (code, output));
        Assert.StartsWith("nabla: steps.json: optimizer.name is not supported by this version: unknown optimizer 'Rprop'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_of_eighty_columns_the_table_is_narrower()
    {
        Write("wrong.json", Tiny.Replace("\"biases\": [2.5]", "\"biases\": [2.5625]", StringComparison.Ordinal));
        StringWriter output = new();
        Assert.Equal(4, await Tool.RunAsync(["check", Path.Combine(folder, "wrong.json")], new(output, TextWriter.Null) { Width = 80 }));
        string[] lines = $"{output}".ReplaceLineEndings("\n").Split('\n');
        Assert.All(lines.Skip(1), line => Assert.True(line.Length <= 80, line));
        Assert.Contains(lines, line => line.StartsWith("    finite differences  [0]", StringComparison.Ordinal) && line.EndsWith("DISAGREES", StringComparison.Ordinal));
    }

    [Fact]
    public void A_confident_output_is_not_held_against_a_right_gradient()
    {
        // a − y = −2·10⁻⁹ at z = 20 and y = 1: in single precision a is 1 and nothing is left of it.
        static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        string gradient = Text(-1 / (1 + Math.Exp(20)));
        string Case(string weights) => $$"""
            {"network": {"inputs": 1, "layers": [{"weights": [[20]], "biases": [0], "activation": "sigmoid"}]}, "loss": "binary-cross-entropy",
             "inputs": [[1]], "targets": [[1]], "gradients": {"loss": {{Text(Math.Log(1 + Math.Exp(-20)))}}, "layers": [{"weights": [[{{weights}}]], "biases": [{{gradient}}] }] } }
            """;
        Write("confident.json", Case(gradient));
        Assert.Equal((0, ""), Run("check", "confident.json", "--json") is var (code, _, error) ? (code, error) : default);
        Write("wrong.json", Case("0"));
        Assert.Equal(4, Run("check", "wrong.json", "--json").Code);
    }

    [Fact]
    public void Gradients_of_single_precision_are_recognized()
    {
        double a = Math.Tanh(0.5);
        double slope = 1 - (a * a);
        static string Single(double value) => ((float)value).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        string gradient = Single(a * slope);
        Write("single.json", $$"""
            {"network": {"inputs": 1, "layers": [{"weights": [[0.5]], "biases": [0], "activation": "tanh"}]}, "loss": "squared-error",
             "inputs": [[1]], "targets": [[0]], "outputs": [[{{Single(a)}}]],
             "gradients": {"loss": {{Single(a * a / 2)}}, "layers": [{"weights": [[{{gradient}}]], "biases": [{{gradient}}] }] } }
            """);
        (int code, string output, string error) = Run("check", "single.json", "--json");
        Assert.Equal((4, ""), (code, error));
        Assert.Contains("the numbers agree to single precision only", output, StringComparison.Ordinal);
        Assert.DoesNotContain("element [", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_a_line_for_each_tensor()
    {
        Write("wrong.json", Tiny.Replace("\"biases\": [2.5]", "\"biases\": [2.5625]", StringComparison.Ordinal));
        (int code, string output, string error) = Run("check", "wrong.json", "--json");
        Assert.Equal((4, ""), (code, error));
        string[] expected =
        [
            """{"id":"wrong.json:loss","agrees":true,"error":0,"diagnosis":null}""",
            """{"id":"wrong.json:outputs","agrees":true,"error":0,"diagnosis":null}""",
            """{"id":"wrong.json:layers.0.weights","agrees":true,"error":0,"diagnosis":null}""",
            """{"id":"wrong.json:layers.0.biases","agrees":false,"error":0.024390243902439025,"diagnosis":{"code":"unknown","text":"element [0] is 2.5625, but the derived gradient gives 2.5 (evaluator, finite differences and float plan agree with each other)"}}""",
            """{"id":"wrong.json:inputs","agrees":true,"error":0,"diagnosis":null}""",
        ];
        Assert.Equal(expected, output.TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void All_reference_cases_agree()
    {
        string[] files = Directory.GetFiles(SharedFolder.Require("reference", "gradients"), "*.json");
        Assert.Equal(20, files.Length);
        (int code, string output, string error) = Run(["check", "--json", .. files]);
        Assert.Equal((0, ""), (code, error));
        JsonElement[] lines = Lines(output);
        Assert.All(lines, line => Assert.True(line.GetProperty("agrees").GetBoolean(), $"{line}"));
        Assert.All(files, file => Assert.Contains(lines, line => Id(line) == $"{file}:loss"));
        Assert.Equal(144, lines.Length);
    }

    [Fact]
    public void Any_number_of_the_gradients_changed_by_three_tolerances_is_a_mismatch_of_that_file_and_tensor()
    {
        (string Right, double Value, string Tensor)[] changes =
        [
            ("\"loss\": 3.125", 3.125, "loss"),
            ("\"outputs\": [[3.5]]", 3.5, "outputs"),
            ("\"weights\": [[3.75]]", 3.75, "layers.0.weights"),
            ("\"biases\": [2.5]", 2.5, "layers.0.biases"),
            ("\"inputs\": [[5]]", 5, "inputs"),
        ];
        List<string> files = [];
        foreach ((string right, double value, string tensor) in changes)
        {
            double changed = value + 3 * (1e-10 * value + 1e-15);
            files.Add(Write($"{tensor}.json", Tiny.Replace(right, right.Replace($"{value}", $"{changed}", StringComparison.Ordinal), StringComparison.Ordinal)));
            Assert.Equal(4, Run("check", $"{tensor}.json").Code);
        }

        (int code, string output, _) = Run(["check", "--json", .. files]);
        Assert.Equal(4, code);
        Assert.Equal(
            changes.Select(change => $"{change.Tensor}.json:{change.Tensor}"),
            Lines(output).Where(line => !line.GetProperty("agrees").GetBoolean()).Select(Id));
    }

    [Fact]
    public void What_finite_differences_leave_undecided_is_exit_1_and_agrees_null()
    {
        // σ(10⁹ − 10⁹) = ½: right gradients, but every step leads far into the saturated sigmoid.
        Write("steep.json", """
            {"network": {"inputs": 1, "layers": [{"weights": [[1e9]], "biases": [-1e9], "activation": "sigmoid"}]}, "loss": "squared-error",
             "inputs": [[1]], "targets": [[1]], "gradients": {"loss": 0.125, "layers": [{"weights": [[-0.125]], "biases": [-0.125]}]}}
            """);
        Write("tiny.json", Tiny);
        (int code, string output, _) = Run("check", "tiny.json", "steep.json", "--json");
        Assert.Equal(1, code);
        Assert.Equal(2, Lines(output).Count(line => line.GetProperty("agrees").ValueKind == JsonValueKind.Null));
        (code, output, _) = Run("check", "steep.json");
        Assert.Equal(1, code);
        Assert.EndsWith("1 file: 2 of 3 tensors are undecided\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("every road", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_lies_at_kinks_altogether_agrees_by_the_other_roads_and_the_table_says_so()
    {
        Write("kinks.json", """
            {"network": {"inputs": 1, "layers": [{"weights": [[0]], "biases": [0], "activation": "relu"}]}, "loss": "squared-error",
             "inputs": [[1]], "targets": [[1]], "gradients": {"loss": 0.5, "layers": [{"weights": [[0]], "biases": [0]}]}}
            """);
        (int code, string output, _) = Run("check", "kinks.json");
        Assert.Equal(0, code);
        Assert.Contains("says nothing (1 at kinks)", output, StringComparison.Ordinal);
        Assert.EndsWith(
            "1 file: all 3 tensors agree, 2 without finite differences, which say nothing where all is at kinks\n",
            output.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_checked_outweighs_a_mismatch_and_the_others_are_still_checked()
    {
        Write("tiny.json", Tiny);
        Write("wrong.json", Tiny.Replace("3.125", "3", StringComparison.Ordinal));
        Write("unsupported.json", Tiny.Replace("identity", "maxout", StringComparison.Ordinal));
        (int code, string output, string error) = Run("check", "unsupported.json", "wrong.json", "absent.json", "tiny.json", "--json");
        Assert.Equal(3, code);
        Assert.Equal(10, Lines(output).Length);
        Assert.DoesNotContain(Lines(output), line => Id(line).StartsWith("unsupported", StringComparison.Ordinal));
        string[] sentences = error.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(2, sentences.Length);
        Assert.StartsWith("nabla: unsupported.json: network.layers[0].activation is not supported by this version", sentences[0], StringComparison.Ordinal);
        Assert.Equal("nabla: absent.json: there is no such file", sentences[1]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"optimizer\": {}, \"gradients\": {}}")]
    [InlineData("{}")]
    [InlineData("")]
    public void What_is_no_gradient_case_never_agrees(string content)
    {
        Write("other.json", content);
        (int code, string output, string error) = Run("check", "other.json", "--json");
        Assert.Equal((3, ""), (code, output));
        Assert.StartsWith(content == "[]" ? "nabla: other.json: the suite is empty" : "nabla: other.json: the file ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_float_tolerance_can_be_set()
    {
        Write("third.json", Tiny.Replace("3.75", "3.7500000001", StringComparison.Ordinal));
        Assert.Equal(0, Run("check", "third.json").Code);
        Assert.Equal(4, Run("check", "third.json", "--tolerance", "1e-12").Code);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("check", "--json")]
    [InlineData("check", "tiny.json", "--tolerance", "0")]
    [InlineData("check", "tiny.json", "--tolerance", "-1")]
    [InlineData("check", "tiny.json", "--tolerance", "NaN")]
    [InlineData("check", "tiny.json", "--tolerance", "much")]
    [InlineData("check", "tiny.json", "--tolerance")]
    [InlineData("check", "tiny.json", "--jsn")]
    public void A_wrong_command_line_is_a_usage_error(params string[] arguments)
    {
        Write("tiny.json", Tiny);
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("nabla: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        (int code, _, string error) = Run("check", folder);
        Assert.Equal(3, code);
        Assert.Contains("this is a folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat tiny.json | $NABLA check - --json", "standard input")]
    [InlineData("cat tiny.json | $NABLA check /dev/stdin --json", "/dev/stdin")]
    [InlineData("mkfifo pipe; cat tiny.json > pipe & $NABLA check pipe --json", "pipe")]
    public async Task What_comes_through_a_pipe_is_read_once(string line, string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such shell");
        Write("tiny.json", Tiny);
        Run run = await CommandLine.ShellAsync(folder, line);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal($"{name}:loss", Id(run.Objects[0]));
    }

    [Fact]
    public async Task A_suite_comes_through_a_pipe_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such shell");
        Write("suite.json", """ [{"id":"a","where":"x: n","expression":"x'*x","wrt":"x","equals":"2*x"}]""");
        Run run = await CommandLine.ShellAsync(folder, "cat suite.json | $NABLA check -");
        Assert.Equal((0, "", "standard input: 1 of 1 identities are right"), (run.Code, run.Error, run.Output.TrimEnd()));
    }

    private static JsonElement[] Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Id(JsonElement line) => line.GetProperty("id").GetString()!;

    private string Write(string name, string content)
    {
        File.WriteAllText(Path.Combine(folder, name), content);
        return name;
    }

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        // The same dotnet that runs the tests, wherever it is installed.
        string dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet");
        ProcessStartInfo start = new(dotnet, [Path.Combine(AppContext.BaseDirectory, "nabla.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}

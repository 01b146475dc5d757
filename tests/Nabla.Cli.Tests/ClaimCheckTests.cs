using System.Text.Json;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary><c>nabla check</c> of formulas: each diagnosis with an example, and suites of identities.</summary>
public class ClaimCheckTests
{
    private const string Network = "0.5*norm2(sigmoid(W2*sigmoid(W1*x+b1)+b2)-y)^2";
    private const string NetworkVariables = "x: n, y: p, W1: m x n, b1: m, W2: p x m, b2: p";

    [Theory]
    [InlineData("shape", "sum(exp(X))", "X: m x n", "X", "sum(X)")]
    [InlineData("not-conformable", "tr(A*X*B)", "A: p x m, X: m x n, B: n x p", "X", "A*B")]
    [InlineData("transposed", "b'*A*x", "A: n x n, b: n, x: n", "x", "A*b")]
    [InlineData("sign", "0.5*norm2(A*x-b)^2", "A: m x n, x: n, b: m", "x", "A'*(b-A*x)")]
    [InlineData("factor", "x'*x", "x: n", "x", "x")]
    [InlineData("missing-factor", "norm2(x)", "x: n", "x", "x")]
    [InlineData("extra-factor", "a'*x", "a: n, x: n", "x", "a.*x")]
    [InlineData("hadamard-for-product", "tr(X^3)", "X: n x n", "X", "3*(X.*X)'")]
    [InlineData("product-for-hadamard", "sum(X.*X.*A)", "X: n x n, A: n x n", "X", "2*A*X")]
    [InlineData("missing-term", "tr(X'*B*X)", "X: m x n, B: m x m", "X", "B*X")]
    [InlineData("extra-term", "tr(X)+1", "X: n x n", "X", "eye(n)+X")]
    [InlineData("only-if-symmetric", "x'*A*x", "A: n x n, x: n", "x", "2*A*x")]
    [InlineData("only-if-scalar", "logdet(X)", "X: n x n", "X", "ones(n,n)./X")]
    [InlineData("sum-for-mean", "0.5*norm2(A*W-Y)^2/m", "A: m x n, W: n x k, Y: m x k", "W", "A'*(A*W-Y)")]
    [InlineData("mean-for-sum", "0.5*norm2(A*W-Y)^2", "A: m x n, W: n x k, Y: m x k", "W", "A'*(A*W-Y)/m")]
    [InlineData("missing-activation-derivative", "0.5*norm2(sigmoid(W*x+b)-y)^2", "W: m x n, x: n, b: m, y: m", "b", "sigmoid(W*x+b)-y")]
    [InlineData("wrong-layer", "a'*W2*sigmoid(W1*x)", "a: n, W1: n x n, W2: n x n, x: n", "x", "W2'*((W2'*a).*sigmoid'(W1*x))")]
    [InlineData("unknown", "sum(sin(x))", "x: n", "x", "exp(x)")]
    public async Task Each_mistake_is_named_with_the_right_form_and_a_counterexample(string code, string expression, string where, string wrt, string claim)
    {
        string[] line = ["check", expression, "--where", where, "--wrt", wrt, "--claim", claim];
        Run run = await CommandLine.RunAsync(line);
        Assert.Equal((ExitCode.Mismatch, ""), (run.Code, run.Error));
        Assert.StartsWith($"wrong: {code}\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Golden.Matches($"tests/Nabla.Cli.Tests/Golden/claim-{code}.txt", $"$ nabla check \"{expression}\" --where \"{where}\" --wrt {wrt} --claim \"{claim}\"\n{run.Output}");

        JsonElement json = Assert.Single((await CommandLine.RunAsync([.. line, "--json"])).Objects);
        Assert.Equal(code, json.GetProperty("diagnosis").GetProperty("code").GetString());
        Assert.False(json.GetProperty("agrees").GetBoolean());
    }

    [Fact]
    public async Task The_informal_order_of_the_chain_rule_is_recognized()
    {
        string claim = "(sigmoid(W2*sigmoid(W1*x+b1)+b2)-y).*sigmoid'(W2*sigmoid(W1*x+b1)+b2)*x'*W2*sigmoid'(W1*x+b1)";
        Run run = await CommandLine.RunAsync("check", Network, "--where", NetworkVariables, "--wrt", "W1", "--claim", claim);
        Assert.Equal((ExitCode.Mismatch, ""), (run.Code, run.Error));
        Golden.Matches("tests/Nabla.Cli.Tests/Golden/claim-informal-order.txt", run.Output);
    }

    [Fact]
    public async Task A_right_claim_is_right()
    {
        Run run = await CommandLine.RunAsync("check", "x'*A*x", "--where", "A: n x n, x: n", "--wrt", "x", "--claim", "((x'*A)'+A*x)");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        Assert.StartsWith("right: proved by simplification", run.Output);
    }

    [Theory]
    [InlineData(2, "x'*x", "x: n", "x", "2*q", "unknown name 'q'")]
    [InlineData(2, "x'*x", "x: n", "x", "2*", "")]
    [InlineData(2, "x'*x", "x: n", "y", "2*x", "unknown variable 'y'")]
    [InlineData(2, "x'*x", "x n", "x", "2*x", "after the name 'x'")]
    [InlineData(2, "x'*x", "x: n", "x", "x'*x*x*q", "unknown name 'q'")]
    public async Task A_text_that_is_no_formula_is_a_usage_error(int code, string expression, string where, string wrt, string claim, string expected)
    {
        Run run = await CommandLine.RunAsync("check", expression, "--where", where, "--wrt", wrt, "--claim", claim);
        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.StartsWith($"nabla: {expected}", run.Error);
    }

    [Fact]
    public async Task What_no_point_decides_is_undecided()
    {
        Run run = await CommandLine.RunAsync("check", "sum(log(-abs(x)))", "--where", "x: n", "--wrt", "x", "--claim", "x");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.StartsWith("undecided: only 0 of 3 random points could be used", run.Output);
    }

    [Fact]
    public async Task Conditions_are_relied_on()
    {
        string[] line = ["check", "-(y'*log(softmax(z)))", "--where", "y: n, z: n", "--wrt", "z", "--claim", "softmax(z)-y"];
        Assert.Equal(ExitCode.Mismatch, (await CommandLine.RunAsync(line)).Code);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. line, "--assume", "sum_to_one=y"])).Code);
        Assert.StartsWith("unknown condition 'sum_to_on'; did you mean 'sum_to_one'?", (await CommandLine.RunAsync([.. line, "--assume", "sum_to_on=y"])).Refused(ExitCode.Usage));
    }

    [Fact]
    public async Task All_identities_of_the_reference_are_right()
    {
        string file = SharedFolder.Require("reference", "identities.json");
        Run run = await CommandLine.RunAsync("check", file, "--json");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        Assert.Equal(112, run.Objects.Count);
        Assert.All(run.Objects, line => Assert.True(line.GetProperty("agrees").GetBoolean(), $"{line}"));
        Assert.Equal("A1", run.Objects[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""[{"id":"a","where":"x: n","expression":"x'*x","wrt":"x","equals":"2*x"},{"id":"b","where":"x: n","expression":"x'*x","wrt":"x","equals":"x"}]""", 4, "true,false")]
    [InlineData("""[{"id":"a","where":"x: n","expression":"besselj(x)","wrt":"x","equals":"2*x"},{"id":"b","where":"x: n","expression":"x'*x","wrt":"x","equals":"x"}]""", 3, ",false")]
    [InlineData("""[{"id":"a","where":"x: n","expression":"x'*x","wrt":"x","equals":2}]""", 3, "")]
    [InlineData("""[{"id":"a","where":"x: n","expression":"x'*x","wrt":"x"}]""", 3, "")]
    [InlineData("""[{"id":"a","where":"x: n","expression":"x'*x","wrt":"x","equals":"2*x","twist":1}]""", 3, "")]
    [InlineData("""[{"id":"a","where":"x: n","expression":"x'*x","wrt":"x","equals":"2*x","assume":{"odd":["x"]}}]""", 3, "")]
    [InlineData("""[5]""", 3, "")]
    public async Task A_suite_is_graded_entry_by_entry(string suite, int code, string agrees)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "suite.json");
        await File.WriteAllTextAsync(file, suite, TestContext.Current.CancellationToken);
        Run run = await CommandLine.RunAsync("check", file, "--json");
        Assert.Equal(code, run.Code);
        Assert.Equal(agrees, string.Join(',', run.Objects.Select(line => line.GetProperty("agrees").GetRawText().Replace("null", "", StringComparison.Ordinal))));
        Assert.Equal(code == ExitCode.BadData, run.Error.StartsWith($"nabla: {file}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_formula_without_its_claim_is_told_what_is_missing()
    {
        Run run = await CommandLine.RunAsync("check", "x'*x", "--where", "x: n", "--wrt", "x");
        Assert.Contains("--claim is missing", run.Refused(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("equals", "2*q", "equals: unknown name 'q'", "2*q")]
    [InlineData("expression", "x'*", "expression: ", "x'*")]
    [InlineData("where", "x n", "where: after the name 'x'", "x n")]
    [InlineData("wrt", "y", "wrt: unknown variable 'y'", "")]
    public async Task What_is_wrong_in_a_suite_is_said_with_the_entry_the_field_and_the_place(string field, string value, string expected, string excerpt)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "suite.json");
        Dictionary<string, string> entry = new() { ["id"] = "first", ["where"] = "x: n", ["expression"] = "x'*x", ["wrt"] = "x", ["equals"] = "2*x", [field] = value };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new[] { entry }), TestContext.Current.CancellationToken);
        Run run = await CommandLine.RunAsync("check", file);
        Assert.Equal(ExitCode.BadData, run.Code);
        Assert.StartsWith($"nabla: {file}: first: {expected}", run.Error, StringComparison.Ordinal);
        Assert.Contains(excerpt.Length > 0 ? $"{excerpt}\n" : "", run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(excerpt.Length > 0, run.Error.Contains('^', StringComparison.Ordinal));
        Assert.DoesNotContain("(Parameter", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_key_of_a_suite_is_named_with_its_entry()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "suite.json");
        await File.WriteAllTextAsync(file, """[{"id":"first","where":"x: n","expresion":"x'*x","wrt":"x","equals":"2*x"}]""", TestContext.Current.CancellationToken);
        Run run = await CommandLine.RunAsync("check", file);
        Assert.Equal((ExitCode.BadData, $"nabla: {file}: first has an unknown key 'expresion' (did you mean 'expression'?)"), (run.Code, run.Error.TrimEnd()));
    }

    [Fact]
    public async Task A_gradient_of_what_is_no_scalar_is_refused_with_the_formula() => Assert.StartsWith(
        "a gradient is of a scalar, but A*x is n×1;",
        (await CommandLine.RunAsync("derive", "A*x", "--where", "A: n x n, x: n", "--wrt", "x", "--kind", "gradient")).Refused(ExitCode.Usage),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("--along belongs to --kind hvp", "derive", "x'*x", "--where", "x: n, v: n", "--wrt", "x", "--along", "v")]
    [InlineData("--document belongs to", "derive", "x'*x", "--where", "x: n", "--document")]
    [InlineData("--along belongs to --kind hvp, but --kind hessian is given", "check", "x'*x", "--where", "x: n, v: n", "--wrt", "x", "--claim", "2*x", "--kind", "hessian", "--along", "v")]
    [InlineData("--kind hvp needs a direction: --along NAME", "check", "x'*x", "--where", "x: n, v: n", "--wrt", "x", "--claim", "2*x", "--kind", "hvp")]
    [InlineData("--tolerance belongs to", "check", "x'*x", "--where", "x: n", "--claim", "2*x", "--tolerance", "1e-3")]
    [InlineData("--detail takes 1, 2 or 3, but '4' is given", "derive", "3-4-2", "--detail", "4")]
    [InlineData("--wrt is missing; it names the variable to differentiate by: A or x", "check", "x'*A*x", "--where", "A: n x n, x: n", "--claim", "2*x")]
    [InlineData("--where declares the variables", "derive", "x'*A*x")]
    [InlineData("did you mean 'mean-squared-error'?", "derive", "3-4-2", "--loss", "mse")]
    public async Task A_misplaced_or_unknown_word_is_refused_with_a_hint(string expected, params string[] line) =>
        Assert.Contains(expected, (await CommandLine.RunAsync(line)).Refused(ExitCode.Usage), StringComparison.Ordinal);

    [Fact]
    public async Task A_size_without_spaces_is_noticed()
    {
        Run run = await CommandLine.RunAsync("derive", "x'*A*x", "--where", "A: nxn, x: n", "--wrt", "x");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.StartsWith("nabla: 'nxn' is one name; did you mean n x n?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_variable_nobody_needs_to_name_it() =>
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("check", "x'*x", "--where", "x: n", "--claim", "2*x")).Code);

    [Theory]
    [InlineData("exp(a'*x)*(b'*x)*sum(softmax(x).*a)*norm2(x)^2", "x: n, a: n, b: n", "x", "x")]
    [InlineData("0.5*norm2(sigmoid(W2*sigmoid(W1*x+b1)+b2)-y)^2", NetworkVariables, "W1", "x*y'*W2*W1*x*x'")]
    public async Task On_a_terminal_no_line_is_wider_than_it(string expression, string where, string wrt, string claim)
    {
        foreach (int width in new[] { 80, 60 })
        {
            StringWriter output = new();
            await Tool.RunAsync(["check", expression, "--where", where, "--wrt", wrt, "--claim", claim], new(output, TextWriter.Null) { Width = width });
            string[] lines = $"{output}".Split('\n');
            Assert.Contains(lines, line => line.Length > 40);
            Assert.All(lines, line => Assert.True(new System.Globalization.StringInfo(line.TrimEnd()).LengthInTextElements <= width, line));
        }
    }

    [Fact]
    public async Task Points_with_positive_elements_are_said_to_be_such()
    {
        Run run = await CommandLine.RunAsync("check", "sum(sqrt(X))", "--where", "X: n x n", "--wrt", "X", "--claim", "0.5*ones(n,n)./sqrt(X)");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        Assert.Contains("points with positive elements, since elsewhere values are not finite", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_brackets_and_a_name_of_a_megabyte_are_refused_with_a_sentence()
    {
        string name = new('x', 1 << 20);
        string nested = new string('(', 10_000) + "x" + new string(')', 10_000);
        foreach (string[] line in new[]
        {
            new[] { "check", nested, "--where", "x: n", "--wrt", "x", "--claim", "x" },
            ["check", "x'*x", "--where", "x: n", "--wrt", "x", "--claim", nested],
            ["check", "x'*x", "--where", "x: n", "--wrt", "x", "--claim", name],
            ["check", "x'*x", "--where", "x: n", "--wrt", name, "--claim", "x"],
            ["check", "x'*x", "--where", $"x: {name}{name}", "--wrt", name, "--claim", "x"],
        })
        {
            Run run = await CommandLine.RunAsync(line);
            Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Output));
            Assert.StartsWith("nabla: ", run.Error, StringComparison.Ordinal);
            Assert.True(run.Error.Length < 2000, $"{run.Error.Length}");
        }
    }

    [Theory]
    [InlineData("unknown", "tr(A-A)", "A: n x n", "A", "A", "the derivative is zero")]
    [InlineData("extra-term", "tr(A*X-X*A)", "A: n x n, X: n x n", "X", "zeros(n,n)+X", "the term X is too many: the derivative is zero")]
    [InlineData("extra-factor", "norm2(x)^3", "x: n", "x", "3*norm2(x)^2*x", "the exponent of norm2(x)^2 is one too high")]
    [InlineData("unknown", "A*X*B", "A: m x n, X: n x p, B: p x q", "X", "kron(A,B')", "the order of the factors of kron")]
    [InlineData("shape", "sum(x)", "x: n", "x", "1", "the formula is a scalar, but the gradient is n×1")]
    public async Task A_diagnosis_says_no_more_than_it_knows(string code, string expression, string where, string wrt, string claim, string text)
    {
        Run run = await CommandLine.RunAsync("check", expression, "--where", where, "--wrt", wrt, "--claim", claim, "--json");
        JsonElement diagnosis = Assert.Single(run.Objects).GetProperty("diagnosis");
        Assert.Equal(code, diagnosis.GetProperty("code").GetString());
        Assert.Contains(text, diagnosis.GetProperty("text").GetString(), StringComparison.Ordinal);
    }
}

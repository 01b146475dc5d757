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
}

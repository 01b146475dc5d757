using System.Numerics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Planning;

/// <summary>What a plan computes is what the expressions say: loss, outputs and every gradient, for many random networks.</summary>
public sealed class PlansAgreeWithTheReference(ITestOutputHelper output)
{
    private const ulong Cases = 400;

    public static TheoryData<KernelPath> Supported => Paths.Supported;

    [Theory]
    [MemberData(nameof(Supported))]
    public void In_single_precision_to_a_hundred_thousandth(KernelPath path) => AssertAllAgree<float>(path, 1e-5);

    [Theory]
    [MemberData(nameof(Supported))]
    public void In_double_precision_to_a_trillionth(KernelPath path) => AssertAllAgree<double>(path, 1e-12);

    [Fact]
    public void However_deep_an_expression_is_and_however_small_the_stack()
    {
        ExprPool pool = new();
        Symbol x = pool.Symbol(new("x"), new(Dim.Of("n", 3), Dim.One), SymbolKind.Parameter);
        Expr deep = x;
        while (deep.Depth < ExprPool.MaximumDepth - 1)
        {
            deep = Expr.Apply(Calculus.Expressions.Functions.Function.Tanh, deep + x);
        }

        Matrix? computed = null;
        ParameterBuffer<double> parameters = new([x]);
        Matrix value = Matrix.From(3, 1, (i, _) => 0.1 * (i - 1));
        parameters[x] = value;
        Thread thread = new(() =>
        {
            Plan<double> plan = Plan<double>.Compile([deep], [], parameters, batch: 1);
            plan.Run();
            computed = plan[deep];
        }, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Matrices.AssertClose(Evaluator.Evaluate(deep, new Bindings().Set(x, value)), computed!, 1e-12, "a deep expression");
    }

    /// <summary>So that a new activation, loss or whatever has a name is compared without anyone writing its test.</summary>
    [Fact]
    public void The_networks_have_every_activation_loss_reduction_width_and_batch()
    {
        NetworkCase[] cases = [.. Enumerable.Range(0, (int)Cases).Select(seed => NetworkCase.Of((ulong)seed))];
        Assert.Equal(Activation.All.Keys, Sorted(cases.SelectMany(networkCase => networkCase.Network.Layers).Select(layer => layer.Activation.Name)));
        Assert.Equal(
            Activation.All.Keys, Sorted(cases.Select(networkCase => networkCase.Network.Layers[^1].Activation.Name)));
        foreach (bool assumes in new[] { true, false })
        {
            foreach (Reduction reduction in Enum.GetValues<Reduction>())
            {
                Assert.Equal(Loss.All.Keys, Sorted(cases
                    .Where(networkCase => networkCase.Assumes == assumes && networkCase.Reduction == reduction)
                    .Select(networkCase => networkCase.Loss.Name)));
            }
        }

        Assert.Equal(NetworkCase.Widths.Order(), cases.SelectMany(networkCase => networkCase.Network.Sizes).Distinct().Order());
        Assert.Equal(NetworkCase.Batches.Order(), cases.Select(networkCase => networkCase.Batch).Distinct().Order());
        Assert.Contains(cases, networkCase => !networkCase.Network.Layers[0].HasBiases);

        static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Only_the_number_of_samples_may_be_left_open_when_a_plan_is_compiled()
    {
        ExprPool pool = new();
        (Dim n, Dim m, Dim k) = (Dim.Of("n", 2), Dim.Of("m"), Dim.Of("k"));
        Symbol x = pool.Symbol(new("X"), new(n, m), SymbolKind.Input);
        Symbol v = pool.Symbol(new("V"), new(k, n));
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Plan<double>.Compile([v * x], [], new([]), batch: 4));
        Assert.StartsWith("the dimension k has no value; only the number of samples m, ", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(() => Plan<double>.Compile([Expr.Sum(v)], [], new([]), batch: 4));
        Assert.StartsWith("the dimension k has no value; only the number of samples, ", refused.Message, StringComparison.Ordinal);

        // A product of dimensions is the product of their sizes: the mean over all elements of X divides by 2·4.
        Expr mean = Expr.Sum(x) / (n * m);
        Plan<double> plan = Plan<double>.Compile([mean, x], [], new([]), batch: 4);
        plan[x] = Matrix.From(2, 4, (i, j) => i + j);
        plan.Run();
        Assert.Equal(2, plan[mean][0, 0]);
    }

    private void AssertAllAgree<T>(KernelPath path, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<(double Error, string Where)> errors = [];
        for (ulong seed = 0; seed < Cases; seed++)
        {
            NetworkCase networkCase = NetworkCase.Of(seed);
            IReadOnlyList<(string Name, Expr Computed, Matrix Reference)> expected = networkCase.Expected();
            Plan<T> plan = networkCase.Compile(networkCase.Parameters<T>(), expected.Select(tensor => tensor.Computed), [], path);
            plan.Run();
            foreach ((string name, Expr computed, Matrix reference) in expected)
            {
                errors.Add((Matrices.Error(reference, plan[computed]), $"{name} of {networkCase}"));
            }
        }

        (double worst, string where) = errors.MaxBy(entry => entry.Error);
        output.WriteLine($"{path}, {typeof(T).Name}: {errors.Count} tensors of {Cases} networks; worst {worst:0.0e0}, {where}");
        Assert.True(worst <= tolerance, $"{where}: {worst} of the largest element");
    }
}

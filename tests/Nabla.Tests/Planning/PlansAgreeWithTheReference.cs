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
    private static readonly ulong Cases = ulong.Parse(Environment.GetEnvironmentVariable("CASES") ?? "400");

    public static TheoryData<KernelPath> Supported => Paths.Supported;

    [Theory]
    [MemberData(nameof(Supported))]
    public void In_single_precision_to_a_hundred_thousandth(KernelPath path) => AssertAllAgree<float>(path, 1e-5);

    [Theory]
    [MemberData(nameof(Supported))]
    public void In_double_precision_to_a_trillionth(KernelPath path) => AssertAllAgree<double>(path, 1e-12);

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

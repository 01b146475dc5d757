using Nabla.Calculus.Verification;
using Nabla.Checking;

namespace Nabla.Tests.Checking;

/// <summary>The 20 reference cases, whose figures other software made.</summary>
public class ReferenceGradientTests
{
    private static readonly string[] extreme = ["extreme-logits-bce", "extreme-logits-softmax-ce", "saturated-sigmoid"];

    public static TheoryData<string> Names =>
    [
        "elu-huber", "extreme-logits-bce", "extreme-logits-softmax-ce", "five-layer-sigmoid", "gelu-softmax-ce", "leaky-relu-softmax-ce",
        "odd-widths", "one-layer-linear", "one-neuron", "relu-softmax-ce", "saturated-sigmoid", "seed-2-layer-no-bias",
        "seed-2-layer-sigmoid-batch", "seed-2-layer-sigmoid-single-sample", "silu-bce", "softmax-squared-error", "softplus-squared-error",
        "softsign-mse", "tanh-mse", "wide-784-30-10",
    ];

    [Fact]
    public void Every_reference_case_has_its_row() => Assert.Equal(
        Directory.GetFiles(SharedFolder.Require("reference", "gradients"), "*.json")
            .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        Names.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reference_case_agrees_on_all_roads(string name)
    {
        GradientCase gradientCase = Read(name);
        foreach (ComparedTensor tensor in GradientCheck.Run(gradientCase))
        {
            Assert.True(tensor.Agrees, $"{tensor.Id}: {tensor.Diagnosis?.Text}");
            Assert.All(tensor.Roads, road => Assert.NotNull(road.Worst));
            Assert.Equal((0, 0), (tensor.Roads.Sum(road => road.AtKinks), tensor.Roads.Sum(road => road.Unsettled)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_float_plan_stays_within_1e_5_of_each_largest_element_except_where_sigmoids_saturate(string name)
    {
        double worst = GradientCheck.Run(Read(name)).Max(tensor =>
            tensor.Largest == 0 ? 0 : tensor[CheckRoad.FloatPlan]!.Worst!.Error / tensor.Largest);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {worst:0.0e-00}");
        Assert.InRange(worst, 0, extreme.Contains(name) ? 1e-4 : 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_double_plan_gives_what_the_evaluator_gives(string name)
    {
        GradientCase gradientCase = Read(name);
        IReadOnlyList<Matrix> planned = new GradientCheck(gradientCase).RunPlan<double>();
        foreach ((GivenTensor given, Matrix computed) in gradientCase.Given.Zip(planned))
        {
            double worst = given.Values.Zip(computed, (x, y) => Math.Abs(x - y)).MaxAbs();
            Assert.InRange(worst, 0, 1e-11 * given.Values.MaxAbs() + 1e-15);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_element_changed_by_three_tolerances_is_a_mismatch_that_is_named(string name)
    {
        GradientCase gradientCase = Read(name);
        GradientCheck check = new(gradientCase);
        SeededRandom random = new(3);
        for (int t = 0; t < gradientCase.Given.Length; t++)
        {
            GivenTensor given = gradientCase.Given[t];
            Matrix values = given.Values;
            double change = 3 * (1e-10 * values.MaxAbs() + 1e-15);
            int count = values.Elements.Length;
            IEnumerable<int> changed = count <= 1000
                ? Enumerable.Range(0, count)
                : Enumerable.Range(0, 100).Select(_ => random.NextInt(count));
            foreach (int k in changed)
            {
                double right = values.Elements[k];
                values.Elements[k] += k % 2 == 0 ? change : -change;
                ComparedTensor result = check.Compare(t);
                values.Elements[k] = right;

                Assert.False(result.Agrees);
                Assert.Equal(1, result[CheckRoad.Evaluator]!.Disagreeing);
                string place = given.IndexOf(k % values.Rows, k / values.Rows);
                Assert.Equal(place, result.Roads[0].Worst!.Place);
                Assert.StartsWith(place.Length == 0 ? "the loss is " : $"element {place} is ", result.Diagnosis!.Text, StringComparison.Ordinal);
            }

            Assert.True(check.Compare(t).Agrees);
        }
    }

    private static GradientCase Read(string name) => GradientCase.Read(SharedFolder.Require("reference", "gradients", $"{name}.json"));
}

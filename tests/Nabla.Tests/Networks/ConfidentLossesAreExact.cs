using System.Collections.Immutable;
using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Checking;
using Nabla.Kernels;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Networks;

/// <summary>
/// One sample whose outputs are all but certain: the loss is then a small number, the logarithm of nearly 1, and every digit of it must be
/// right. The exact values were computed with 60 decimal digits.
/// </summary>
public sealed class ConfidentLossesAreExact
{
    /// <summary>log(1 + eᶻ).</summary>
    private static readonly (double Z, double Value)[] softplus =
    [
        (8, 8.00033540637289597e+00), (-8, 3.35406372895768849e-04), (20, 2.00000000020611530e+01), (-20, 2.06115362031438080e-09),
        (30, 3.00000000000000924e+01), (-30, 9.35762296883973684e-14), (100, 100), (-100, 3.72007597602083612e-44),
    ];

    /// <summary>−log softmax of the logits z, 0 and −1.</summary>
    private static readonly (double Z, double[] Values)[] threeClasses =
    [
        (8, [4.58767182231015658e-04, 8.00045876718223070e+00, 9.00045876718223070e+00]),
        (20, [2.81940966125521310e-09, 2.00000000028194087e+01, 2.10000000028194087e+01]),
        (30, [1.28001000773093312e-13, 3.00000000000001279e+01, 3.10000000000001279e+01]),
        (100, [5.08861544719470048e-44, 100, 101]),
    ];

    public static TheoryData<KernelPath> SupportedPaths => Paths.Supported;

    [Fact]
    public void Of_the_reference_evaluator() => AssertExact(1e-14, 0, gradientCase =>
    {
        LayeredNetwork network = gradientCase.Network.Express(gradientCase.Loss, batch: false);
        Bindings values = new Bindings().Set(network.Layers[0].Weights, gradientCase.Layers[0].Weights)
            .Set(network.Input, gradientCase.Inputs).Set(network.Target, gradientCase.Targets);
        return Evaluator.Evaluate(network.Differentiate().StableCost, values)[0, 0];
    });

    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Of_a_plan_in_double_precision(KernelPath path) => AssertExact(1e-14, 0, gradientCase => Planned<double>(gradientCase, path));

    /// <summary>Where the exact value is below the smallest normal number, zero will do.</summary>
    [Theory]
    [MemberData(nameof(SupportedPaths))]
    public void Of_a_plan_in_single_precision(KernelPath path) => AssertExact(5e-7, 1.2e-38, gradientCase => Planned<float>(gradientCase, path));

    [Fact]
    public void So_the_check_accepts_them_on_every_road()
    {
        foreach ((GradientCase gradientCase, double exact) in Samples())
        {
            ComparedTensor loss = GradientCheck.Run(gradientCase with { Given = [new(ComparedQuantity.Loss, 0, Matrix.Scalar(exact))] })[0];
            Assert.True(loss.Agrees, loss.Diagnosis?.Text);
        }
    }

    private static void AssertExact(double relative, double absolute, Func<GradientCase, double> lossOf)
    {
        foreach ((GradientCase gradientCase, double exact) in Samples())
        {
            double loss = lossOf(gradientCase);
            double allowed = relative * exact + absolute;
            Assert.True(Math.Abs(loss - exact) <= allowed, $"{gradientCase.Loss} of {gradientCase.Layers[0].Weights[0, 0]} is {loss}, not {exact}");
        }
    }

    /// <summary>The logits are the weights, the one input is 1.</summary>
    private static IEnumerable<(GradientCase Case, double Exact)> Samples()
    {
        foreach ((double z, double value) in softplus)
        {
            double opposite = softplus.Single(pair => pair.Z == -z).Value;
            yield return (Case(Loss.BinaryCrossEntropy, [z], [0]), value);
            yield return (Case(Loss.BinaryCrossEntropy, [z], [1]), opposite);
            yield return (Case(Loss.BinaryCrossEntropy, [z], [0.25]), 0.75 * value + 0.25 * opposite);
            yield return (Case(Loss.BinaryCrossEntropy, [z, -z], [0, 1]), 2 * value);
            yield return (Case(Loss.CrossEntropy, [z, 0], [0, 1]), value);
            yield return (Case(Loss.CrossEntropy, [500 + z, 500], [1, 0]), opposite);
        }

        foreach ((double z, double[] values) in threeClasses)
        {
            for (int k = 0; k < 3; k++)
            {
                yield return (Case(Loss.CrossEntropy, [z, 0, -1], [k == 0 ? 1 : 0, k == 1 ? 1 : 0, k == 2 ? 1 : 0]), values[k]);
            }
        }
    }

    private static GradientCase Case(Loss loss, double[] logits, double[] targets) => new(
        new(1, new Layer(logits.Length, loss.OutputActivation!, HasBiases: false)),
        loss,
        [new(new(logits.Length, 1, logits), null)],
        Matrix.Scalar(1),
        new(targets.Length, 1, targets),
        []);

    private static double Planned<T>(GradientCase gradientCase, KernelPath path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayeredNetwork network = gradientCase.Network.Express(gradientCase.Loss);
        Expr cost = network.Differentiate().StableCost;
        ParameterBuffer<T> parameters = new(network.Parameters);
        parameters[network.Layers[0].Weights] = gradientCase.Layers[0].Weights;
        Plan<T> plan = Plan<T>.Compile([cost, network.Input, network.Target], [], parameters, batch: 1, path);
        plan[network.Input] = gradientCase.Inputs;
        plan[network.Target] = gradientCase.Targets;
        plan.Run();
        return plan[cost][0, 0];
    }
}

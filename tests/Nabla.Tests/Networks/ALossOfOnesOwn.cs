using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Networks;

/// <summary>A loss is an expression: written in one line, it is derived, compiled and trained with like the built-in ones.</summary>
public class ALossOfOnesOwn
{
    private static readonly Loss[] losses =
    [
        // log cosh v = v + softplus(−2v) − log 2.
        new("log-cosh", (y, a) =>
        {
            Expr v = y - a;
            Expr all = Ones(v);
            return Expr.Sum(v + Expr.Apply(Function.Softplus, -2 * v) - Math.Log(2) * all);
        }),

        // max(0, 1 − y ⊙ a).
        new("hinge", (y, a) => Expr.Sum(Expr.Maximum(Ones(a) - Expr.Hadamard(y, a), a.Pool.Zeros(a.Shape)))),

        // v² / (1 + v²), element by element.
        new("geman-mcclure", (y, a) =>
        {
            Expr square = Expr.Hadamard(y - a, y - a);
            return Expr.Sum(Expr.Quotient(square, Ones(a) + square));
        }),

        // −log of a weighted share of each sample, by a quotient of column sums.
        new("share", (y, a) =>
        {
            Expr positive = Expr.Apply(Function.Exp, a);
            return -Expr.Sum(Expr.Apply(Function.Log, Expr.Quotient(
                Expr.ColumnSums(Expr.Hadamard(y + 2 * Ones(y), positive)), Expr.ColumnSums(positive))));
        }),

        // min(|v|, ½): a robust loss with a flat part.
        new("clipped", (y, a) => Expr.Sum(Expr.Minimum(Expr.Apply(Function.Abs, y - a), 0.5 * Ones(a)))),

        // √(1 + ‖v‖²) of each sample, through a transpose.
        new("charbonnier", (y, a) =>
        {
            Expr squares = Expr.ColumnSums(Expr.Hadamard(y - a, y - a)).Transpose();
            return Expr.Sum(Expr.Apply(Function.Sqrt, Ones(squares) + squares));
        }),
    ];

    /// <summary>Losses that a derivation through v = y − a would get wrong: the output goes past v, or the difference has two names.</summary>
    private static readonly Loss[] odd =
    [
        new("norm-and-sum", (y, a) => Expr.SquaredNorm(Residual("v", y, a)) + Expr.Sum(a)),
        new("half-norm-and-norm", (y, a) => 0.5 * Expr.SquaredNorm(Residual("v", y, a)) + Expr.SquaredNorm(a)),
        new("two-differences", (y, a) => Expr.SquaredNorm(Residual("v", y, a)) + Expr.Sum(Expr.Apply(Function.Tanh, Residual("w", y, a)))),
        new("both-signs", (y, a) => Expr.SquaredNorm(Residual("v", y, a)) + Expr.Sum(Expr.Apply(Function.Softplus, Residual("w", a, y)))),
        new("another-norm", (y, a) => 0.5 * Expr.SquaredNorm(Expr.Hadamard(Residual("v", y, a), y))),
        new("named-twice", (y, a) => (0.5 * Expr.SquaredNorm(Residual("v", y, a))).As(new("L"))),
        new("name-in-name", (y, a) => Expr.SquaredNorm(Expr.Apply(Function.Tanh, Residual("v", y, a)).As(new("t"))) + Expr.Inner(y, y)),
        new("log-and-square", (y, a) => Expr.SquaredNorm(a) - Expr.Inner(y, Expr.Apply(Function.Log, a))),
        new("output-named-twice", (y, a) => Expr.SquaredNorm(y - a.As(new("p")))),
        new("nothing-left", (y, a) => Expr.Sum(a - a) + Expr.SquaredNorm(Residual("v", y, a))),
    ];

    public static TheoryData<string> OddNames => [.. odd.Concat(losses).Select(loss => loss.Name).Except(["hinge", "clipped"])];

    public static TheoryData<string> Names => [.. losses.Select(loss => loss.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_derived_and_agrees_with_finite_differences(string name)
    {
        foreach (Reduction reduction in new[] { Reduction.Mean, Reduction.Sum })
        {
            Model<double> model = NewModel<double>(name, reduction);
            LayeredNetwork network = model.Expression;
            Derivation derivation = network.Differentiate(byInput: true);
            Bindings values = Values(model);
            foreach (Expr variable in derivation.Variables)
            {
                Matrix judge = FiniteDifferences.Gradient(network.Cost, variable, values);
                Matrices.AssertClose(judge, Evaluator.Evaluate(derivation.GradientOf(variable), values), 1e-7, $"∂C/∂{variable.Describe()} of {name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_compiled_in_both_precisions(string name)
    {
        AssertCompiled<double>(name, 1e-12);
        AssertCompiled<float>(name, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_trained_with(string name)
    {
        Model<float> model = NewModel<float>(name, Reduction.Mean);
        Bindings values = Values(model);
        Samples samples = new(
            new NumberFeatures([.. values.ValueOf(model.Expression.Input)!.Elements], 3),
            new NumberTargets([.. values.ValueOf(model.Expression.Target)!.Elements], 2));
        Trainer<float> trainer = new(model, new("own", samples), new() { BatchSize = 2, Epochs = 60, LearningRate = 0.05 });
        EpochReport[] reports = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.True(reports[^1].Loss < reports[0].Loss - 0.001, $"{reports[0].Loss} → {reports[^1].Loss}");
    }

    [Theory]
    [MemberData(nameof(OddNames))]
    public void Has_a_textbook_form_whose_every_line_is_true(string name)
    {
        Loss loss = odd.Concat(losses).Single(loss => loss.Name == name);
        foreach (bool batch in new[] { false, true })
        {
            Network network = Network.Of([3, 4, 2], Activation.Named("tanh"), Activation.Sigmoid);
            Assert.True(Derivations.Lines.AssertTrue(network.Express(loss, batch: batch), seed: 23, assume: false) > 20);
        }
    }

    [Fact]
    public void That_names_its_residual_is_derived_through_it_only_where_nothing_goes_past_it()
    {
        Assert.Equal("v", FirstChain("named-twice"));
        Assert.Equal("a²", FirstChain("norm-and-sum"));
        Assert.Equal("a²", FirstChain("two-differences"));

        static string FirstChain(string name)
        {
            LayeredNetwork network = Network.Of([3, 4, 2], Activation.Sigmoid).Express(odd.Single(loss => loss.Name == name), batch: false);
            Calculus.Derivations.Step chain = TextbookDerivation.Of(network, network.Differentiate()).SelectMany(section => section.Steps).First(step => step.Label == "Eq B");
            return $"{Expr.Reachable(chain.Right).OfType<Jacobian>().Select(jacobian => ((Named)jacobian.Operands[0]).Name).Single()}";
        }
    }

    [Fact]
    public void That_does_not_depend_on_the_output_is_refused_with_a_sentence()
    {
        LayeredNetwork network = Network.Of([3, 2], Activation.Sigmoid).Express(new("constant", (y, a) => Expr.Sum(y)), batch: false);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => TextbookDerivation.Of(network, network.Differentiate()));
        Assert.Equal("the cost C does not depend on the output a¹ of the network, so there is nothing to derive", refused.Message);
    }

    [Fact]
    public void That_reaches_into_the_network_has_no_textbook_form()
    {
        LayeredNetwork network = Network.Of([3, 2], Activation.Sigmoid)
            .Express(new("decay", (y, a) => Expr.SquaredNorm(y - a) + Expr.SquaredNorm(Expr.Reachable(a).OfType<Symbol>().Single(symbol => $"{symbol.Name}" == "W¹"))), batch: false);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => TextbookDerivation.Of(network, network.Differentiate()));
        Assert.Contains("C depends on W¹ (2×3) itself", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_is_not_a_scalar_is_refused_by_its_name()
    {
        Loss wrong = new("no-sum", (y, a) => y - a);
        ShapeException refused = Assert.Throws<ShapeException>(() => Network.Of([3, 2], Activation.Sigmoid).Express(wrong));
        Assert.Contains("the loss no-sum must be a scalar", refused.Message, StringComparison.Ordinal);
    }

    private static Named Residual(string name, Expr x, Expr y) => (x - y).As(new(name));

    private static Ones Ones(Expr like) => like.Pool.Ones(like.Shape.Rows, like.Shape.Columns);

    private static Model<T> NewModel<T>(string name, Reduction reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(
            Network.Of([3, 4, 2], Activation.Named("tanh"), Activation.Identity), losses.Single(loss => loss.Name == name), reduction);
        model.Initialize(Initializer.Named("normal"), seed: 8);
        return model;
    }

    /// <summary>A batch of five whose outputs are away from the kinks of every loss above.</summary>
    private static Bindings Values<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Bindings values = new Bindings().Set(model.Expression.Batch, 5);
        foreach (Symbol parameter in model.Expression.Parameters)
        {
            values.Set(parameter, model.Parameters[parameter]);
        }

        SeededRandom random = new(12);
        while (true)
        {
            values.Set(model.Expression.Input, Matrix.From(3, 5, (_, _) => (float)random.NextNormal()));
            Matrix outputs = Evaluator.Evaluate(model.Expression.Output, values);
            Matrix targets = Matrix.From(2, 5, (_, _) => random.NextInt(2) * 2 - 1);
            double[] kinks =
            [
                .. outputs.Zip(targets, (a, y) => Math.Abs(1 - a * y)).Elements,
                .. outputs.Zip(targets, (a, y) => Math.Abs(Math.Abs(y - a) - 0.5)).Elements,
                .. outputs.Zip(targets, (a, y) => Math.Abs(y - a)).Elements,
            ];
            if (kinks.Min() > 0.02)
            {
                return values.Set(model.Expression.Target, targets);
            }
        }
    }

    private static void AssertCompiled<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = NewModel<T>(name, Reduction.Mean);
        Bindings values = Values(model);
        Derivation derivation = model.Expression.Differentiate(byInput: true);
        Expr[] wanted = [derivation.StableCost, model.Expression.Output, .. derivation.Gradients];
        Plan<T> plan = Plan<T>.Compile([model.Expression.Input, model.Expression.Target, .. wanted], [], model.Parameters, batch: 5);
        plan[model.Expression.Input] = values.ValueOf(model.Expression.Input)!;
        plan[model.Expression.Target] = values.ValueOf(model.Expression.Target)!;
        plan.Run();
        foreach ((Expr expression, Matrix expected) in wanted.Zip(Evaluator.EvaluateAll(wanted, values)))
        {
            Matrices.AssertClose(expected, plan[expression], tolerance, $"{expression.Describe()} of {name}");
        }
    }
}

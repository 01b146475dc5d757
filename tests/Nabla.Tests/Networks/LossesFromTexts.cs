using System.Numerics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Tests.Networks;

/// <summary>A loss that is read from a text is derived, compiled, trained with, saved and loaded like any other.</summary>
public class LossesFromTexts
{
    public static TheoryData<string> Texts =>
    [
        "sum((y-a).^4)/m",
        "norm2(y-a)",
        "norm2(y-a)^3/(m*n)",
        "sum(log(ones(n,m)+exp(-y.*z)))/m",
        "tr((y-a)'*(y-a))/(2*m)",
        "sum(abs(y-a).^1.5)/m",
        "sum((ones(n,m)+(y-a).^2).^0.5)-n",
        "sum(diagvec((y-a)*(y-a)'))/m",
        "norm2(diag(diagvec(a*a'))-y*y')/m",
        "sum((2+sin(norm2(a)))*(y-a).^2)/norm2(a)",
        "sum((a.^2+ones(n,m)).^(-1.3))+0.5*norm2(y-a)^2",
        "tr((a*y'+eye(n))^3)/m^2",
        "sum(exp(a))/sum(exp(2*a))+sum((sin(y-z)).^70)",
        "sum(((a-y).^2+ones(n,m)).^(-2))-sum(a.^0)/m^(-1)",
        "dot(softmax(z),y)^2/norm1(a)",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Have_the_gradients_that_finite_differences_find_and_plans_that_agree_with_the_evaluator(string text)
    {
        AssertCompiled<double>(text, 1e-10);
        AssertCompiled<float>(text, 2e-4);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Are_found_again_in_a_model_file(string text)
    {
        using TemporaryFolder folder = new();
        Model<float> model = NewModel<float>(text);
        ModelFile.Save(Path.Combine(folder.Path, "own.safetensors"), model, new(model.Network, model.Loss.Name));
        (ModelDescription description, Model<float> loaded) = ModelFile.Load<float>(Path.Combine(folder.Path, "own.safetensors"));
        Assert.Equal(text, description.Loss);
        Samples samples = SamplesOf(Values(model), model);
        Assert.Equal(model.MeanLoss(samples), loaded.MeanLoss(samples));
    }

    [Fact]
    public void Say_themselves_what_is_divided_by_the_number_of_samples()
    {
        Model<double> model = NewModel<double>("0.5*sum((y-a).^2)/m");
        Model<double> same = new(model.Network, Loss.SquaredError);
        same.Initialize(Initializer.Named("normal"), seed: 8);
        Bindings values = Values(model);
        Assert.Equal(same.MeanLoss(SamplesOf(values, model)), model.MeanLoss(SamplesOf(values, model)), 1e-12);
    }

    [Fact]
    public void Are_learned_from()
    {
        Model<float> model = NewModel<float>("sum((y-a).^4)/m");
        Samples samples = SamplesOf(Values(model), model);
        Trainer<float> trainer = new(model, new("own", samples), new() { BatchSize = 2, Epochs = 60, LearningRate = 0.002 });
        double[] losses = [.. trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Select(epoch => epoch.Loss)];
        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} to {losses[^1]}");
    }

    [Theory]
    [InlineData("(y-a).^2", "a loss is a scalar, but this is n×m", 0)]
    [InlineData("sum(y)", "a loss depends on the outputs a or on the last pre-activations z, but this does not", 0)]
    [InlineData("sum(y-b)/m", "unknown name 'b'", 6)]
    [InlineData("sum((y-a)", "this bracket is never closed", 3)]
    [InlineData("sum(y*a)/m", "the product does not fit", 4)]
    public void That_are_none_are_refused_with_the_place(string text, string said, int place)
    {
        LanguageException refused = Assert.Throws<LanguageException>(() => Loss.Parse(text));
        Assert.StartsWith(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal(place, refused.Span.Start);
        Assert.Equal(3, refused.Message.Split('\n').Length);
    }

    [Theory]
    [InlineData("det(a*y'+eye(n))", "the operation det cannot be compiled")]
    [InlineData("max(y-a)", "the operation max over all elements cannot be compiled")]
    [InlineData("sum(inv(a*a'+eye(n)))", "the operation inv cannot be compiled")]
    [InlineData("sum(abs(a).^norm2(y))", "the operation .^ whose exponent is not a constant cannot be compiled")]
    [InlineData("norm2(vec(a))", "the operation vec cannot be compiled")]
    public void With_an_operation_that_has_no_instructions_are_refused_by_its_name(string text, string said)
    {
        Model<float> model = NewModel<float>(text);
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => model.MeanLoss(SamplesOf(Values(model), model)));
        Assert.StartsWith(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_told_from_names()
    {
        Assert.Same(Loss.Huber, Loss.NamedOrParsed("huber"));
        Assert.Equal("sum((y-a).^2)", Loss.NamedOrParsed("sum((y-a).^2)").Name);
        Assert.Equal("sum( (y-a).^2 )", Loss.NamedOrParsed(" sum(  (y-a).^2\n)").Name);
        Assert.Contains("did you mean 'huber'?", Assert.Throws<ArgumentException>(() => Loss.NamedOrParsed("hubert")).Message, StringComparison.Ordinal);
        Assert.StartsWith("a loss is a scalar", Assert.Throws<LanguageException>(() => Loss.NamedOrParsed("y-a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Written_in_the_pre_activations_need_them()
    {
        ExprPool pool = new();
        Symbol y = pool.Symbol(new("y"), new(Dim.Of("n"), Dim.Of("m")));
        Assert.Contains("pre-activations z", Assert.Throws<ArgumentException>(() => Loss.Parse("sum(y.*z)").Of(y, y)).Message, StringComparison.Ordinal);
    }

    private static void AssertCompiled<T>(string text, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = NewModel<T>(text);
        Bindings values = Values(model);
        Derivation derivation = model.Expression.Differentiate(byInput: true);
        Expr[] wanted = [derivation.StableCost, model.Expression.Output, .. derivation.Gradients];
        Plan<T> plan = Plan<T>.Compile([model.Expression.Input, model.Expression.Target, .. wanted], [], model.Parameters, batch: 5);
        plan[model.Expression.Input] = values.ValueOf(model.Expression.Input)!;
        plan[model.Expression.Target] = values.ValueOf(model.Expression.Target)!;
        plan.Run();
        foreach ((Expr expression, Matrix expected) in wanted.Zip(Evaluator.EvaluateAll(wanted, values)))
        {
            Matrices.AssertClose(expected, plan[expression], tolerance, $"{expression.Describe()} of {text}");
        }

        foreach (Expr variable in derivation.Variables)
        {
            Matrix judge = FiniteDifferences.Gradient(model.Expression.Cost, variable, values);
            Matrices.AssertClose(judge, Evaluator.Evaluate(derivation.GradientOf(variable), values), 1e-6, $"∂C/∂{variable.Describe()} of {text}");
        }
    }

    private static Model<T> NewModel<T>(string text)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = new(Network.Of([3, 4, 2], Activation.Named("tanh"), Activation.Identity), Loss.Parse(text));
        model.Initialize(Initializer.Named("normal"), seed: 8);
        return model;
    }

    private static Samples SamplesOf<T>(Bindings values, Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        new NumberFeatures([.. values.ValueOf(model.Expression.Input)!.Elements], 3),
        new NumberTargets([.. values.ValueOf(model.Expression.Target)!.Elements], 2));

    private static Bindings Values<T>(Model<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayeredNetwork network = model.Expression;
        Bindings values = new Bindings().Set(network.Batch, 5);
        foreach (Symbol parameter in network.Parameters)
        {
            values.Set(parameter, model.Parameters[parameter]);
        }

        SeededRandom random = new(12);
        values.Set(network.Input, Matrix.From(3, 5, (_, _) => (float)random.NextNormal()));
        return values.Set(network.Target, Matrix.From(2, 5, (_, _) => (float)(2 * random.NextNormal())));
    }
}

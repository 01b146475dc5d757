using Nabla.Models;
using Nabla.Tests;
using Nabla.Tests.Data;

namespace Nabla.Cli.Tests;

/// <summary>The options of learning: optimizers, losses, penalties, schedules, early stopping.</summary>
public class LearningTests
{
    [Theory]
    [InlineData("--optimizer adam", "adam", "0.001", "beta1 0.9")]
    [InlineData("--optimizer adam --beta1 0.8 --epsilon 1e-6 --learning-rate 0.02", "adam (beta1 0.8, epsilon 1E-06)", "0.02", "epsilon 1E-06")]
    [InlineData("--optimizer sgd --momentum 0.9", "sgd (momentum 0.9)", "0.5", "momentum 0.9")]
    [InlineData("--weight-decay 0.01", "sgd (weight-decay 0.01)", "0.5", "weight_decay 0.01")]
    [InlineData("--optimizer rmsprop --centered --alpha 0.9", "rmsprop (alpha 0.9, centered)", "0.01", "centered 1")]
    [InlineData("--optimizer adagrad --learning-rate-decay 0.1", "adagrad (learning-rate-decay 0.1)", "0.01", "learning_rate_decay 0.1")]
    public async Task The_settings_of_an_optimizer_are_options_and_stand_in_the_model_file(string options, string shown, string rate, string kept)
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "model.safetensors");
        Run run = await CommandLine.RunAsync(["train", "xor", "--epochs", "2", "--out", file, .. options.Split(' ')]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains($"Training  {shown}, learning rate {rate}, ", run.Error, StringComparison.Ordinal);
        (ModelDescription description, _) = ModelFile.Read(file);
        Assert.Equal(kept.Split(' ')[1], description.Training[kept.Split(' ')[0]]);
    }

    [Theory]
    [InlineData("train xor --optimizer sgd --beta1 0.9", "--beta1 is no setting of sgd; adam, adamw have it")]
    [InlineData("train xor --alpha 0.9", "--alpha is no setting of sgd; rmsprop has it")]
    [InlineData("train xor --optimizer adam --beta2 1", "--beta2 takes a number from 0 to below 1, but '1' is given")]
    [InlineData("train xor --weight-decay x", "--weight-decay takes a number of at least 0, but 'x' is given")]
    [InlineData("train xor --optimizer adm", "unknown optimizer 'adm'; did you mean 'adam'? Known: adagrad, adam, adamw, momentum, nesterov, rmsprop, sgd")]
    [InlineData("derive", "nothing is given to derive; nabla derive takes a network such as 3-4-2, an expression such as \"x'*A*x\", or --optimizer NAME")]
    [InlineData("derive 3-4-2 --optimizer adam", "--optimizer shows an update rule by itself; a network or an expression is derived without it")]
    [InlineData("derive --optimizer adam --batch", "--batch belongs to a network or an expression, but an optimizer is given")]
    public async Task What_does_not_go_together_is_refused(string line, string sentence) =>
        Assert.Equal(sentence, (await CommandLine.RunAsync(line.Split(' '))).Refused(ExitCode.Usage));

    [Fact]
    public async Task The_equations_of_an_optimizer_are_shown_in_every_format()
    {
        Run ascii = await CommandLine.RunAsync("derive", "--optimizer", "adam", "--format", "ascii");
        Assert.Equal(
            "m1 = beta1*m0+(1-beta1)*G\nv1 = beta2*v0+(1-beta2)*(G.*G)\nW = W-eta./(1-beta1^t)*(m1./(1./sqrt(1-beta2^t)*sqrt(v1)+epsilon*ones(n,k)))\nm0 = m1\nv0 = v1\n", ascii.Output);
        foreach ((string format, string piece) in new[]
        {
            ("text", "m₁ = β₁ m₀ + (1 − β₁) G"), ("latex", @"m_{1} = \beta_{1} m_{0} + (1 - \beta_{1}) G"), ("json", "\"left\":\"m₁\",\"right\":\"β₁ m₀ + (1 − β₁) G\""),
            ("markdown", "$$m_{1} = "), ("mathml", "<msub><mi>m</mi><mn>1</mn></msub>"),
        })
        {
            Run run = await CommandLine.RunAsync("derive", "--optimizer", "adam", "--format", format);
            Assert.Equal(ExitCode.Done, run.Code);
            Assert.Contains(piece, run.Output, StringComparison.Ordinal);
        }
    }
}

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
    [InlineData("train xor --optimizer lbfgs --momentum 0.9", "--momentum is no setting of lbfgs; momentum, nesterov, rmsprop, sgd have it")]
    [InlineData("train xor --optimizer lbfgs --memory 2.5", "--memory takes a whole number from 1, but 2.5 is given")]
    [InlineData("train xor --optimizer lbfgs --learning-rate 1", "--learning-rate does not go with lbfgs, which finds the length of its steps itself")]
    [InlineData("train xor --optimizer lbfgs --batch-size 2", "L-BFGS takes all 4 samples at once, but the batch size is 2")]
    [InlineData("train xor --memory 5", "--memory is no setting of sgd; lbfgs has it")]
    [InlineData("derive --optimizer lbfgs", "unknown optimizer 'lbfgs'; Known: adagrad, adam, adamw, momentum, nesterov, rmsprop, sgd")]
    [InlineData("train xor --schedule cosinus", "unknown schedule 'cosinus'; did you mean 'cosine'? Known: constant, cosine, exponential, plateau, step, warm-up")]
    [InlineData("train xor --schedule-factor 0.5", "--schedule-factor is no setting of constant; exponential, plateau, step have it")]
    [InlineData("train xor --schedule warm-up --warm-up 2", "the schedule warm-up is a warm-up already; its schedule-epochs says how long")]
    [InlineData("train xor --warm-up 0", "--warm-up takes a positive number, but '0' is given")]
    [InlineData("train xor --schedule cosine --schedule-least 1", "--schedule-least takes a number from 0 to below 1, but '1' is given")]
    [InlineData("train xor --patience 3", "--patience needs samples to choose with, but xor has none set aside; --validation 0.1 sets a tenth of those to train with aside")]
    [InlineData("train xor --validation 1", "--validation takes a number between 0 and 1, but '1' is given")]
    [InlineData("train xor --dropout 1", "--dropout takes a number between 0 and 1, but '1' is given")]
    [InlineData("train xor --l1 -1", "--l1 takes a positive number, but '-1' is given")]
    [InlineData("train xor --class-weights balanced", "--class-weights belong to classes, but the targets of xor are numbers")]
    [InlineData("train digits --class-weights 1,2", "--class-weights gives 2 numbers, but digits has 10 classes")]
    [InlineData("train digits --class-weights 1,x", "--class-weights takes 'balanced' or a number of at least 0 for each class, such as 1,2.5, but '1,x' is given")]
    [InlineData("train xor --label-smoothing 0.1", "label smoothing goes with cross-entropy, but the loss is binary-cross-entropy")]
    [InlineData("derive", "nothing is given to derive; nabla derive takes a network such as 3-4-2, an expression such as \"x'*A*x\", or --optimizer NAME")]
    [InlineData("derive 3-4-2 --optimizer adam", "--optimizer shows an update rule by itself; a network or an expression is derived without it")]
    [InlineData("derive --optimizer adam --batch", "--batch belongs to a network or an expression, but an optimizer is given")]
    public async Task What_does_not_go_together_is_refused(string line, string sentence) =>
        Assert.Equal(sentence, (await CommandLine.RunAsync(line.Split(' '))).Refused(ExitCode.Usage));

    [Fact]
    public async Task Everything_that_was_asked_for_is_announced_and_stands_in_the_model_file()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "model.safetensors");
        const string Options = "--layers 12 --epochs 2 --optimizer adam --schedule cosine --schedule-least 0.1 --warm-up 0.5 --l1 1e-5 --l2 0.001 --dropout 0.2 --label-smoothing 0.1 "
            + "--class-weights balanced --clip-norm 1 --clip-value 0.5 --validation 0.1 --patience 5";
        Run run = await CommandLine.RunAsync(["train", "digits", "--out", file, .. Options.Split(' ')]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.StartsWith("Data      digits: 9,000 samples to train, 1,000 to validate, 2,000 to test\n", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Learning  schedule cosine (schedule-least 0.1) after a warm-up of 0.5 epochs, l1 1E-05, l2 0.001, dropout 0.2, label smoothing 0.1, clip norm 1, clip value 0.5, validation 0.1, patience 5, class weights ",
            run.Error, StringComparison.Ordinal);
        Assert.Contains("; epoch 2 of 2 was best, its weights are kept\n", run.Output, StringComparison.Ordinal);
        (ModelDescription description, _) = ModelFile.Read(file);
        Assert.Equal("cosine", description.Training["schedule"]);
        Assert.Equal("0.1", description.Training["schedule_least"]);
        Assert.Equal("0.5", description.Training["warm_up"]);
        Assert.Equal("0.2", description.Training["dropout"]);
        Assert.Equal(10, description.Training["class_weights"].Split(',').Length);
        Assert.Equal("cross-entropy", description.Loss);
    }

    [Fact]
    public async Task A_small_problem_is_learned_by_lbfgs_until_nothing_is_left_to_gain()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "model.safetensors");
        Run run = await CommandLine.RunAsync("train", "xor", "--optimizer", "lbfgs", "--memory", "6", "--l2", "0.001", "--precision", "double", "--json", "--out", file);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("Training  lbfgs (memory 6), batches of 4, ", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Objects[^1].GetProperty("epochs").GetInt32(), 5, 300);
        Assert.InRange(run.Objects[^1].GetProperty("loss").GetDouble(), 0, 0.1);
        (ModelDescription description, _) = ModelFile.Read(file);
        Assert.Equal("lbfgs", description.Training["optimizer"]);
        Assert.Equal("6", description.Training["memory"]);
        Assert.DoesNotContain("learning_rate", description.Training.Keys);
    }

    [Fact]
    public async Task Early_stopping_ends_the_events_and_keeps_the_best_epoch()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "model.safetensors");
        Run run = await CommandLine.RunAsync(
            "train", "digits", "--layers", "40", "--epochs", "60", "--validation", "0.9", "--patience", "2", "--optimizer", "adam", "--learning-rate", "0.02", "--json", "--out", file);
        Assert.Equal(ExitCode.Done, run.Code);
        double[] losses = [.. run.Objects.SkipLast(1).Select(epoch => epoch.GetProperty("validation_loss").GetDouble())];
        int best = losses.Index().MinBy(entry => entry.Item).Index;
        Assert.Equal(best + 3, losses.Length);
        Assert.InRange(losses.Length, 3, 59);
        System.Text.Json.JsonElement done = run.Objects[^1];
        Assert.Equal(best + 1, done.GetProperty("restored_epoch").GetInt32());
        Assert.Equal(losses[best], done.GetProperty("validation_loss").GetDouble());
        Assert.Equal(run.Objects[best].GetProperty("test_accuracy").GetDouble(), done.GetProperty("test_accuracy").GetDouble());
        Assert.InRange(run.Objects[best].GetProperty("validation_accuracy").GetDouble(), 0.5, 1);

        // The file has the weights of that epoch.
        Run evaluated = await CommandLine.RunAsync("evaluate", file, "digits", "--json");
        Assert.Equal(done.GetProperty("test_accuracy").GetDouble(), evaluated.Objects[0].GetProperty("accuracy").GetDouble());
    }

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

using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Training in one call, and what it says of its end.</summary>
public class AModelIsFitted
{
    private static readonly Lazy<Dataset> digits = new(() => Digits.Generate(0, 300, 50, CancellationToken.None));

    [Fact]
    public void To_the_end_it_is_what_the_trainer_does()
    {
        Model<float> once = New();
        TrainingResult result = once.Fit(digits.Value, new() { Epochs = 3 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(StopReason.Finished, result.Reason);
        Model<float> stepwise = New();
        EpochReport[] reports = [.. new Trainer<float>(stepwise, digits.Value, new() { Epochs = 3 }).Run(cancellationToken: TestContext.Current.CancellationToken)];
        Assert.Equal(reports.Select(report => (report.Epoch, report.Loss, report.TestAccuracy)), result.Curves.Select(report => (report.Epoch, report.Loss, report.TestAccuracy)));
        Assert.Equal(result.Curves[^1], result.Final);
        Assert.Null(result.RestoredEpoch);
        Assert.True(result.Seconds > 0);
    }

    [Fact]
    public void Early_stopping_is_a_reason_and_the_best_epoch_is_the_final_one()
    {
        Model<float> model = New();
        TrainingResult result = model.Fit(
            digits.Value.WithValidation(0.2, seed: 1), new() { LearningRate = 1, Epochs = 500, Patience = 2 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(StopReason.EarlyStopping, result.Reason);
        Assert.Equal(result.Curves.MinBy(report => report.ValidationLoss), result.Final);
        Assert.Equal(result.Final!.TestAccuracy, model.Evaluate(digits.Value.Test!).Accuracy);
    }

    [Fact]
    public void A_stop_keeps_what_was_learned()
    {
        using CancellationTokenSource stop = new();
        Model<float> model = New();
        List<int> heard = [];
        TrainingResult result = model.Fit(digits.Value, new() { Epochs = 1000 }, new Listener(progress =>
        {
            heard.Add(progress.Epoch);
            if (progress is { Epoch: 3, Samples: 300 })
            {
                stop.Cancel();
            }
        }), stop.Token);
        Assert.Equal(StopReason.Cancelled, result.Reason);
        Assert.Equal(3, result.Curves.Count);
        Assert.Equal([1, 2, 3], heard.Distinct());
        Assert.Null(result.Final);
        Model<float> three = New();
        three.Fit(digits.Value, new() { Epochs = 3 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(three.Parameters[three.Expression.Parameters[0]].Elements.ToArray(), model.Parameters[model.Expression.Parameters[0]].Elements.ToArray());
    }

    private static Model<float> New()
    {
        Model<float> model = new(Network.Of([784, 8, 10], Activation.Sigmoid), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 3);
        return model;
    }

    private sealed class Listener(Action<TrainingProgress> hear) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => hear(value);
    }
}

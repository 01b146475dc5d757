using System.Collections.Concurrent;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Predictions and losses of one model, asked once, again and at once.</summary>
public class ModelsAreAsked
{
    [Fact]
    public async Task Many_threads_at_once_get_the_answers_that_one_gets()
    {
        Model<float> model = NewModel();

        // Of one size and of several: a plan is shared by none, and what is compiled meanwhile disturbs nobody.
        Samples[] data = [.. new[] { 300, 300, 300, 300, 17, 256, 31, 1 }.Select((count, i) => Numbers(count, (ulong)i))];
        string[] expected = [.. data.Select(samples => Answer(NewModel(), samples))];
        ConcurrentBag<string> wrong = [];
        using Barrier start = new(data.Length);
        await Task.WhenAll(data.Select((samples, i) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                for (int round = 0; round < 30; round++)
                {
                    string answer = Answer(model, samples);
                    if (answer != expected[i])
                    {
                        wrong.Add($"thread {i}, round {round}: {answer} instead of {expected[i]}");
                    }
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_prediction_may_be_asked_while_another_is_received()
    {
        Model<float> model = NewModel();
        Samples samples = Numbers(3, 1);
        List<float> outer = [];
        List<float> alone = [];
        NewModel().Predict(samples, (_, output) => alone.Add(output[0]));
        model.Predict(samples, (_, output) =>
        {
            model.Predict(Numbers(3, 2), (_, _) => { });
            outer.Add(output[0]);
        });
        Assert.Equal(alone, outer);
    }

    [Fact]
    public void Only_the_samples_that_are_wanted_are_computed()
    {
        Model<float> model = NewModel(Networks.Watched.Activation);
        Samples samples = Numbers(300, 1);
        int Computed(int count)
        {
            int computed = 0;
            List<int> received = [];
            Networks.Watched.During(() => model.Predict(samples, (sample, _) => received.Add(sample), count), () => computed++);
            Assert.Equal(Enumerable.Range(0, Math.Min(count, 300)), received);
            return computed;
        }

        int all = Computed(int.MaxValue);
        Assert.Equal(all, Computed(300));
        Assert.InRange(Computed(5), 1, all / 10);
        Assert.Equal(0, Computed(0));
    }

    [Fact]
    public void A_loss_that_is_asked_for_again_is_not_compiled_again()
    {
        Model<float> model = NewModel();
        Samples samples = Numbers(300, 1);
        double loss = model.MeanLoss(samples);
        Assert.InRange(Allocations.Least(() => Assert.Equal(loss, model.MeanLoss(samples))), 0, 20_000);
    }

    private static string Answer(Model<float> model, Samples samples)
    {
        double sum = 0;
        model.Predict(samples, (sample, output) => sum += (sample + 1) * (output[0] + 2.0 * output[1]));
        return $"{sum:R} {model.MeanLoss(samples):R}";
    }

    private static Model<float> NewModel(Activation? activation = null)
    {
        Model<float> model = new(Network.Of([8, 40, 40, 2], activation ?? Activation.Named("tanh")), Loss.MeanSquaredError);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        return model;
    }

    private static Samples Numbers(int count, ulong seed)
    {
        SeededRandom random = new(seed);
        return new(
            new NumberFeatures([.. Enumerable.Range(0, count * 8).Select(_ => random.NextNormal())], 8),
            new NumberTargets([.. Enumerable.Range(0, count * 2).Select(_ => random.NextDouble())], 2));
    }
}

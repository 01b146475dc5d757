using System.Collections.Concurrent;
using System.Diagnostics;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Tests.Data;
using Nabla.Tests.Training;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>A predictor gives the model's answers, to any number of threads, and allocates nothing.</summary>
[Collection(nameof(Undisturbed))]
public sealed class OnePredictorServesAll : IDisposable
{
    private const int SamplesAsked = 301;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(129)]
    [InlineData(SamplesAsked)]
    public void The_answers_are_those_of_the_model(int samples)
    {
        Model<float> model = NewModel();
        Predictor predictor = Predictor.Of(model);
        float[] inputs = Numbers(samples * 31);
        float[] outputs = new float[samples * 7];
        predictor.Predict(inputs, outputs);
        AssertSame(Expected(model, inputs), outputs);
        for (int j = 0; j < samples; j++)
        {
            Assert.Equal(Model<float>.ArgMax(outputs.AsSpan(j * 7, 7)), predictor.PredictClass(inputs.AsSpan(j * 31, 31)));
        }
    }

    [Fact]
    public void A_sample_has_the_same_answer_to_the_last_bit_alone_and_among_others()
    {
        Predictor predictor = Predictor.Of(NewModel());
        float[] inputs = Numbers(SamplesAsked * 31);
        float[] together = new float[SamplesAsked * 7];
        predictor.Predict(inputs, together);
        float[] alone = new float[7];
        for (int j = 0; j < SamplesAsked; j++)
        {
            predictor.Predict(inputs.AsSpan(j * 31, 31), alone);
            Assert.Equal(together[(j * 7)..(j * 7 + 7)], alone);
        }
    }

    [Fact]
    public void Training_on_does_not_change_a_predictor()
    {
        Model<float> model = NewModel();
        Predictor predictor = Predictor.Of(model);
        float[] inputs = Numbers(31);
        float[] before = new float[7];
        predictor.Predict(inputs, before);
        model.Initialize(Initializer.Named("glorot"), seed: 99);
        float[] after = new float[7];
        predictor.Predict(inputs, after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_file_gives_the_same_answers_to_inputs_before_their_division()
    {
        Model<float> model = NewModel();
        string path = folder.File("model.safetensors");
        ModelFile.Save(path, model, new(model.Network, model.Loss.Name) { Preprocessing = new() { InputDivisor = 255 }, Classes = [.. "abcdefg".Select(c => $"{c}")] });
        Predictor predictor = Predictor.Load(path, concurrency: 1);
        float[] pixels = [.. Enumerable.Range(0, 31).Select(i => (float)(i * 8))];
        float[] outputs = new float[7];
        predictor.Predict(pixels, outputs);
        AssertSame(Expected(model, [.. pixels.Select(pixel => pixel / 255)]), outputs);
        Assert.Equal("abcdefg", string.Concat(predictor.Classes));
        Assert.Equal(1, predictor.Concurrency);
    }

    [Fact]
    public void A_double_model_is_rounded()
    {
        Model<double> model = new(Network.Of([31, 17, 7], Activation.Named("gelu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        float[] outputs = new float[7];
        Predictor.Of(model).Predict(Numbers(31), outputs);
        AssertSame(Expected(NewModel(), Numbers(31)), outputs);
    }

    [Fact]
    public void One_output_of_sigmoid_has_two_classes_and_one_number_has_none()
    {
        Model<float> model = new(Network.Of([2, 1], Activation.Sigmoid), Loss.BinaryCrossEntropy);
        model.Parameters[model.Expression.Layers[0].Weights] = Calculus.Verification.Matrix.From(1, 2, (_, j) => j == 0 ? 1 : -1);
        Predictor predictor = Predictor.Of(model);
        Assert.Equal(1, predictor.PredictClass([2, 1]));
        Assert.Equal(0, predictor.PredictClass([1, 2]));
        Model<float> number = new(Network.Of([2, 1], Activation.Identity), Loss.SquaredError);
        InvalidOperationException none = Assert.Throws<InvalidOperationException>(() => Predictor.Of(number).PredictClass([1, 2]));
        Assert.Equal("the network 2-1 has one output, a number; classes need two outputs, or one of sigmoid", none.Message);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Model<float> model = NewModel();
        Predictor predictor = Predictor.Of(model);
        Assert.StartsWith("a sample has 31 inputs, but 32 numbers are no whole number of samples", Refused(() => predictor.Predict(new float[32], new float[7])));
        Assert.StartsWith("2 samples have 14 outputs, but there is room for 7", Refused(() => predictor.Predict(new float[62], new float[7])));
        Assert.StartsWith("a sample has 31 inputs, but 62 are given", Refused(() => predictor.PredictClass(new float[62])));
        Assert.StartsWith("a predictor serves at least 1 caller at once, but 0 is given", Refused(() => Predictor.Of(model, concurrency: 0)));
        ModelDescription other = new(Network.Of([3, 1], Activation.Sigmoid), "squared-error");
        Assert.StartsWith("the description is of 3-1, but the model is 31-17-7", Refused(() => Predictor.Of(model, other)));
        predictor.Predict([], []);
    }

    [Fact]
    public void A_hundred_threads_get_right_answers_and_allocate_nothing() => AssertServesHundred(seconds: 2);

    [Fact]
    [Trait("Category", "Slow")]
    public void A_hundred_threads_do_so_for_ten_seconds() => AssertServesHundred(seconds: 10);

    private static void AssertServesHundred(int seconds)
    {
        Model<float> model = NewModel();
        Predictor predictor = Predictor.Of(model);
        float[] inputs = Numbers(SamplesAsked * 31);
        float[] expected = new float[SamplesAsked * 7];
        predictor.Predict(inputs, expected);
        AssertSame(Expected(model, inputs), expected);
        ConcurrentBag<string> wrong = [];
        long calls = 0;
        using Barrier start = new(100);
        Thread[] threads = [.. Enumerable.Range(0, 100).Select(number => new Thread(() => Ask(number)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(wrong);
        Assert.True(calls > 100_000, $"only {calls} calls were made");

        void Ask(int number)
        {
            float[] outputs = new float[3 * 7];
            start.SignalAndWait();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long own = 0;
            bool right = true;
            for (long began = Stopwatch.GetTimestamp(); right && Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; own++)
            {
                int sample = (int)((number * 37 + own) % (SamplesAsked - 2));
                int count = own % 2 == 0 ? 1 : 3;
                predictor.Predict(inputs.AsSpan(sample * 31, count * 31), outputs.AsSpan(0, count * 7));
                right = outputs.AsSpan(0, count * 7).SequenceEqual(expected.AsSpan(sample * 7, count * 7));
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Interlocked.Add(ref calls, own);
            if (!right || allocated != 0)
            {
                wrong.Add($"thread {number}: {(right ? "right" : "wrong")} answers, {allocated} bytes");
            }
        }
    }

    /// <summary>Beside a plan of one's own that is asked in the same way. A factor, because the machine may do other things meanwhile.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    public unsafe void A_predictor_takes_no_longer_than_a_plan(int batch)
    {
        Model<float> model = new(Network.Of([784, 100, 10], Activation.Named("relu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("he"), seed: 1);
        Predictor predictor = Predictor.Of(model);
        Plan<float> plan = model.CompileInference(batch);
        (Slot<float> input, Slot<float> output) = (plan.SlotOf(model.Expression.Input), plan.SlotOf(model.Expression.Output));
        float[] inputs = Numbers(batch * 784);
        float[] outputs = new float[batch * 10];
        (double own, double planned) = (double.MaxValue, double.MaxValue);
        for (int round = 0; round < 20; round++)
        {
            own = Math.Min(own, Seconds(() => predictor.Predict(inputs, outputs)));
            planned = Math.Min(planned, Seconds(() =>
            {
                for (int j = 0; j < batch; j++)
                {
                    inputs.AsSpan(j * 784, 784).CopyTo(new(input.Pointer + (long)j * input.LeadingDimension, 784));
                }

                plan.Run();
                for (int j = 0; j < batch; j++)
                {
                    new Span<float>(output.Pointer + (long)j * output.LeadingDimension, 10).CopyTo(outputs.AsSpan(j * 10));
                }
            }));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"batch {batch}: predictor {own * 1e6:0.00} µs, plan {planned * 1e6:0.00} µs");
        Assert.True(own < 1.5 * planned, $"the predictor takes {own * 1e6:0.00} µs, a plan {planned * 1e6:0.00} µs");

        double Seconds(Action action)
        {
            int times = 2000 / batch;
            long began = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++)
            {
                action();
            }

            return Stopwatch.GetElapsedTime(began).TotalSeconds / times;
        }
    }

    private static string Refused(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    private static void AssertSame(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    private static float[] Expected(Model<float> model, float[] inputs)
    {
        Samples samples = new(new NumberFeatures([.. inputs.Select(x => (double)x)], 31), new NumberTargets([.. new double[inputs.Length / 31 * 7]], 7));
        List<float> outputs = [];
        model.Predict(samples, (_, output) => outputs.AddRange(output));
        return [.. outputs];
    }

    private static float[] Numbers(int count)
    {
        SeededRandom random = new(5, stream: 3);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble(-1, 1))];
    }

    private static Model<float> NewModel()
    {
        Model<float> model = new(Network.Of([31, 17, 7], Activation.Named("gelu"), Activation.Softmax), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), seed: 1);
        return model;
    }
}

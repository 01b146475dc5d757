using Nabla;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Onnx;
using Nabla.Training;

// A table of one's own: a point is inside the circle or outside.
SeededRandom random = new(1);
double[] points = [.. Enumerable.Range(0, 2 * 1000).Select(_ => random.NextDouble(-1, 1))];
int[] inside = [.. Enumerable.Range(0, 1000).Select(i => points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1] < 0.6 ? 1 : 0)];
Samples samples = new(new NumberFeatures([.. points], 2), new ClassTargets([.. inside], 2));
Model<float> model = new(Network.Of([2, 16, 2], Activation.Named("tanh"), Activation.Softmax), Loss.CrossEntropy);
model.Initialize(Initializer.Named("glorot"), seed: 1);
Trainer<float> trainer = new(model, new("circle", samples, classes: ["outside", "inside"]), new() { LearningRate = 0.5, BatchSize = 20, Epochs = 60 });
foreach (EpochReport epoch in trainer.Run())
{
    if (epoch.Epoch % 20 == 0)
    {
        Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Loss:0.000}");
    }
}

// One predictor for a whole program, whatever threads ask it; and a file for other programs.
ModelDescription description = new(model.Network, model.Loss.Name) { Classes = ["outside", "inside"] };
Predictor predictor = Predictor.Of(model, description);
Console.WriteLine($"(0, 0) is {predictor.Classes[predictor.PredictClass([0, 0])]}, (0.9, 0.9) is {predictor.Classes[predictor.PredictClass([0.9f, 0.9f])]}");
OnnxFile.Save("circle.onnx", model, description);
Console.WriteLine($"circle.onnx: {OnnxFile.Load("circle.onnx").Model.Network}");

using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

// Numbers of one's own, a row for each sample: what a times b is, to be found out from a thousand examples.
Random random = new(1);
double[,] inputs = new double[1000, 2];
double[,] targets = new double[1000, 1];
for (int i = 0; i < 1000; i++)
{
    (inputs[i, 0], inputs[i, 1]) = (2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);
    targets[i, 0] = inputs[i, 0] * inputs[i, 1];
}

Dataset data = new Dataset("products", Samples.OfNumbers(inputs, targets)).WithValidation(0.1, seed: 1);
Model<float> model = new(Network.Of([2, 32, 1], Activation.Named("tanh"), Activation.Identity), Loss.MeanSquaredError);
model.Initialize(Initializer.Named("glorot"), seed: 1);
TrainingResult result = model.Fit(data, new() { Optimizer = Optimizer.Adam, LearningRate = 0.01, Epochs = 300, Patience = 30 });
Console.WriteLine($"{result.Reason} after {result.Curves.Count} epochs, validation loss {result.Final!.ValidationLoss:0.0e0}");

// One for the whole program: any number of threads may ask it at once.
Predictor predictor = Predictor.Of(model);
float[] answer = new float[1];
predictor.Predict([0.5f, -0.4f], answer);
Console.WriteLine($"0.5 times -0.4 is about {answer[0]:F1}");

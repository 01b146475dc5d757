using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Training;

Dataset digits = Digits.Generate(seed: 1);
Network network = Network.Of([784, 100, 10], Activation.Named("relu"), Activation.Softmax);
Model<float> model = new(network, Loss.CrossEntropy);
model.Initialize(Initializer.Named("he"), seed: 1);
TrainingResult result = model.Fit(digits, new() { LearningRate = 0.1, BatchSize = 10, Epochs = 5 });
foreach (EpochReport epoch in result.Curves)
{
    Console.WriteLine($"epoch {epoch.Epoch}: {epoch.TestAccuracy:P1} of the test digits");
}

ModelFile.Save("digits.safetensors", model, new(network, Loss.CrossEntropy.Name) { Preprocessing = digits.Preprocessing, Classes = digits.Classes });

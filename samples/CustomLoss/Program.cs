using CustomLoss;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

// A network, a loss of one's own (LogCosh.cs), and data.
Network network = Network.Of([2, 8, 1], Activation.Sigmoid);
Dataset data = await Datasets.LoadAsync("xor");

// The gradient is derived, not written: this prints how the loss enters the backward pass.
LayeredNetwork symbols = network.Express(LogCosh.Loss, batch: false);
Derivation derivation = symbols.Differentiate();
Console.WriteLine(Notation.Text.Print(symbols.Cost, "=", symbols.Cost.Definition));
foreach (Named delta in derivation.NamedAdjoints)
{
    Console.WriteLine(Notation.Text.Print(delta, "=", delta.Definition));
}

// The same equations, compiled, train the network.
Model<float> model = new(network, LogCosh.Loss);
model.Initialize(Initializer.Named("normal"), seed: 1);
Trainer<float> trainer = new(model, data, new() { LearningRate = 2, BatchSize = 4, Epochs = 2000 });
foreach (EpochReport epoch in trainer.Run())
{
    if (epoch.Epoch % 500 == 0)
    {
        Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Loss:F5}");
    }
}

model.Predict(data.Train, (sample, output) => Console.WriteLine($"sample {sample}: {output[0]:F3}"));

using System.CommandLine;
using TorchSharpPeer;

Option<string> layers = new("--layers") { Description = "Sizes, inputs first", DefaultValueFactory = _ => "784-30-10" };
Option<int> batchSize = new("--batch-size") { DefaultValueFactory = _ => 10 };
Option<string> activation = new("--activation") { DefaultValueFactory = _ => "sigmoid" };
Option<string?> outputActivation = new("--output-activation");
Option<string> loss = new("--loss") { DefaultValueFactory = _ => "squared-error" };
Option<string> optimizer = new("--optimizer") { DefaultValueFactory = _ => "sgd" };
Option<int> threads = new("--threads") { DefaultValueFactory = _ => 1 };
Option<double> emptied = new("--zeros") { Description = "The part of the inputs that is zero" };
Option<bool> infer = new("--infer") { Description = "Time the outputs alone" };
Option<int?> gemm = new("--gemm") { Description = "Time the product of two N×N matrices instead" };
Option<double> seconds = new("--seconds") { Description = "Time for the best settings, after all were tried", DefaultValueFactory = _ => 3 };
Option<bool> json = new("--json") { Description = "Accepted as `nabla bench` does; the result is always JSON" };
activation.AcceptOnlyFromAmong("sigmoid", "tanh", "relu");
outputActivation.AcceptOnlyFromAmong("sigmoid", "tanh", "relu", "identity", "softmax");
loss.AcceptOnlyFromAmong("squared-error", "cross-entropy");
optimizer.AcceptOnlyFromAmong("sgd", "adam");

RootCommand root = new("Times TorchSharp at a training step, at inference or at a matrix product, and prints one line of JSON.")
{
    layers, batchSize, activation, outputActivation, loss, optimizer, threads, emptied, infer, gemm, seconds, json,
};
root.SetAction(parsed =>
{
    string lossName = parsed.GetRequiredValue(loss);
    Question question = new()
    {
        Layers = parsed.GetRequiredValue(layers),
        BatchSize = parsed.GetRequiredValue(batchSize),
        Activation = parsed.GetRequiredValue(activation),
        OutputActivation = parsed.GetValue(outputActivation) ?? (lossName == "cross-entropy" ? "softmax" : parsed.GetRequiredValue(activation)),
        Loss = lossName,
        Optimizer = parsed.GetRequiredValue(optimizer),
        Threads = parsed.GetRequiredValue(threads),
        Zeros = parsed.GetValue(emptied),
        Infer = parsed.GetValue(infer),
        Gemm = parsed.GetValue(gemm),
        Seconds = parsed.GetRequiredValue(seconds),
    };
    return Peer.Answer(question);
});
ParseResult result = root.Parse(args);
return result.Errors.Count > 0 ? Math.Max(2, result.Invoke()) : result.Invoke();

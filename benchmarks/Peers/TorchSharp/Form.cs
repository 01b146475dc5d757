using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharpPeer;

/// <summary>A network: its parameters and its outputs. In training with cross-entropy the outputs are the pre-activations, as the library's loss takes them.</summary>
internal sealed record Form(Parameter[] Parameters, Func<Tensor, Tensor> Forward)
{
    /// <summary>Modules in a row.</summary>
    public static Form OfModules(Question question)
    {
        List<Module<Tensor, Tensor>> modules = [];
        foreach ((float[,] weights, string activation) in question.Weights().Zip(Activations(question)))
        {
            Linear linear = nn.Linear(weights.GetLength(1), weights.GetLength(0));
            using (no_grad())
            {
                linear.weight!.copy_(tensor(weights));
                linear.bias!.zero_();
            }

            modules.Add(linear);
            if (activation != "identity")
            {
                modules.Add(activation switch
                {
                    "sigmoid" => Sigmoid(),
                    "tanh" => Tanh(),
                    "relu" => ReLU(),
                    _ => Softmax(-1),
                });
            }
        }

        Sequential network = nn.Sequential(modules);
        return new([.. network.parameters()], network.forward);
    }

    /// <summary>The functions behind the modules.</summary>
    public static Form OfFunctions(Question question) => Of(question, false, functional.linear);

    /// <summary>The bare operations, with the weights as inputs × outputs.</summary>
    public static Form Addmm(Question question) => Of(question, true, (x, W, b) => addmm(b, x, W, 1, 1));

    /// <summary>A sample as a vector.</summary>
    public static Form Addmv(Question question)
    {
        Form form = Of(question, false, (x, W, b) => addmv(b, W, x, 1, 1));
        return form with { Forward = x => form.Forward(x[0]) };
    }

    private static Form Of(Question question, bool transposed, Func<Tensor, Tensor, Tensor, Tensor> affine)
    {
        (Parameter W, Parameter B, Func<Tensor, Tensor> F)[] layers =
        [
            .. question.Weights().Zip(Activations(question)).Select(layer => (
                new Parameter(transposed ? tensor(layer.First).t().contiguous() : tensor(layer.First)),
                new Parameter(zeros(layer.First.GetLength(0))),
                Function(layer.Second))),
        ];
        return new([.. layers.SelectMany(layer => new[] { layer.W, layer.B })], x =>
        {
            foreach ((Tensor W, Tensor b, Func<Tensor, Tensor> f) in layers)
            {
                x = f(affine(x, W, b));
            }

            return x;
        });
    }

    private static string[] Activations(Question question)
    {
        string[] activations = question.Activations;
        if (question.CrossEntropy && !question.Infer)
        {
            activations[^1] = "identity";
        }

        return activations;
    }

    private static Func<Tensor, Tensor> Function(string activation) => activation switch
    {
        "sigmoid" => sigmoid,
        "tanh" => tanh,
        "relu" => x => x.relu(),
        "softmax" => x => softmax(x, -1),
        _ => x => x,
    };
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpPeer;

/// <summary>How a step gets from its loss to new parameters.</summary>
/// <param name="Step">Does it, and gives the loss back.</param>
/// <param name="LossFactor">What the library's mean is multiplied with to give the loss, where the learning rate takes the factor; null where the loss has it.</param>
internal sealed record Update(Func<Func<Tensor>, Tensor> Step, double? LossFactor = null)
{
    /// <summary>The loop of the tutorials.</summary>
    public static Update OfLibrary(Question question, Parameter[] parameters)
    {
        optim.Optimizer optimizer = question.Optimizer == "adam" ? optim.Adam(parameters, question.Rate) : optim.SGD(parameters, question.Rate);
        return new(loss =>
        {
            Tensor value = loss();
            optimizer.zero_grad();
            value.backward();
            optimizer.step();
            return value;
        });
    }

    /// <summary>W ← W − η·dW in place.</summary>
    public static Update SgdByHand(Question question, Parameter[] parameters)
    {
        double factor = question.CrossEntropy ? 1 : question.Sizes[^1] / 2.0;
        Scalar minusRate = -question.Rate * factor;
        return new(loss =>
        {
            Tensor value = loss();
            IList<Tensor> gradients = autograd.grad([value], parameters);
            using IDisposable off = no_grad();
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i].add_(gradients[i], minusRate);
            }

            return value;
        }, factor);
    }

    /// <summary>Adam in place, the two corrections folded into the step size and ε.</summary>
    public static Update AdamByHand(Question question, Parameter[] parameters)
    {
        Tensor[] m = [.. parameters.Select(p => zeros_like(p, requires_grad: false))];
        Tensor[] v = [.. parameters.Select(p => zeros_like(p, requires_grad: false))];
        Scalar beta1 = 0.9, beta2 = 0.999, rest1 = 0.1, rest2 = 0.001;
        int time = 0;
        return new(loss =>
        {
            Tensor value = loss();
            IList<Tensor> gradients = autograd.grad([value], parameters);
            using IDisposable off = no_grad();
            time++;
            double root = Math.Sqrt(1 - Math.Pow(0.999, time));
            using Scalar size = -question.Rate * root / (1 - Math.Pow(0.9, time));
            using Scalar epsilon = 1e-8 * root;
            for (int i = 0; i < parameters.Length; i++)
            {
                m[i].mul_(beta1).add_(gradients[i], rest1);
                v[i].mul_(beta2).addcmul_(gradients[i], gradients[i], rest2);
                parameters[i].addcdiv_(m[i], v[i].sqrt().add_(epsilon), size);
            }

            return value;
        });
    }
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharpPeer;

/// <summary>
/// The ways in which TorchSharp's users write the work. Gradients come from the library's autograd; batches are tensors before time is taken; a scope
/// around each step disposes of what the step makes.
/// </summary>
internal static class Settings
{
    /// <summary>The step whose loss is compared, so that two updates lie before it.</summary>
    private const int CheckedStep = 3;

    public static IEnumerable<Setting> For(Question question)
    {
        if (question.Gemm is int n)
        {
            return
            [
                new("addmm_ with beta 0", () => Product(n, (a, b, c) => c.addmm_(a, b, beta: 0, alpha: 1))),
                new("mm", () => Product(n, (a, b, _) => mm(a, b))),
            ];
        }

        if (question.Infer)
        {
            Setting[] ways =
            [
                new("Sequential", () => Infer(question, () => Form.OfModules(question))),
                new("linear", () => Infer(question, () => Form.OfFunctions(question))),
                new("addmm", () => Infer(question, () => Form.Addmm(question))),
            ];
            return question.BatchSize == 1 ? [.. ways, new("addmv", () => Infer(question, () => Form.Addmv(question)))] : ways;
        }

        bool adam = question.Optimizer == "adam";
        return
        [
            new(adam ? "Sequential, Adam" : "Sequential, SGD", () => Train(question, Form.OfModules(question), Update.OfLibrary)),
            new("Sequential, by hand", () => Train(question, Form.OfModules(question), adam ? Update.AdamByHand : Update.SgdByHand)),
            new("linear, by hand", () => Train(question, Form.OfFunctions(question), adam ? Update.AdamByHand : Update.SgdByHand)),
            new("addmm, by hand", () => Train(question, Form.Addmm(question), adam ? Update.AdamByHand : Update.SgdByHand)),
            new(adam ? "addmm, Adam" : "addmm, SGD", () => Train(question, Form.Addmm(question), Update.OfLibrary)),
        ];
    }

    private static (Action Step, double Check) Train(Question question, Form form, Func<Question, Parameter[], Update> makeUpdate)
    {
        Update update = makeUpdate(question, form.Parameters);
        (Tensor X, Tensor Y)[] batches = Batches(question);
        int turn = 0;
        Tensor Step()
        {
            (Tensor x, Tensor y) = batches[turn++ % batches.Length];
            return update.Step(() => Loss(question, update, form.Forward(x), y));
        }

        double check = 0;
        for (int i = 0; i < CheckedStep; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            check = Step().ToDouble() * (update.LossFactor ?? 1);
        }

        return (() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Step();
        }, check);
    }

    private static Tensor Loss(Question question, Update update, Tensor outputs, Tensor y)
    {
        if (question.CrossEntropy)
        {
            return functional.cross_entropy(outputs, y);
        }

        return update.LossFactor is not null
            ? functional.mse_loss(outputs, y)
            : functional.mse_loss(outputs, y, Reduction.Sum) * (0.5 / question.BatchSize);
    }

    private static (Tensor X, Tensor Y)[] Batches(Question question) =>
    [
        .. Enumerable.Range(0, Question.Batches).Select(batch =>
        {
            (float[,] inputs, long[] classes) = question.Batch(batch);
            return (tensor(inputs), question.CrossEntropy ? tensor(classes) : tensor(question.Targets(classes)));
        }),
    ];

    private static (Action Step, double Check) Infer(Question question, Func<Form> makeForm)
    {
        Form form = makeForm();
        Tensor[] batches = [.. Batches(question).Select(batch => batch.X)];
        int turn = 0;
        void Step()
        {
            using IDisposable mode = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            form.Forward(batches[turn++ % batches.Length]);
        }

        using IDisposable checking = inference_mode();
        return (Step, form.Forward(batches[0]).sum(ScalarType.Float64).ToDouble());
    }

    private static (Action Step, double Check) Product(int n, Func<Tensor, Tensor, Tensor, Tensor> multiply)
    {
        Tensor a = tensor(Question.Uniform(1, n, n)), b = tensor(Question.Uniform(2, n, n)), c = zeros(n, n);
        return (() =>
        {
            using DisposeScope scope = NewDisposeScope();
            multiply(a, b, c);
        }, multiply(a, b, c).mean([0, 1], type: ScalarType.Float64).ToDouble());
    }
}

using Derivatives;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification.Claims;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Training;

// A formula, and its derivatives in their shortest forms.
Expr f = Expr.Parse("0.5*norm2(A*x-b)^2", "A: m x n, x: n, b: m, v: n", out Scope names);
Expr x = names["x"];
Console.WriteLine(Notation.Text.Print(f.Gradient(x)));
Console.WriteLine(Notation.Text.Print(f.Hessian(x)));
Console.WriteLine(Notation.Text.Print(f.HessianVectorProduct(x, names["v"])));
Console.WriteLine(Notation.Latex.Print(names.Parse("softmax(x)").Jacobian(x)));

// The way to one of them, as LaTeX; Derivative.Find gives all that is known of it.
Derivative derivative = Derivative.Find(DerivativeKind.Gradient, f, x);
Console.WriteLine($"{derivative.ToLatex().Split('\n').Length} lines of LaTeX");

// Somebody's formula, judged.
ClaimVerdict verdict = ClaimCheck.Of(ClaimProblem.Read("A: n x n, x: n", "x'*A*x", wrt: "x")).Judge("2*A*x");
Console.WriteLine($"{verdict.Diagnosis!.Code}: {verdict.Diagnosis.Text}; right is {verdict.Diagnosis.NearestForm}");

// A function of one's own (Mish.cs), in a formula and as the activation of a layer.
Console.WriteLine(Notation.Text.Print(Expr.Sum(Expr.Apply(Mish.Function, x)).Gradient(x)));
Network network = Network.Of([2, 4, 1], Activation.Of(Mish.Function), Activation.Identity);

// A loss of one's own from a text, trained with.
Model<float> model = new(network, Loss.Parse("sum((y-a).^4)/m"));
model.Initialize(Initializer.Named("normal"), seed: 2);
Trainer<float> trainer = new(model, await Datasets.LoadAsync("xor"), new() { LearningRate = 0.05, BatchSize = 4, Epochs = 500 });
Console.WriteLine($"loss {trainer.Run().Last().Loss:F4}");

using Nabla.Calculus.Expressions;
using Nabla.Calculus.Verification;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Each update rule, with each of its settings, against a loop over single numbers that is written as PyTorch's documentation writes it.</summary>
public class OptimizersAreAsDefined
{
    /// <summary>One number: parameter, gradient, learning rate, the step from 1, and up to three numbers that are kept.</summary>
    private delegate double Rule(double w, double g, double rate, int t, double[] kept, Func<string, double> of);

    public static TheoryData<string, string> Variants => new()
    {
        { "sgd", "" },
        { "sgd", "weight-decay=0.1" },
        { "sgd", "momentum=0.8 weight-decay=0.1" },
        { "momentum", "" },
        { "momentum", "momentum=0.5 weight-decay=0.1" },
        { "nesterov", "" },
        { "nesterov", "momentum=0.5 weight-decay=0.1" },
        { "adagrad", "" },
        { "adagrad", "learning-rate-decay=0.3 weight-decay=0.1 epsilon=0.01" },
        { "rmsprop", "" },
        { "rmsprop", "alpha=0.7 momentum=0.6" },
        { "rmsprop", "alpha=0.7 centered=1 epsilon=0.1" },
        { "rmsprop", "alpha=0.7 centered=1 momentum=0.6 weight-decay=0.1 epsilon=0.1" },
        { "adam", "" },
        { "adam", "beta1=0.7 beta2=0.9 epsilon=0.01 weight-decay=0.1" },
        { "adam", "beta1=0 beta2=0" },
        { "adamw", "" },
        { "adamw", "weight-decay=0" },
        { "adamw", "beta1=0.7 beta2=0.9 epsilon=0.01 weight-decay=0.2" },
    };

    private static Dictionary<string, Rule> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["sgd"] = (w, g, rate, t, kept, of) => Descend(w, g, rate, kept, of, nesterov: false),
        ["momentum"] = (w, g, rate, t, kept, of) => Descend(w, g, rate, kept, of, nesterov: false),
        ["nesterov"] = (w, g, rate, t, kept, of) => Descend(w, g, rate, kept, of, nesterov: true),
        ["adagrad"] = (w, g, rate, t, kept, of) =>
        {
            g += of("weight-decay") * w;
            kept[0] += g * g;
            return w - rate / (1 + (t - 1) * of("learning-rate-decay")) * g / (Math.Sqrt(kept[0]) + of("epsilon"));
        },
        ["rmsprop"] = (w, g, rate, t, kept, of) =>
        {
            double alpha = of("alpha");
            g += of("weight-decay") * w;
            kept[0] = alpha * kept[0] + (1 - alpha) * g * g;
            double spread = kept[0];
            if (of("centered") == 1)
            {
                kept[1] = alpha * kept[1] + (1 - alpha) * g;
                spread -= kept[1] * kept[1];
            }

            double step = g / (Math.Sqrt(spread) + of("epsilon"));
            kept[2] = of("momentum") * kept[2] + step;
            return w - rate * (of("momentum") > 0 ? kept[2] : step);
        },
        ["adam"] = (w, g, rate, t, kept, of) => Adam(w, g + of("weight-decay") * w, rate, t, kept, of),
        ["adamw"] = (w, g, rate, t, kept, of) => Adam(w * (1 - rate * of("weight-decay")), g, rate, t, kept, of),
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Step_by_step(string name, string settings)
    {
        Optimizer optimizer = Of(name, settings);
        ExprPool pool = new();
        (Dim rows, Dim columns) = (Dim.Of("n", 5), Dim.Of("k", 3));
        Symbol w = pool.Symbol(new("W"), new(rows, columns), SymbolKind.Parameter);
        Symbol g = pool.Symbol(new("G"), new(rows, columns));
        Symbol rate = pool.Symbol(new("η"), Shape.Scalar);
        ParameterUpdate update = optimizer.Update(new(w, g, rate));
        ParameterBuffer<double> parameters = new([w]);
        SeededRandom random = new(8);
        parameters[w] = Matrix.From(5, 3, (_, _) => random.NextNormal());
        Plan<double> plan = Plan<double>.Compile([], [update], parameters, batch: 1, states: Model<double>.StatesOf([update]));
        plan.Set(rate, 0.2);
        double[] expected = [.. parameters[w].Elements];
        double[][] kept = [.. expected.Select(_ => new double[3])];
        for (int t = 1; t <= 6; t++)
        {
            Matrix gradient = Matrix.From(5, 3, (_, _) => random.NextNormal());
            plan[g] = gradient;
            plan.Set(new UpdateTerms(w, g, rate).Step, t);
            plan.Run();
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = Rules[name](expected[i], gradient.Elements[i], 0.2, t, kept[i], setting => optimizer[setting]);
            }

            Matrices.AssertClose(new(5, 3, [.. expected]), parameters[w], 1e-12, $"W after step {t} of {optimizer}");
        }
    }

    [Fact]
    public void Every_rule_and_every_setting_is_tried()
    {
        string[] tried = [.. Variants.Select(row => row.Data).SelectMany(row => row.Item2.Split(' ').Select(setting => $"{row.Item1} {setting.Split('=')[0]}"))];
        Assert.All(Optimizer.All.Values.SelectMany(rule => rule.Settings.Select(setting => $"{rule.Name} {setting.Name}")), setting => Assert.Contains(setting, tried));
    }

    /// <summary>With letters for the numbers the rule is the same.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Letters_stand_for_the_numbers(string name, string settings)
    {
        Optimizer optimizer = Of(name, settings);
        ExprPool pool = new();
        Shape shape = new(Dim.Of("n", 5), Dim.Of("k", 3));
        Symbol w = pool.Symbol(new("W"), shape, SymbolKind.Parameter);
        Symbol g = pool.Symbol(new("G"), shape);
        Symbol rate = pool.Symbol(new("η"), Shape.Scalar);
        UpdateTerms terms = new(w, g, rate);
        (ParameterUpdate numbers, ParameterUpdate letters) = (optimizer.Update(terms), optimizer.UpdateInLetters(terms));
        Bindings values = new Bindings().Set(rate, Matrix.Scalar(0.2)).Set(terms.Step, Matrix.Scalar(3));
        SeededRandom random = new(8);
        values.Set(w, Matrix.From(5, 3, (_, _) => random.NextNormal())).Set(g, Matrix.From(5, 3, (_, _) => random.NextNormal()));
        foreach ((ParameterUpdate first, ParameterUpdate second) in numbers.States.Zip(letters.States))
        {
            // A mean square is never below the square of the mean.
            double least = first.Parameter.Name.Letter[0] == 'v' ? 4 : 1;
            Matrix state = Matrix.From(5, 3, (_, _) => least + random.NextDouble());
            values.Set(first.Parameter, state).Set(second.Parameter, state);
        }

        foreach (RuleSetting setting in optimizer.Settings)
        {
            if (pool.MeaningOf(new(setting.Letter)) is Expr letter)
            {
                values.Set(letter, Matrix.Scalar(optimizer[setting.Name]));
            }
        }

        ParameterUpdate[] both = [numbers, .. numbers.States];
        foreach ((ParameterUpdate first, ParameterUpdate second) in both.Zip([letters, .. letters.States]))
        {
            Assert.Equal(first.Parameter == w, second.Parameter == w);
            Matrices.AssertClose(Evaluator.Evaluate(first.Value, values), Evaluator.Evaluate(second.Value, values), 1e-12, $"{first.Parameter.Name} by {optimizer}");
        }
    }

    [Theory]
    [InlineData("adam", "beta1", 1, "beta1 of adam takes a number from 0 to below 1, but 1 is given")]
    [InlineData("adam", "epsilon", 0, "epsilon of adam takes a positive number, but 0 is given")]
    [InlineData("sgd", "weight-decay", -0.5, "weight-decay of sgd takes a number of at least 0, but -0.5 is given")]
    [InlineData("rmsprop", "centered", 2, "centered of rmsprop takes 0 or 1, but 2 is given")]
    [InlineData("momentum", "beta1", 0.9, "momentum has no setting beta1; it has momentum, weight-decay")]
    public void A_setting_that_is_none_is_refused(string name, string setting, double value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(() => Optimizer.Named(name).With(setting, value)).Message);

    private static Optimizer Of(string name, string settings) => settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))
        .Aggregate(Optimizer.Named(name), (rule, setting) => rule.With(setting[0], double.Parse(setting[1], System.Globalization.CultureInfo.InvariantCulture)));

    private static double Descend(double w, double g, double rate, double[] kept, Func<string, double> of, bool nesterov)
    {
        double momentum = of("momentum");
        g += of("weight-decay") * w;
        kept[0] = momentum * kept[0] + g;
        return w - rate * (nesterov ? g + momentum * kept[0] : kept[0]);
    }

    private static double Adam(double w, double g, double rate, int t, double[] kept, Func<string, double> of)
    {
        kept[0] = of("beta1") * kept[0] + (1 - of("beta1")) * g;
        kept[1] = of("beta2") * kept[1] + (1 - of("beta2")) * g * g;
        double mean = kept[0] / (1 - Math.Pow(of("beta1"), t));
        double square = kept[1] / (1 - Math.Pow(of("beta2"), t));
        return w - rate * mean / (Math.Sqrt(square) + of("epsilon"));
    }
}

using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Expressions.Functions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Planning;
using Nabla.Training;

namespace Nabla.Tests.Planning;

/// <summary>What is fused, and what takes no memory, for the common network as for any other loss, activation or update.</summary>
public class FusionIsGeneral
{
    public static TheoryData<string, string, string, string, string> Reviewed => new()
    {
        { "sigmoid-squared-error-sgd", "784-30-10", "sigmoid", "squared-error", "sgd" },
        { "relu-cross-entropy-adam", "784-128-10", "relu", "cross-entropy", "adam" },
        { "gelu-huber-momentum", "20-16-16-3", "gelu", "huber", "momentum" },
        { "own-loss", "20-16-3", "tanh", "sum((y-a).^4)/m + sum(softplus(a))/m", "sgd" },
    };

    [Theory]
    [MemberData(nameof(Reviewed))]
    public void A_plan_is_as_it_was_reviewed(string name, string sizes, string activation, string loss, string optimizer)
    {
        Model<float> model = ModelOf(sizes, activation, loss);
        StringBuilder text = new();
        foreach (PlanLine line in StepOf(model, optimizer, batch: 10).Listing)
        {
            text.Append(line).Append(", phase ").Append(line.Phase + 1).Append(", ").Append(line.Split).Append('\n');
            foreach (PlanEquation equation in line.Equations.Where(equation => equation.Left != equation.Right))
            {
                text.Append("    ").Append(Notation.Text.Print(equation.Left)).Append(line.IsUpdate ? " ← " : " = ").Append(Notation.Text.Print(equation.Right)).Append('\n');
            }
        }

        Golden.Matches($"tests/Nabla.Tests/Planning/Golden/{name}.txt", $"{text}");
    }

    /// <summary>One product forward and one back for each layer, one for each weight matrix, one sum for each bias, and the loss: nothing else is an instruction.</summary>
    [Theory]
    [InlineData("sigmoid", "squared-error", 1)]
    [InlineData("gelu", "squared-error", 1)]
    [InlineData("elu", "huber", 1)]
    [InlineData("silu", "sum((y-a).^4)/m", 1)]
    [InlineData("tanh", "sum(softplus(2*(a-y))-(a-y))/m", 1)]
    public void All_elementwise_work_is_done_where_a_product_ends(string activation, string loss, int ofLoss)
    {
        foreach (string optimizer in Optimizer.All.Keys)
        {
            Model<float> model = ModelOf("7-6-5-4", activation, loss);
            Plan<float> plan = StepOf(model, optimizer, batch: 3);
            Assert.Equal(3 + 2 + 3 + 3 + ofLoss, plan.Listing.Count);
        }
    }

    [Fact]
    public void What_nobody_reads_takes_no_memory_and_what_is_never_needed_together_shares_it()
    {
        // The pre-activations of sigmoid layers are not kept, those of gelu layers are.
        long sigmoid = StepOf(ModelOf("8-256-256-256-8", "sigmoid", "squared-error"), "sgd", batch: 64).Bytes;
        long gelu = StepOf(ModelOf("8-256-256-256-8", "gelu", "squared-error"), "sgd", batch: 64).Bytes;
        const long Matrix = 256 * 64 * sizeof(float);
        Assert.InRange(gelu - sigmoid, Matrix / 2, 4 * Matrix);

        // Activations alone are 20 matrices; without sharing, a forward pass would keep all of them. The scratch of a product is some matrices too.
        Model<float> deep = ModelOf("256" + string.Concat(Enumerable.Repeat("-256", 20)), "sigmoid", "squared-error");
        Assert.InRange(deep.CompileInference(64).Bytes, 3 * Matrix, 12 * Matrix);
    }

    /// <summary>Penalties, quotients, broadcast rows and columns, shared parts, scalars of the data: random costs of one's own keep their value.</summary>
    [Fact]
    public void Random_elementwise_costs_keep_their_values_and_gradients()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            SeededRandom random = new(seed, stream: 5);
            ExprPool pool = new();
            (Dim n, Dim m) = (Dim.Of("n", 1 + random.NextInt(20)), Dim.Of("m"));
            Symbol w = pool.Symbol(new("W"), new(n, n), SymbolKind.Parameter);
            Symbol b = pool.Symbol(new("b"), new(n, Dim.One), SymbolKind.Parameter);
            Symbol x = pool.Symbol(new("X"), new(n, m), SymbolKind.Input);
            Expr cost = Expr.Sum(RandomMatrix(random, [w * x, x, Expr.BroadcastColumn(b, m)], n, m, 12)) + 0.5 * Expr.SquaredNorm(w);
            Derivation derivation = Derivation.Of(cost.As(new("C")), [w, b]);
            Bindings values = new Bindings().Set(m, 5);
            foreach (Symbol symbol in new[] { w, b, x })
            {
                values.Set(symbol, Matrix.From(n.Value!.Value, values.SizeOf(symbol.Shape.Columns), (_, _) => random.NextNormal()));
            }

            Expr[] results = [derivation.StableCost, derivation.GradientOf(w), derivation.GradientOf(b)];
            ParameterUpdate[] updates = [.. new[] { w, b }.Select(p => new ParameterUpdate(p, p - 0.1 * derivation.GradientOf(p)))];
            IReadOnlyList<Matrix> expected = Evaluator.EvaluateAll([.. results, .. updates.Select(update => update.Value)], values);
            foreach (int members in new[] { 1, 2 })
            {
                using Nabla.Kernels.ThreadTeam team = new(members);
                ParameterBuffer<double> parameters = new([w, b]);
                parameters[w] = values.ValueOf(w)!;
                parameters[b] = values.ValueOf(b)!;
                Plan<double> plan = Plan<double>.Compile([x, .. results], updates, parameters, batch: 5, members: members);
                plan[x] = values.ValueOf(x)!;
                plan.RunUnless(CancellationToken.None, team);
                for (int i = 0; i < results.Length; i++)
                {
                    Matrices.AssertClose(expected[i], plan[results[i]], 1e-11, $"result {i} of seed {seed} by {members}");
                }

                Matrices.AssertClose(expected[3], parameters[w], 1e-11, $"W of seed {seed}");
                Matrices.AssertClose(expected[4], parameters[b], 1e-11, $"b of seed {seed}");
            }
        }
    }

    private static Expr RandomMatrix(SeededRandom random, List<Expr> parts, Dim n, Dim m, int count)
    {
        ExprPool pool = parts[0].Pool;
        for (int i = 0; i < count; i++)
        {
            Expr x = parts[random.NextInt(parts.Count)];
            Expr y = parts[random.NextInt(parts.Count)];
            parts.Add(random.NextInt(12) switch
            {
                0 => x + y,
                1 => x - y,
                2 => Expr.Hadamard(x, y),
                3 => Expr.Quotient(x, Expr.Hadamard(y, y) + pool.Ones(n, m)),
                4 => Expr.Apply(Function.Tanh, x),
                5 => Expr.Apply(Function.Sigmoid, y),
                6 => -x,
                7 => 0.5 * x,
                8 => Expr.Apply(Function.Sigmoid, Expr.Sum(x)) * y,
                9 => Expr.BroadcastColumn(Expr.RowSums(Expr.Apply(Function.Tanh, x)), m),
                10 => Expr.Hadamard(x, Expr.BroadcastRow(Expr.ColumnSums(Expr.Apply(Function.Tanh, y)), n)),
                _ => Expr.Maximum(x, y),
            });
        }

        return Expr.Apply(Function.Tanh, parts[^1] + parts[^2]);
    }

    private static Model<float> ModelOf(string sizes, string activation, string loss)
    {
        Loss chosen = Loss.NamedOrParsed(loss);
        return new(Network.Of(Network.ParseSizes(sizes), Activation.Named(activation), chosen.OutputActivation ?? Activation.Named(activation)), chosen);
    }

    private static Plan<float> StepOf(Model<float> model, string optimizer, int batch) => model.CompileStep(
        model.Expression.Differentiate(assumptions: model.Loss.OutputActivation is null ? [] : [model.Expression.TargetsSumToOne]), Optimizer.Named(optimizer), batch);
}

using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Rendering;
using Nabla.Calculus.Verification;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>What <c>nabla derive --optimizer</c> shows are the expressions of the rule.</summary>
public class RulesAreWrittenDown
{
    [Fact]
    public void As_reviewed()
    {
        string all = string.Join("\n", Optimizer.All.Values
            .Append(Optimizer.AdamW.With("weight-decay", 0.05))
            .Append(Optimizer.Nesterov.With("weight-decay", 0.1))
            .Append(Optimizer.Adagrad.With("learning-rate-decay", 0.5))
            .Append(Optimizer.RmsProp.With("centered", 1).With("momentum", 0.9))
            .Select(optimizer => DerivationText.Write($"{optimizer}", UpdateDerivation.Of(optimizer))));
        Golden.Matches("tests/Nabla.Tests/Training/Golden/rules.txt", all);
    }

    /// <summary>The lines, computed one after the other, come to what the compiled expressions say.</summary>
    [Fact]
    public void Line_by_line_they_come_to_the_same_numbers()
    {
        foreach (Optimizer optimizer in Optimizer.All.Values)
        {
            IReadOnlyList<Step> steps = UpdateDerivation.Of(optimizer)[0].Steps;
            SeededRandom random = new(4);
            Bindings values = new Bindings().Set(Dim.Of("n"), 3).Set(Dim.Of("k"), 2);
            foreach (Symbol symbol in Expr.Reachable(steps.Select(step => step.Right)).OfType<Symbol>())
            {
                double only = optimizer.Settings.FirstOrDefault(setting => setting.Letter == symbol.Name.Letter) is RuleSetting setting ? optimizer[setting.Name] : symbol.Name.Letter == "t" ? 2 : 0.25;
                values.Set(symbol, symbol.Shape.IsScalar ? Matrix.Scalar(only) : Matrix.From(3, 2, (_, _) => 1 + random.NextDouble()));
            }

            Matrix[] expected = [.. Evaluator.EvaluateAll([.. steps.Where(step => step.Relation == Relation.Update).Select(step => step.Right)], values)];
            foreach (Step step in steps)
            {
                values.Set(step.Left, Evaluator.Evaluate(step.Right, values));
            }

            foreach ((Step step, Matrix value) in steps.Where(step => step.Relation == Relation.Update).Zip(expected))
            {
                Matrices.AssertClose(value, values.ValueOf(step.Left)!, 1e-14, $"{step.Left} by {optimizer.Name}");
            }
        }
    }
}

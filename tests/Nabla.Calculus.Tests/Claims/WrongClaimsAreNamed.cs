using System.Diagnostics;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>The mutation run: every right formula of the reference is made wrong in many ways, and the checker says in which.</summary>
public class WrongClaimsAreNamed
{
    [Fact]
    public void Every_wrong_claim_is_rejected_and_nine_of_ten_diagnoses_name_the_mistake()
    {
        List<string> accepted = [];
        List<string> misnamed = [];
        List<string> falseForms = [];
        Dictionary<string, (int Named, int All)> table = [];
        List<double> times = [];
        (int Wrong, string Id) fewest = (int.MaxValue, "");
        foreach (Entry entry in Suite.Read())
        {
            ClaimCheck check = ClaimCheck.Of(entry.Problem);
            Expr right = entry.Problem.Scope.Parse(entry.EqualTo);
            int wrong = 0;
            foreach (Mutant mutant in Mutants.Of(Parser.Parse(entry.EqualTo), entry.Problem.Scope).DistinctBy(mutant => $"{mutant.Formula}"))
            {
                if (IsSame(mutant.Formula, right, entry.Problem))
                {
                    continue;
                }

                wrong++;
                Stopwatch watch = Stopwatch.StartNew();
                ClaimVerdict verdict = check.Judge($"{mutant.Formula}");
                times.Add(watch.Elapsed.TotalMilliseconds);
                if (verdict.Agrees != false)
                {
                    accepted.Add($"{entry.Id}: {mutant.Formula}: {verdict.Undecided}");
                    continue;
                }

                (int named, int all) = table.GetValueOrDefault(mutant.Mistake);
                bool isNamed = mutant.Codes.Contains(verdict.Diagnosis!.Cause);
                table[mutant.Mistake] = (named + (isNamed ? 1 : 0), all + 1);
                if (!isNamed)
                {
                    misnamed.Add($"{entry.Id,-6} {mutant.Mistake,-10} {verdict.Diagnosis.Code}/{verdict.Diagnosis.Cause} ({times[^1]:0} ms): {mutant.Formula}  ⟹  {verdict.Diagnosis.Text}");
                }

                if (verdict.Diagnosis.NearestForm is string form && check.Judge(form).Agrees != true)
                {
                    falseForms.Add($"{entry.Id}: {mutant.Formula}: {form}");
                }
            }

            fewest = wrong < fewest.Wrong ? (wrong, entry.Id) : fewest;
        }

        (int right1, int all1) = (table.Values.Sum(row => row.Named), table.Values.Sum(row => row.All));
        List<string> report = [$"{"mistake",-12} {"named",6} {"wrong claims",13}"];
        report.AddRange(table.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => $"{row.Key,-12} {row.Value.Named,6} {row.Value.All,13}  {100.0 * row.Value.Named / row.Value.All:0.0} %"));
        report.Add($"{"all",-12} {right1,6} {all1,13}  {100.0 * right1 / all1:0.0} %");
        times.Sort();
        report.Add($"time of a diagnosis: median {times[times.Count / 2]:0.0} ms, 95 % under {times[times.Count * 95 / 100]:0.0} ms, longest {times[^1]:0} ms");
        report.AddRange(misnamed);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report));
        Assert.True(fewest.Wrong >= 5, $"{fewest}");
        Assert.Empty(accepted);
        Assert.Empty(falseForms);
        Assert.True(right1 >= 0.9 * all1, $"{right1} of {all1}");
    }

    /// <summary>Whether two formulas have equal values, without the checker.</summary>
    private static bool IsSame(Syntax formula, Expr right, ClaimProblem problem)
    {
        if (new TrialBinder(problem.Scope, "").Try(formula) is not Expr expression || expression.Shape != right.Shape)
        {
            return false;
        }

        RandomPoints random = new(99);
        return Enumerable.Range(0, 3).All(_ =>
        {
            Bindings at = random.Next([expression, right, .. problem.Scope.Variables.Values], problem.Conditions);
            IReadOnlyList<Matrix> values = Evaluator.EvaluateAll([expression, right], at);
            return values[0].Zip(values[1], (x, y) => Math.Abs(x - y)).MaxAbs() <= 1e-9 * Math.Max(1, values[1].MaxAbs());
        });
    }
}

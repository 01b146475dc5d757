using System.Diagnostics;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>The derived result beside the published one: nodes of the tree, both read by the same parser, names written out.</summary>
public sealed class ResultsAreAsShortAsPublished(ITestOutputHelper output)
{
    [Fact]
    public void Nine_in_ten_of_the_reference_have_at_most_a_quarter_more_nodes_and_none_twice_as_many() => Compare(Suite.Read());

    [Fact]
    public void Nine_in_ten_of_our_own_have_at_most_a_quarter_more_nodes_and_none_twice_as_many() =>
        Compare([.. Suite.ReadMore().Where(entry => entry.EqualTo.Length > 0)]);

    [Fact]
    public void Our_own_identities_are_solved_and_right_or_said_to_have_no_matrix_form()
    {
        List<string> wrong = [];
        List<string> unsolved = [];
        IReadOnlyList<Entry> entries = Suite.ReadMore();
        foreach (Entry entry in entries)
        {
            ClaimCheck check = ClaimCheck.Of(entry.Problem);
            if (check.Derivative?.Result is not Expressions.Expr result)
            {
                unsolved.Add(entry.Id);
                continue;
            }

            foreach (string claim in new[] { AsciiNotation.Print(result, entry.Problem.Scope), entry.EqualTo }.Where(claim => claim.Length > 0))
            {
                ClaimVerdict verdict = check.Judge(claim);
                if (verdict.Agrees != true)
                {
                    wrong.Add($"{entry.Id}: {claim}: {verdict.Agrees} {verdict.Undecided} {verdict.Diagnosis}");
                }
            }
        }

        output.WriteLine($"{entries.Count} identities, without a matrix form: {string.Join(", ", unsolved)}");
        Assert.Empty(wrong);
        Assert.True(unsolved.Count <= entries.Count / 50, $"{unsolved.Count} unsolved");
    }

    private void Compare(IReadOnlyList<Entry> entries)
    {
        int longer = 0;
        double slowest = 0;
        List<string> tooLong = [];
        output.WriteLine($"{"id",-6} {"ours",5} {"published",9} {"ratio",6} {"ms",7}");
        foreach (Entry entry in entries)
        {
            ClaimProblem problem = entry.Problem;
            DerivationSettings settings = new() { Assumptions = problem.Conditions.Assumptions };
            Stopwatch watch = Stopwatch.StartNew();
            Expressions.Expr? result = Derivative.Find(problem.Kind, problem.Of, problem.By, problem.Along, settings).Result;
            double milliseconds = watch.Elapsed.TotalMilliseconds;
            Assert.NotNull(result);
            string ours = AsciiNotation.Print(result, problem.Scope);
            (long nodes, long published) = (SyntaxSize.Count(ours), SyntaxSize.Count(entry.EqualTo));
            double ratio = (double)nodes / published;
            output.WriteLine($"{entry.Id,-6} {nodes,5} {published,9} {ratio,6:F2} {milliseconds,7:F1}  {ours}");
            longer += ratio > 1.25 ? 1 : 0;
            slowest = entry == entries[0] ? slowest : Math.Max(slowest, milliseconds);
            if (ratio > 2)
            {
                tooLong.Add($"{entry.Id}: {ours} for {entry.EqualTo}");
            }
        }

        output.WriteLine($"{entries.Count} entries, {longer} longer than 1.25 times the published; the slowest after the first took {slowest:F1} ms");
        Assert.Empty(tooLong);
        Assert.True(longer <= entries.Count / 10, $"{longer} of {entries.Count} are longer");
    }
}

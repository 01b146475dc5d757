using Nabla.Calculus.Verification.Claims;
using Nabla.Tests;

namespace Nabla.Calculus.Tests.Claims;

/// <summary>Claims that were written by hand, as different people write them; <c>claims-of-others.txt</c> says what is right and what is wrong with the others.</summary>
public sealed class ClaimsOfOthers(ITestOutputHelper output)
{
    [Fact]
    public void Right_ones_are_accepted_wrong_ones_rejected_and_named()
    {
        List<string> rejected = [];
        List<string> accepted = [];
        List<string> falseForms = [];
        List<string> misnamed = [];
        (int right, int wrong) = (0, 0);
        ClaimCheck? check = null;
        string path = Path.Combine(RepositoryFolder.Root, "tests", "Nabla.Calculus.Tests", "Claims", "claims-of-others.txt");
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string text = line[1..].Trim();
            switch (line[0])
            {
                case '?':
                    check = ClaimCheck.Of(Question(text));
                    break;
                case '+':
                    right++;
                    ClaimVerdict verdict = check!.Judge(text);
                    if (verdict.Agrees != true)
                    {
                        rejected.Add($"{text}: {verdict.Agrees} {verdict.Undecided} {verdict.Diagnosis}");
                    }

                    break;
                default:
                    wrong++;
                    int colon = text.IndexOf(": ", StringComparison.Ordinal);
                    string claim = text[(colon + 2)..];
                    ClaimVerdict other = check!.Judge(claim);
                    if (other.Agrees != false)
                    {
                        accepted.Add($"{claim}: {other.Undecided}");
                        continue;
                    }

                    if (!text[..colon].Split(' ').Contains(other.Diagnosis!.Cause))
                    {
                        misnamed.Add($"{claim}: {other.Diagnosis}");
                    }

                    if (other.Diagnosis.NearestForm is string form && check.Judge(form).Agrees != true)
                    {
                        falseForms.Add($"{claim}: {form}");
                    }

                    break;
            }
        }

        output.WriteLine($"{right} right claims, {wrong} wrong ones, {wrong - misnamed.Count} named right");
        misnamed.ForEach(output.WriteLine);
        Assert.True(right > 150 && wrong > 400, $"{right} {wrong}");
        Assert.Empty(rejected);
        Assert.Empty(accepted);
        Assert.Empty(falseForms);
        Assert.True(misnamed.Count <= wrong / 20, $"{misnamed.Count} of {wrong}: {string.Join('\n', misnamed)}");
    }

    private static ClaimProblem Question(string text)
    {
        string[] parts = [.. text.Split('|').Select(part => part.Trim())];
        (string? kind, string? along) = ((string?)null, (string?)null);
        List<(string, string)> conditions = [];
        foreach (string word in parts.Length > 3 ? parts[3].Split(' ') : [])
        {
            string[] pair = word.Split('=');
            (kind, along) = (pair.Length == 1 ? word : kind, pair[0] == "along" ? pair[1] : along);
            if (pair.Length == 2 && pair[0] != "along")
            {
                conditions.Add((pair[0], pair[1]));
            }
        }

        return ClaimProblem.Read(parts[0], parts[1], parts[2], kind, along, conditions);
    }
}

using System.Collections.Immutable;
using System.Text;
using Nabla.Checking;
using Nabla.Checking.Trajectories;

namespace Nabla.Tests.Checking;

/// <summary>Whatever the bytes: a trajectory, or one sentence; and whatever the trajectory: results.</summary>
public class TrajectoryFuzzTests
{
    private const string Valid = """
        {"name": "fuzz", "network": {"inputs": 2, "layers": [{"weights": [[0.5, -1], [1, 0.25]], "biases": [0, 1], "activation": "tanh"}, {"weights": [[1, 2]], "activation": "identity"}]},
         "loss": "squared-error", "inputs": [[2, 1], [0, 1]], "targets": [[1], [2]], "optimizer": {"name": "Adam", "lr": 0.25, "betas": [0.9, 0.999], "eps": 1e-8}, "steps": 2,
         "losses": [0.5, 0.25], "final": {"layers": [{"weights": [[1, 1], [1, 1]], "biases": [0, 0]}, {"weights": [[0.5, 1]]}]}}
        """;

    private static readonly string[] pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"weights\"", "\"betas\"", "\"optimizer\"", "\"SGD\"", "\"RMSprop\"", "\"momentum\": 0.9, ", "\"nesterov\": true, ", "\"\\ud800\"", "0", "-", "e9", "1e999",
        "null", "true", "NaN", " ", "\n", "1e308", "é", "\uFEFF", "2147483647", "0.999999999999",
    ];

    [Fact]
    public void Changed_trajectories_are_read_and_checked_or_refused()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Valid);
        int refused = 0;
        int disagreeing = 0;
        for (ulong seed = 1; seed <= 6000; seed++)
        {
            SeededRandom random = new(seed, stream: 77);
            byte[] bytes = [.. valid];
            for (int change = 1 + random.NextInt(3); change > 0; change--)
            {
                bytes = Changed(bytes, random);
            }

            Trajectory trajectory;
            try
            {
                trajectory = Trajectory.Parse(bytes, "t.json");
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.StartsWith("t.json: ", error.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(error.Message, char.IsControl);
                Assert.InRange(error.Message.Length, 30, 400);
                continue;
            }

            // A check takes a while; some hundred of them are enough.
            if (disagreeing < 150)
            {
                ImmutableArray<ComparedTensor> results = TrajectoryCheck.Run(trajectory);
                disagreeing += results.Any(result => result.Agrees == false) ? 1 : 0;
                Assert.All(results, result => Assert.Equal(result.Agrees == true, result.Diagnosis is null));
            }
        }

        Assert.True(refused > 1000 && disagreeing >= 150, $"{refused} refused, {disagreeing} disagree");
    }

    private static byte[] Changed(byte[] bytes, SeededRandom random)
    {
        int at = random.NextInt(bytes.Length);
        switch (random.NextInt(5))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                return bytes;
            case 1:
                return bytes[..Math.Max(1, at)];
            case 2:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + random.NextInt(4))..], (byte)'}'];
            case 3:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(pieces[random.NextInt(pieces.Length)]), .. bytes[at..]];
            default:
                // Another digit keeps the file valid, and changes what it says.
                int digit = Array.FindIndex(bytes, at, b => b is >= (byte)'0' and <= (byte)'9');
                if (digit >= 0)
                {
                    bytes[digit] = (byte)('1' + random.NextInt(9));
                }

                return bytes;
        }
    }
}

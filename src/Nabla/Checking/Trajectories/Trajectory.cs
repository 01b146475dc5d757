using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Nabla.Calculus.Verification;
using Nabla.Networks;
using Nabla.Training;

namespace Nabla.Checking.Trajectories;

/// <summary>
/// A training that another program made: the network and its first numbers, inputs and targets, the update rule, and the loss of every step and
/// the last weights that it came to. Every step is of the full batch.
/// </summary>
/// <param name="Network">The network.</param>
/// <param name="Loss">The loss, the mean over the samples.</param>
/// <param name="Layers">The weights and biases at the beginning, from the first layer.</param>
/// <param name="Inputs">a⁰, inputs × samples.</param>
/// <param name="Targets">y, outputs × samples.</param>
/// <param name="Optimizer">The update rule with its settings.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Losses">The loss of every step, before its update.</param>
/// <param name="Final">The weights and biases after the last update.</param>
public sealed record Trajectory(
    Network Network,
    Loss Loss,
    ImmutableArray<LayerValues> Layers,
    Matrix Inputs,
    Matrix Targets,
    Optimizer Optimizer,
    double LearningRate,
    ImmutableArray<double> Losses,
    ImmutableArray<LayerValues> Final)
{
    /// <summary>Whether JSON is an object with <c>optimizer</c>, which makes it a trajectory; whether it is a right one is for <see cref="Parse"/> to say.</summary>
    public static bool IsTrajectory(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("optimizer"u8))
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // What is no JSON is no trajectory; whoever reads the file as something else says where it breaks.
            return false;
        }

        return false;
    }

    /// <summary>Reads a trajectory from a file.</summary>
    /// <exception cref="InvalidDataException">The file is not a trajectory, or uses something that is not supported; the sentence says what and where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Trajectory Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a trajectory from the bytes of a file.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="file">How sentences name the file.</param>
    /// <exception cref="InvalidDataException">It is not a trajectory, or uses something that is not supported; the sentence says what and where.</exception>
    public static Trajectory Parse(ReadOnlyMemory<byte> json, string file) => GradientCaseReader.Open(json, file, TrajectoryReader.Read);
}

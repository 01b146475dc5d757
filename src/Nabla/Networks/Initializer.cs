using System.Collections.Immutable;
using Nabla.Calculus;

namespace Nabla.Networks;

/// <summary>How weights and biases begin: a random number for each, from the numbers of a layer's inputs and outputs.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Weight">(random, inputs, outputs) → a weight.</param>
/// <param name="Bias">(random, inputs, outputs) → a bias.</param>
public sealed record Initializer(
    string Name, Func<SeededRandom, int, int, double> Weight, Func<SeededRandom, int, int, double> Bias)
{
    /// <summary>Every initializer, by name.</summary>
    public static ImmutableSortedDictionary<string, Initializer> All { get; } = new Initializer[]
    {
        // N(0, 1) for weights and biases, as in Nielsen's first program.
        new("normal", (random, _, _) => random.NextNormal(), (random, _, _) => random.NextNormal()),

        // Glorot and Bengio 2010: uniform with variance 2 / (inputs + outputs).
        new("glorot", (random, inputs, outputs) => Symmetric(random, Math.Sqrt(6.0 / (inputs + outputs))), Zero),

        // He et al. 2015: normal with variance 2 / inputs, for the relu family.
        new("he", (random, inputs, _) => random.NextNormal() * Math.Sqrt(2.0 / inputs), Zero),

        // LeCun et al. 1998: normal with variance 1 / inputs.
        new("lecun", (random, inputs, _) => random.NextNormal() / Math.Sqrt(inputs), Zero),

        // Uniform within ±1/√inputs, weights and biases.
        new("uniform",
            (random, inputs, _) => Symmetric(random, 1 / Math.Sqrt(inputs)),
            (random, inputs, _) => Symmetric(random, 1 / Math.Sqrt(inputs))),
    }.ToImmutableSortedDictionary(initializer => initializer.Name, initializer => initializer, StringComparer.Ordinal);

    /// <summary>The initializer of a name.</summary>
    /// <exception cref="ArgumentException">No initializer has this name.</exception>
    public static Initializer Named(string name) => All.TryGetValue(name, out Initializer? initializer)
        ? initializer
        : throw new ArgumentException(Suggestion.Unknown("initializer", name, All.Keys));

    private static double Zero(SeededRandom random, int inputs, int outputs) => 0;

    private static double Symmetric(SeededRandom random, double bound) => random.NextDouble(-bound, bound);
}

using BenchmarkDotNet.Attributes;
using Nabla.Calculus.Derivations;
using Nabla.Networks;

namespace Nabla.Benchmarks;

/// <summary>From a network to its gradients, and to the textbook form.</summary>
[MemoryDiagnoser]
public class Deriving
{
    /// <summary>The number of layers.</summary>
    [Params(2, 50)]
    public int Depth { get; set; }

    /// <summary>The reverse sweep alone.</summary>
    [Benchmark]
    public int Sweep() => Symbols().Differentiate().Steps.Count;

    /// <summary>The sweep and the textbook form beside it.</summary>
    [Benchmark]
    public int Textbook()
    {
        LayeredNetwork symbols = Symbols();
        return TextbookDerivation.Of(symbols, symbols.Differentiate()).Count;
    }

    private LayeredNetwork Symbols() => Network.Of([.. Enumerable.Repeat(7, Depth + 1)], Activation.Sigmoid).Express(Loss.SquaredError);
}

using System.Reflection;
using Nabla.Calculus.Expressions;
using Nabla.Data.Tables;
using Nabla.Models;
using Nabla.Onnx;
using Nabla.Tests;

namespace Nabla.Cli.Tests;

/// <summary>What other programs can use of the packages changes only where somebody looked at the change: it is a diff of a golden file.</summary>
public class ThePublicFaceIsKept
{
    [Fact]
    public void Of_Nabla_Calculus() => AssertKept(typeof(Expr).Assembly, "Nabla.Calculus");

    [Fact]
    public void Of_Nabla() => AssertKept(typeof(Predictor).Assembly, "Nabla");

    [Fact]
    public void Of_Nabla_Data() => AssertKept(typeof(TableReader).Assembly, "Nabla.Data");

    [Fact]
    public void Of_Nabla_Onnx() => AssertKept(typeof(OnnxFile).Assembly, "Nabla.Onnx");

    /// <summary>A member that is not told would change without anybody's seeing it.</summary>
    [Fact]
    public void Every_kind_of_member_is_told()
    {
        string face = PublicFace.Of(typeof(Predictor).Assembly);
        Assert.All(
            [
                "sealed class Nabla.Models.Predictor\n",
                "    static Predictor Load(String path, IEnumerable<Loss>? losses = null, IEnumerable<Activation>? activations = null, Int32? concurrency = null)\n",
                "    Void PredictRow(ReadOnlySpan<String?> cells, Span<Single> outputs)\n",
                "    TargetEncoding? Decoding { get; }\n",
                "    Preprocessing Preprocessing { get; init; }\n",
                "    new(String Name, Double Mean = 0, Double Scale = 1)\n",
                "enum Nabla.Data.NumberFill\n    Mean = 0\n    Median = 1\n",
                "static class Nabla.Data.MissingText\n    static Boolean Is(ReadOnlySpan<Char> text)\n",
            ],
            part => Assert.Contains(part, face, StringComparison.Ordinal));
    }

    private static void AssertKept(Assembly assembly, string package) => Golden.Matches($"tests/Nabla.Cli.Tests/Golden/api/{package}.txt", PublicFace.Of(assembly));
}

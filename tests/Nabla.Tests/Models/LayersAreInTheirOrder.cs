using Nabla.Models;

namespace Nabla.Tests.Models;

/// <summary>The layers of other programs' files come in the order of the numbers in their names.</summary>
public class LayersAreInTheirOrder
{
    [Theory]
    [InlineData("{0}")]
    [InlineData("layers.{0}")]
    [InlineData("fc{0}")]
    [InlineData("a.{0}.b.3")]
    public void Ten_comes_after_two(string pattern)
    {
        string[] names = [.. Enumerable.Range(0, 121).Select(i => $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i)}.weight")];
        Tensor[] tensors = [.. names.Select((name, i) => new Tensor(name, [2, 2], new float[] { i, 0, 0, 1 })).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        using MemoryStream file = new();
        Safetensors.Write(file, tensors);
        file.Position = 0;
        Assert.Equal(names, ModelImport.LayersOf(Safetensors.Read(file, "layers.safetensors")).Select(layer => layer.Weights.Name));
    }

    [Fact]
    public void The_order_is_one()
    {
        string[] names = ["1", "01", "001", "1a", "a1", "a1b2", "a1b10", "a01b2", "", "2", "10", "a"];
        foreach (string x in names)
        {
            foreach (string y in names)
            {
                Assert.Equal(Math.Sign(ModelImport.CompareByNumbers(x, y)), -Math.Sign(ModelImport.CompareByNumbers(y, x)));
                Assert.Equal(x == y, ModelImport.CompareByNumbers(x, y) == 0);
            }
        }
    }
}

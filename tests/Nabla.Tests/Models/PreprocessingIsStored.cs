using System.Text;
using Nabla.Data;
using Nabla.Models;
using Nabla.Networks;
using Nabla.Tests.Data;
using Nabla.Training;

namespace Nabla.Tests.Models;

/// <summary>What was learned of a table's columns is in the model file to the bit; a file that says nonsense of them is refused with one sentence.</summary>
public sealed class PreprocessingIsStored : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static readonly Preprocessing preprocessing = new()
    {
        Columns =
        [
            new NumberEncoding("größe \"cm\"", 1.0 / 3, Math.PI, -0.1),
            new CategoryEncoding("c", ["a", "", "漢\n"], MissingIsLevel: true),
            new CategoryEncoding("d", ["x", "y"], MissingIsLevel: false, "y"),
            new CategoryEncoding("e", ["z"], MissingIsLevel: false),
        ],
        Target = new("y", 1e-300, 1e300),
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Columns_and_target_survive_the_round_trip()
    {
        Preprocessing read = Written().Preprocessing;
        Assert.Equal(8, read.Inputs);
        Assert.Equal(preprocessing.Target, read.Target);
        Assert.Equal(preprocessing.Columns.Length, read.Columns.Length);
        foreach ((ColumnEncoding expected, ColumnEncoding actual) in preprocessing.Columns.Zip(read.Columns))
        {
            if (expected is CategoryEncoding category)
            {
                Assert.Equal(category.Levels, Assert.IsType<CategoryEncoding>(actual).Levels);
                Assert.Equal(category with { Levels = [] }, (CategoryEncoding)actual with { Levels = [] });
            }
            else
            {
                Assert.Equal(expected, actual);
            }
        }
    }

    /// <summary>A program that knows nothing of columns must not take the inputs of such a model for plain numbers.</summary>
    [Fact]
    public void A_model_with_columns_has_a_format_of_its_own_and_one_without_the_old_one()
    {
        Written();
        Assert.Contains("\\\"format\\\":2", Text(), StringComparison.Ordinal);
        Model<float> model = new(Network.Of([2, 1], Activation.Identity), Loss.SquaredError);
        ModelFile.Save(Path, model, new(model.Network, model.Loss.Name));
        Assert.Contains("\\\"format\\\":1", Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"kind\":\"number\"", "\"kind\":\"numbr\"", "the kind of column 'größe \"cm\"' is 'numbr', but number and category are known")]
    [InlineData("\"mean\":0.3", "\"meen\":0.3", "'mean' is missing")]
    [InlineData("\"scale\":3.1", "\"scale\":-3.1", "but must be a positive number")]
    [InlineData("\"fill\":-0.1", "\"fill\":1e999", "'fill' is not a finite number")]
    [InlineData("\"levels\":[\"z\"]", "\"levels\":[]", "the levels of column 'e' are not at least one and all different")]
    [InlineData("\"levels\":[\"x\",\"y\"]", "\"levels\":[\"x\",\"x\"]", "the levels of column 'd' are not at least one and all different")]
    [InlineData("\"fill\":\"y\"", "\"fill\":\"q\"", "the fill of column 'd' is none of its levels")]
    [InlineData("\"levels\":[\"z\"]", "\"levels\":[\"z\",\"w\"]", "the columns become 9 inputs, but the network 8-1 has 8")]
    [InlineData("\"name\":\"e\"", "\"name\":\"d\"", "two columns are named 'd'")]
    [InlineData("\"columns\":[", "\"columns\":[7,", "cannot be read")]
    [InlineData("\"target\":{", "\"target\":{\"x\":", "cannot be read")]
    public void Nonsense_about_columns_is_refused(string right, string wrong, string sentence)
    {
        Written();
        (_, SafetensorsFile file) = ModelFile.Read(Path);
        string json = file.Metadata["nabla"];
        Assert.Contains(right, json, StringComparison.Ordinal);
        Safetensors.Write(Path, file.Tensors, new Dictionary<string, string> { ["nabla"] = json.Replace(right, wrong, StringComparison.Ordinal) });
        Assert.Contains(sentence, Assert.Throws<InvalidDataException>(() => ModelFile.Read(Path)).Message, StringComparison.Ordinal);
    }

    private string Path => folder.File("model.safetensors");

    private string Text() => Encoding.UTF8.GetString(File.ReadAllBytes(Path));

    private ModelDescription Written()
    {
        Model<float> model = new(Network.Of([8, 1], Activation.Identity), Loss.SquaredError);
        ModelFile.Save(Path, model, new(model.Network, model.Loss.Name) { Preprocessing = preprocessing });
        return ModelFile.Read(Path).Description;
    }
}

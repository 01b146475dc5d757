using Nabla.Data;
using Nabla.Models;
using Nabla.Onnx.Schema;
using Nabla.Training;

namespace Nabla.Onnx.Tests;

/// <summary>A file of a model of a table takes the columns as they are, and comes back with all that was learned of them.</summary>
public class TablesAreWhole
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Tables.All.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ONNX_Runtime_agrees_with_the_predictor(int table)
    {
        Runtime.Require();
        Tables example = Tables.All[table];
        Predictor predictor = Predictor.Of(example.Model, example.Description, concurrency: 1);
        string output = ModelProto.Parser.ParseFrom(example.Write()).Graph.Output[^1].Name;
        Assert.Equal(example.Name == "mixed classes" ? "probabilities" : "output", output);
        foreach (int count in new[] { 1, 7, 1024 })
        {
            float[] rows = example.Rows(count);
            float[] expected = new float[count * predictor.Outputs];
            predictor.Predict(rows, expected);
            float[] actual = Runtime.Run(example.Write(), rows, predictor.Inputs, output);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
            Assert.True(count == 1 || expected.Distinct().Count() > 5);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_was_written_has_the_same_bits(int table)
    {
        Tables example = Tables.All[table];
        (ModelDescription read, Model<float> copy) = Examples.Read(example.Write());
        Assert.Equal(example.Description.Network, read.Network);
        Assert.Equal(example.Description.Preprocessing.Columns.Select(column => column.Name), read.Preprocessing.Columns.Select(column => column.Name));
        Assert.Equal(example.Description.Preprocessing.Columns.OfType<NumberEncoding>(), read.Preprocessing.Columns.OfType<NumberEncoding>());
        Assert.All(
            example.Description.Preprocessing.Columns.OfType<CategoryEncoding>().Zip(read.Preprocessing.Columns.OfType<CategoryEncoding>()),
            pair => Assert.Equal((pair.First.MissingIsLevel, pair.First.Fill, string.Join('|', pair.First.Levels)), (pair.Second.MissingIsLevel, pair.Second.Fill, string.Join('|', pair.Second.Levels))));
        Assert.Equal(example.Description.Preprocessing.Target, read.Preprocessing.Target);
        Assert.Equal(example.Write(), Examples.Write(copy, read));
        float[] rows = example.Rows(9);
        Assert.Equal(Examples.Predict(example.Model, rows, example.Description), Examples.Predict(copy, rows, read));
    }

    [Fact]
    public void There_are_as_many_operators_for_many_columns_as_for_few()
    {
        static int Operators(Tables table) => ModelProto.Parser.ParseFrom(table.Write()).Graph.Node.Count;
        Assert.Equal(3 + 5 + 2, Operators(Tables.All[0]));
        Assert.Equal(3 + 5 + 2, Operators(Tables.All[1]));
        Assert.Equal(3 + 6 + 5 + 1 + 2, Operators(Tables.All[2]));
        Assert.Equal(3 + 6 + 5 + 2 + 2, Operators(Tables.All[3]));
    }

    [Fact]
    public void Notes_that_do_not_belong_to_the_graph_are_refused()
    {
        Assert.Equal("file.onnx: the notes beside the graph name the columns of a table, but the graph does not begin with what is done to these", Refused("16777000.3", "16777001.3"));
        Assert.Equal("file.onnx: the notes beside the graph name the columns of a table, but the graph does not begin with what is done to these", Refused("\"round\",", ""));
        Assert.Equal("file.onnx: the notes beside the graph name the units of a table, but the graph does not end with what makes these of the outputs", Refused("250.1", "250.2"));
        Assert.Equal("file.onnx: column 'year' has the mean 1E+300 and the scale 1.7, which have no form in an ONNX file: its numbers are float", Refused("16777000.3", "1e300"));
        Assert.StartsWith("file.onnx: the notes beside the graph cannot be read: 'mean' is missing", Refused("\"mean\"", "\"meen\""));
    }

    [Fact]
    public void What_no_float_holds_is_refused()
    {
        Tables example = Tables.All[0];
        ModelDescription tiny = example.Description with { Preprocessing = example.Description.Preprocessing with { Target = new("price", 0, 1e-300) } };
        Assert.StartsWith("column 'price' has the mean 0 and the scale 1E-300", Assert.Throws<ArgumentException>(() => Examples.Write(example.Model, tiny)).Message);
        ModelDescription other = example.Description with { Preprocessing = new() { Columns = [.. example.Description.Preprocessing.Columns.Take(1)] } };
        Assert.Equal("the columns become 1 inputs, but the network 2-6-1 has 2", Assert.Throws<ArgumentException>(() => Examples.Write(example.Model, other)).Message);
    }

    /// <summary>With a text of the notes changed, which are the only place where it stands.</summary>
    private static string Refused(string right, string wrong)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Tables.All[3].Write());
        StringStringEntryProto note = model.MetadataProps.Single(entry => entry.Key == "preprocessing");
        Assert.Contains(right, note.Value, StringComparison.Ordinal);
        note.Value = note.Value.Replace(right, wrong, StringComparison.Ordinal);
        return Assert.Throws<InvalidDataException>(() => Examples.Read(Google.Protobuf.MessageExtensions.ToByteArray(model))).Message;
    }
}

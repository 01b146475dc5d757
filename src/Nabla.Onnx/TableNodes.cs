using Nabla.Data;
using Nabla.Onnx.Schema;

namespace Nabla.Onnx;

/// <summary>
/// The preprocessing of a table as operators: the columns, one sample a row, become the network's inputs, and its outputs the table's numbers. There are a
/// dozen operators, however many columns there are.
/// </summary>
internal static class TableNodes
{
    /// <summary>Adds what makes inputs of columns, and gives the name of these.</summary>
    /// <exception cref="ArgumentException">A mean or a scale is no float.</exception>
    public static string Encode(GraphParts graph, string input, Preprocessing preprocessing)
    {
        List<long> order = [];
        int numbers = preprocessing.Columns.Count(column => column is NumberEncoding);
        (int number, int category) = (0, numbers);
        foreach (ColumnEncoding column in preprocessing.Columns)
        {
            for (int i = 0; i < column.Inputs; i++)
            {
                order.Add(column is NumberEncoding ? number++ : category++);
            }
        }

        if (numbers == preprocessing.Columns.Length)
        {
            return Numbers(graph, input, preprocessing);
        }

        if (numbers == 0)
        {
            return Categories(graph, input, preprocessing);
        }

        string joined = graph.Node(
            "Concat", "columns.joined", [Numbers(graph, input, preprocessing), Categories(graph, input, preprocessing)], Operators.Whole("axis", 1));
        return order.Order().SequenceEqual(order)
            ? joined
            : graph.Node("Gather", "columns.encoded", [joined, graph.Places("columns.order", order)], Operators.Whole("axis", 1));
    }

    /// <summary>Adds scale · a + mean.</summary>
    /// <exception cref="ArgumentException">The mean or the scale is no float.</exception>
    public static void Decode(GraphParts graph, string from, string output, TargetEncoding target)
    {
        RequireFloats(target.Name, target.Mean, target.Scale);
        string scaled = graph.Node("Mul", "target.scaled", [from, graph.Given("target.scale", (float)target.Scale)]);
        graph.Node("Add", output, [scaled, graph.Given("target.mean", (float)target.Mean)]);
    }

    /// <summary>
    /// (x − mean) / scale, with the fill for NaN. The mean is two floats whose sum is the double: x − mean is small where the mean is large, and would be
    /// mostly the rounding of the mean.
    /// </summary>
    private static string Numbers(GraphParts graph, string input, Preprocessing preprocessing)
    {
        (NumberEncoding Encoding, long Place)[] columns = [.. preprocessing.Columns.Select((column, i) => (column as NumberEncoding, (long)i)).Where(pair => pair.Item1 is not null)!];
        foreach ((NumberEncoding encoding, _) in columns)
        {
            RequireFloats(encoding.Name, encoding.Mean, encoding.Scale);
        }

        string x = columns.Length == preprocessing.Columns.Length
            ? input
            : graph.Node("Gather", "columns.numbers", [input, graph.Places("columns.numbers.places", [.. columns.Select(pair => pair.Place)])], Operators.Whole("axis", 1));
        string missing = graph.Node("IsNaN", "columns.numbers.missing", [x]);
        string near = graph.Node("Sub", "columns.numbers.near", [x, Row("mean", column => (float)column.Mean)]);
        string centred = graph.Node("Sub", "columns.numbers.centred", [near, Row("mean.rest", column => (float)(column.Mean - (float)column.Mean))]);
        string scaled = graph.Node("Div", "columns.numbers.scaled", [centred, Row("scale", column => (float)column.Scale)]);
        return graph.Node("Where", "columns.numbers.encoded", [missing, Row("fill", column => (float)column.Encode(double.NaN)), scaled]);

        string Row(string name, Func<NumberEncoding, float> value) => graph.Given($"columns.numbers.{name}", [.. columns.Select(pair => value(pair.Encoding))]);
    }

    /// <summary>1 where the column of an input has the place of that input, which a NaN is given first; else 0.</summary>
    private static string Categories(GraphParts graph, string input, Preprocessing preprocessing)
    {
        // An entry for each input: its column, its place among that column's, and the place of a missing value.
        (long Column, float Place, float Missing)[] inputs =
        [
            .. preprocessing.Columns.SelectMany((column, c) => column is CategoryEncoding category
                ? Enumerable.Range(0, category.Inputs).Select(i => ((long)c, (float)i, (float)category.MissingInput))
                : []),
        ];
        string given = graph.Node(
            "Gather", "columns.categories", [input, graph.Places("columns.categories.columns", [.. inputs.Select(entry => entry.Column)])], Operators.Whole("axis", 1));
        string missing = graph.Node("IsNaN", "columns.categories.missing", [given]);
        string filled = graph.Node("Where", "columns.categories.filled", [missing, graph.Given("columns.categories.fill", [.. inputs.Select(entry => entry.Missing)]), given]);
        string equal = graph.Node("Equal", "columns.categories.chosen", [filled, graph.Given("columns.categories.places", [.. inputs.Select(entry => entry.Place)])]);
        return graph.Node("Cast", "columns.categories.encoded", [equal], Operators.Whole("to", GraphParts.FloatType));
    }

    private static void RequireFloats(string column, double mean, double scale)
    {
        if (!float.IsFinite((float)mean) || !float.IsNormal((float)scale))
        {
            throw new ArgumentException($"column '{column}' has the mean {mean} and the scale {scale}, which have no form in an ONNX file: its numbers are float");
        }
    }
}

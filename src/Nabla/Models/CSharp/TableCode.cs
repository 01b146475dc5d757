using System.Text;
using Nabla.Data;

namespace Nabla.Models.CSharp;

/// <summary>What is done to the columns of a table, as C#.</summary>
internal static class TableCode
{
    /// <summary>The names of the columns and the levels of those that are categories; nothing where the inputs are no table.</summary>
    public static string Constants(Preprocessing preprocessing)
    {
        if (!preprocessing.IsTable)
        {
            return "";
        }

        StringBuilder text = new();
        text.Append("    /// <summary>The names of the columns, in the order of a sample's numbers.</summary>\n");
        text.Append($"    public static readonly string[] Columns = [{string.Join(", ", preprocessing.Columns.Select(column => Literal(column.Name)))}];\n\n");
        text.Append("    /// <summary>The levels of each column that is a category; a sample has the place of its level among them, and any other number for an unknown one.</summary>\n");
        text.Append("    public static readonly string[][] Levels =\n    [\n");
        foreach (ColumnEncoding column in preprocessing.Columns)
        {
            text.Append($"        [{string.Join(", ", (column is CategoryEncoding category ? category.Levels : []).Select(Literal))}],\n");
        }

        return text.Append("    ];\n\n").ToString();
    }

    /// <summary>The method that makes inputs of columns; nothing where the inputs are no table.</summary>
    public static string Encode(Preprocessing preprocessing)
    {
        if (!preprocessing.IsTable)
        {
            return "";
        }

        StringBuilder text = new();
        void Line(string line) => text.Append(line).Append('\n');
        Line("");
        Line("    /// <summary>The columns of m samples as the network takes them.</summary>");
        Line("    private static float[] Encode(ReadOnlySpan<float> inputs, int m)");
        Line("    {");
        Line($"        float[] a0 = new float[m * {preprocessing.Inputs}];");
        Line("        for (int j = 0; j < m; j++)");
        Line("        {");
        Line("            ReadOnlySpan<float> x = inputs.Slice(j * Inputs, Inputs);");
        Line($"            Span<float> a = a0.AsSpan(j * {preprocessing.Inputs}, {preprocessing.Inputs});");
        int first = 0;
        for (int c = 0; c < preprocessing.Columns.Length; c++)
        {
            ColumnEncoding column = preprocessing.Columns[c];
            Line("");
            if (column is NumberEncoding number)
            {
                Line($"            // {OneLine(column.Name)}: (x − mean) / scale, with the fill for a missing x");
                Code centred = Code.Atom($"(float.IsNaN(x[{c}]) ? {Code.Number(number.Fill).Text} : x[{c}])") - Code.Number(number.Mean);
                Line($"            a[{first}] = (float)({(centred / Code.Number(number.Scale)).Text});");
            }
            else
            {
                CategoryEncoding category = (CategoryEncoding)column;
                string missing = category.MissingInput < 0 ? "no input" : $"input {category.MissingInput}";
                Line($"            // {OneLine(column.Name)}: 1 at the input of its level, 0 at the others; {missing} for a missing value");
                Line($"            Choose(x[{c}], a.Slice({first}, {category.Inputs}), {category.MissingInput});");
            }

            first += column.Inputs;
        }

        Line("        }");
        Line("");
        Line("        return a0;");
        Line("    }");
        if (preprocessing.Columns.Any(column => column is CategoryEncoding))
        {
            Line("");
            Line("    private static void Choose(float x, Span<float> a, int missing)");
            Line("    {");
            Line("        for (int i = 0; i < a.Length; i++)");
            Line("        {");
            Line("            a[i] = (float.IsNaN(x) ? missing : x) == i ? 1 : 0;");
            Line("        }");
            Line("    }");
        }

        return $"{text}";
    }

    /// <summary>A text as C# writes it: what is no letter of ASCII as its number.</summary>
    public static string Literal(string text) =>
        $"\"{string.Concat(text.Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? $"{c}" : $"\\u{(int)c:X4}"))}\"";

    /// <summary>A text that stays within a comment: what may end a line is a space, and a half of a character the sign for one that is none.</summary>
    public static string OneLine(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? " " : rune.ToString()));
}

using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using Nabla.Cli.CommandLine;
using Nabla.Data;
using Nabla.Data.Tables;
using Nabla.Models;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary>The predictions for the rows of a file, written as the rows are read: a file of any length takes constant memory.</summary>
internal sealed class TablePrediction(Terminal terminal, long count, bool json)
{
    private readonly TextWriter output = terminal.Output;

    /// <summary>Predicts all rows, or the first ones, and says on stderr what a user should know of them.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or lacks a column; the rows before that place are written.</exception>
    public int Run<T>(Model<T> model, ModelDescription description, DataSource data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ImmutableArray<string> notes = [];
        try
        {
            foreach (TableBatch batch in data.Rows(description.Preprocessing, count))
            {
                notes = batch.Notes;
                Write(model, description, data, batch);
                if (batch.FirstRow + batch.Features.Count >= count)
                {
                    break;
                }
            }
        }
        finally
        {
            terminal.WriteNotes(notes);
        }

        return ExitCode.Done;
    }

    private void Write<T>(Model<T> model, ModelDescription description, DataSource data, TableBatch batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ImmutableArray<string> classes = description.Classes;
        TargetEncoding target = description.Preprocessing.Target ?? new("");
        StringBuilder rows = new();
        if (batch.FirstRow == 0 && !json)
        {
            string outputs = classes.IsEmpty ? "output" : model.Network.Layers[^1].Activation.IsSoftmax ? "predicted,probability" : "predicted,output";
            rows.Append($"index,{outputs}{(batch.Targets is null ? "" : ",target")}\n");
        }

        model.Predict(
            batch.Features,
            (i, column) =>
            {
                long index = batch.FirstRow + i;
                double[] values = new double[column.Length];
                for (int j = 0; j < values.Length; j++)
                {
                    double value = double.CreateChecked(column[j]);
                    values[j] = classes.IsEmpty ? target.Decode(value) : value;
                    if (!double.IsFinite(values[j]))
                    {
                        output.Write(rows);
                        throw new InvalidDataException($"{Path.GetFileName(data.Given)}: the output for row {index} is {values[j]}; its numbers are too far from those that were trained with");
                    }
                }

                if (json)
                {
                    WriteJson(index, values, classes, batch.Targets?[i]);
                }
                else
                {
                    rows.Append(Row(index, values, classes, batch.Targets?[i])).Append('\n');
                }
            },
            (int)Math.Min(int.MaxValue, count - batch.FirstRow));
        output.Write(rows);
        output.Flush();
    }

    private static string Row(long index, double[] values, ImmutableArray<string> classes, string? target)
    {
        int best = Array.IndexOf(values, values.Max());
        string predicted = classes.IsEmpty
            ? string.Join(',', values.Select(value => value.ToString("G6", CultureInfo.InvariantCulture)))
            : $"{CsvField.Of(classes[best])},{values[best]:0.0000}";
        return $"{index},{predicted}{(target is null ? "" : $",{CsvField.Of(target)}")}";
    }

    private void WriteJson(long index, double[] values, ImmutableArray<string> classes, string? target) => JsonLine.Write(output, writer =>
    {
        writer.WriteNumber("index", index);
        if (!classes.IsEmpty)
        {
            writer.WriteString("predicted", classes[Array.IndexOf(values, values.Max())]);
        }

        writer.WriteStartArray("outputs");
        foreach (double value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
        if (target is null)
        {
            return;
        }

        if (classes.IsEmpty && double.TryParse(target, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            writer.WriteNumber("target", number);
        }
        else if (target.Length == 0)
        {
            writer.WriteNull("target");
        }
        else
        {
            writer.WriteString("target", target);
        }
    });
}

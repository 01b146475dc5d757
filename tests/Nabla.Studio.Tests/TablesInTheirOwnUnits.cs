using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nabla.Data;
using Nabla.Networks;
using Nabla.Studio.Charts;
using Nabla.Studio.Experiments;
using Nabla.Training;

namespace Nabla.Studio.Tests;

public sealed class TablesInTheirOwnUnits
{
    [Fact]
    public async Task Are_shown_with_the_names_of_their_columns_as_they_were_written()
    {
        string[] rows = [.. Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"{50 + i},{(i % 3 == 0 ? "north" : i % 3 == 1 ? "south" : "west")},{i % 7},{1000 + (30 * i)}.5"))];
        Dataset data = await LoadAsync("area,side,rooms,price\n" + string.Join('\n', rows) + "\n");
        Assert.Equal(["area", "side", "rooms"], SampleText.Names(data));
        Assert.Equal("price", SampleText.TargetName(data));
        HashSet<string> written = [.. rows.Select(row => string.Join(',', row.Split(',').Select(cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double number) ? SampleText.Number(number) : cell)))];
        for (int i = 0; i < data.Train.Count; i++)
        {
            Assert.Contains(string.Join(',', SampleText.Cells(data, data.Train.InputsOf(i)).Append(SampleText.Target(data, data.Train, i))), written);
        }

        Model<float> model = new(new(data.Train.Inputs, [new(1, Activation.Identity)]), Loss.SquaredError);
        model.Initialize(Initializer.Named("glorot"), 1);
        HeldOut held = HeldOut.Of(model, data);
        Assert.All(held.Worst, one => Assert.Contains(string.Join(',', SampleText.Cells(data, one.Inputs).Append(one.Target)), written));
    }

    [Fact]
    public async Task Name_the_axes_of_the_map_of_decisions()
    {
        Dataset data = await LoadAsync("length,weight,kind\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{100 + i},{i % 10},{(i > 50 ? "cod" : "eel")}\n")));
        Model<float> model = new(new(2, [new(2, Activation.Softmax)]), Loss.CrossEntropy);
        model.Initialize(Initializer.Named("glorot"), 1);
        DecisionMap map = DecisionMap.Of(model, data);
        Assert.StartsWith("Decisions over length from 90.", map.Words, StringComparison.Ordinal);
        Assert.Contains(" and weight from -0.9 to 9.9: ", map.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_what_is_no_table_as_it_is()
    {
        Dataset data = await Datasets.All.First(one => one.Name == "moons").LoadAsync(new() { Seed = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(["x1", "x2"], SampleText.Names(data));
        ImmutableArray<double> inputs = data.Train.InputsOf(0);
        Assert.Equal(inputs.Select(x => x.ToString("G4", CultureInfo.InvariantCulture)), SampleText.Cells(data, inputs));
        Assert.Equal(data.Classes[data.Train.Labels!.Value[0]], SampleText.Target(data, data.Train, 0));
    }

    private static async Task<Dataset> LoadAsync(string table)
    {
        using Uploads uploads = new(new());
        byte[] bytes = Encoding.UTF8.GetBytes(table);
        (await uploads.AddAsync("table.csv", bytes.Length, _ => new MemoryStream(bytes), TestContext.Current.CancellationToken)).Keep();
        return await uploads.LoadAsync(ExperimentSettings.StartFor("table.csv"), TestContext.Current.CancellationToken);
    }
}

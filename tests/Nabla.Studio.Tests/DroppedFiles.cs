using System.Text;
using Nabla.Data;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Tests;

/// <summary>Files that are dropped on the page, without a browser.</summary>
public sealed class DroppedFiles : IDisposable
{
    private readonly Uploads uploads = new(new());

    public void Dispose() => uploads.Dispose();

    [Fact]
    public async Task Stay_where_they_are_while_somebody_reads_them()
    {
        (await AddAsync("a.csv", 100)).Keep();
        string path;
        using (Uploads.Reading reading = uploads.Hold("a.csv")!)
        using (Uploads.Reading second = uploads.Hold("a.csv")!)
        {
            path = reading.Upload.Path;
            (await AddAsync("a.csv", 60)).Keep();
            Assert.NotEqual(path, uploads.Find("a.csv")!.Path);
            second.Dispose();
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
        Assert.True(File.Exists(uploads.Find("a.csv")!.Path));
        Assert.Null(uploads.Hold("b.csv"));
    }

    [Fact]
    public async Task Can_be_replaced_all_the_time_while_others_load_them()
    {
        (await AddAsync("a.csv", 100)).Keep();
        Task<Dataset>[] loads = [.. Enumerable.Range(0, 20).Select(i => Task.Run(() => uploads.LoadAsync(ExperimentSettings.StartFor("a.csv") with { Seed = (ulong)i }, CancellationToken.None)))];
        for (int i = 0; i < 20; i++)
        {
            (await AddAsync("a.csv", 100)).Keep();
        }

        Assert.All(await Task.WhenAll(loads), data => Assert.Equal(80, data.Train.Count));
    }

    [Fact]
    public async Task Are_no_choice_where_they_are_taken_back_and_what_they_replaced_is_there_again()
    {
        DroppedFile first = await AddAsync("a.csv", 100);
        first.Keep();
        Upload kept = uploads.Find("a.csv")!;
        DroppedFile bad = await AddAsync("a.csv", 5);
        string path = uploads.Find("a.csv")!.Path;
        bad.TakeBack();
        Assert.Equal(kept, uploads.Find("a.csv"));
        Assert.True(File.Exists(kept.Path));
        Assert.False(File.Exists(path));
        (await AddAsync("b.csv", 5)).TakeBack();
        Assert.Equal(["a.csv"], uploads.Names);
    }

    /// <summary>Two pages drop a file of one name at once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Go_in_any_order_without_taking_others_with_them(bool secondFirst)
    {
        (await AddAsync("a.csv", 100)).Keep();
        Upload kept = uploads.Find("a.csv")!;
        DroppedFile second = await AddAsync("a.csv", 5);
        DroppedFile third = await AddAsync("a.csv", 6);
        Upload last = uploads.Find("a.csv")!;
        (secondFirst ? second : third).TakeBack();
        (secondFirst ? third : second).TakeBack();
        Assert.Equal(kept, uploads.Find("a.csv"));
        Assert.True(File.Exists(kept.Path));
        Assert.False(Directory.Exists(Path.GetDirectoryName(last.Path)));
        DroppedFile fourth = await AddAsync("a.csv", 7);
        DroppedFile fifth = await AddAsync("a.csv", 8);
        fifth.Keep();
        fourth.TakeBack();
        Assert.False(File.Exists(kept.Path));
        Assert.True(File.Exists(uploads.Find("a.csv")!.Path));
    }

    private async Task<DroppedFile> AddAsync(string name, int rows)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{2 * i}.5\n")));
        return await uploads.AddAsync(name, bytes.Length, _ => new MemoryStream(bytes), TestContext.Current.CancellationToken);
    }
}

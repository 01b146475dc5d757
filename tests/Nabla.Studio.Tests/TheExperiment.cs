using Microsoft.Playwright;

namespace Nabla.Studio.Tests;

public sealed class TheExperiment(OpenStudio studio)
{
    [Fact]
    public async Task A_width_that_is_changed_changes_the_shapes_in_the_derivation()
    {
        await using StudioView view = await studio.OpenAsync();
        Assert.Contains("8×2", await view.TextAsync("#line-1"), StringComparison.Ordinal);
        await view.Page.GetByLabel("Layer 1: one neuron more").ClickAsync();
        await view.UntilAsync("document.querySelector('#line-1').innerText.includes('9×2 = ') || document.querySelector('#line-1').innerText.includes('9×2 ·')");
        await view.UntilAsync("location.search.includes('hidden=9-4')");
        await view.Page.FillAsync("#width-2", "5");
        await view.Page.PressAsync("#width-2", "Enter");
        await view.UntilAsync("document.querySelector('#line-3').innerText.includes('5×9')");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task A_run_makes_the_loss_fall()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.SelectOptionAsync("#pace", "0");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        double first = await view.NumberAsync("#loss");
        await view.Page.ClickAsync("#run");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'", seconds: 60);
        await view.UntilAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"+document.querySelector('#loss').textContent < {first / 2}"));
        await view.Page.ClickAsync("#reset");
        await view.UntilAsync("document.querySelector('#steps').textContent === '0'");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task An_address_is_a_whole_experiment()
    {
        await using StudioView view = await studio.OpenAsync("data=circles&hidden=5-3&activation=relu,sigmoid&optimizer=adam&learning-rate=0.02&batch-size=20&seed=7");
        await view.Page.ClickAsync("#step");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '2'");
        string loss = await view.TextAsync("#loss");
        Assert.Contains("data=circles", view.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("token", view.Page.Url, StringComparison.Ordinal);

        await view.Page.ReloadAsync();
        await view.Page.WaitForSelectorAsync("main.studio");
        Assert.Equal("5", await view.Page.InputValueAsync("#width-1"));
        Assert.Equal("sigmoid", await view.Page.InputValueAsync("#activation-2"));
        Assert.Equal("adam", await view.Page.InputValueAsync("#optimizer"));
        await view.Page.ClickAsync("#step");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '2'");
        Assert.Equal(loss, await view.TextAsync("#loss"));
        await view.IsFineAsync();
    }

    [Fact]
    public async Task What_an_address_says_wrongly_is_left_out_and_told()
    {
        await using StudioView view = await studio.OpenAsync("data=xor&learning-rate=fast&layers=3&seed=2");
        Assert.Equal("xor", await view.Page.InputValueAsync("#data"));
        Assert.Equal("2", await view.Page.InputValueAsync("#seed"));
        Assert.Equal("0.5", await view.Page.InputValueAsync("#learning-rate"));
        string problems = string.Join('\n', await view.Page.Locator(".problem").AllInnerTextsAsync());
        Assert.Contains("learning-rate=fast", problems, StringComparison.Ordinal);
        Assert.Contains("layers", problems, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_dropped_is_trained_on()
    {
        await using StudioView view = await studio.OpenAsync();
        string rows = string.Concat(Enumerable.Range(0, 120).Select(i => $"{i % 12},{i % 7},{(i % 12 > 5 ? "large" : "small")}\n"));
        await view.Page.SetInputFilesAsync("#upload", new FilePayload { Name = "sizes.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes("width,height,size\n" + rows) });
        await view.UntilAsync("document.querySelector('#data').value === 'sizes.csv'");
        Assert.Contains("2 classes", await view.TextAsync("#data-summary"), StringComparison.Ordinal);
        await view.Page.Locator("details summary", new() { HasText = "The first samples" }).ClickAsync();
        Assert.Contains("width", await view.TextAsync(".wide th"), StringComparison.Ordinal);
        await view.Page.SelectOptionAsync("#pace", "0");
        await view.Page.ClickAsync("#run");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Done'", seconds: 60);
        await view.UntilAsync("+document.querySelector('#loss').textContent < 0.2");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task Two_IDX_files_that_are_dropped_are_pictures_and_their_labels()
    {
        await using StudioView view = await studio.OpenAsync();
        FilePayload images = new() { Name = "few-images-idx3-ubyte", MimeType = "application/octet-stream", Buffer = Nabla.Tests.Data.IdxFiles.Images(60, 6, 6) };
        FilePayload labels = new() { Name = "few-labels-idx1-ubyte", MimeType = "application/octet-stream", Buffer = Nabla.Tests.Data.IdxFiles.Labels([.. Enumerable.Range(0, 60).Select(i => (byte)(i % 3))]) };
        await view.Page.SetInputFilesAsync("#upload", [labels, images]);
        await view.UntilAsync("document.querySelector('#data').value === 'few-images-idx3-ubyte'");
        Assert.Contains("36 inputs, 3 classes", await view.TextAsync("#data-summary"), StringComparison.Ordinal);
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        await view.Page.SetInputFilesAsync("#upload", [images]);
        await view.Page.WaitForSelectorAsync(".problem");
        Assert.Contains("drop the file with the targets together with it", await view.TextAsync(".problem"), StringComparison.Ordinal);
        await view.IsFineAsync();
    }

    [Fact]
    public async Task A_loss_of_ones_own_is_derived_and_trained()
    {
        await using StudioView view = await studio.OpenAsync("data=xor");
        await view.Page.SelectOptionAsync("#loss-choice", "");
        await view.Page.FillAsync("#loss-text", "sum((y-a).^4)/m");
        await view.Page.PressAsync("#loss-text", "Enter");
        await view.UntilAsync("location.search.includes('loss=sum')");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        await view.Page.FillAsync("#loss-text", "sum((y-a");
        await view.Page.PressAsync("#loss-text", "Enter");
        await view.Page.WaitForSelectorAsync(".problem");
        Assert.Contains("loss", await view.TextAsync(".problem"), StringComparison.Ordinal);
        await view.IsFineAsync();
    }
}

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

    [Fact]
    public async Task A_loss_that_an_address_says_wrongly_is_told_and_the_page_lives()
    {
        await using StudioView view = await studio.OpenAsync("data=xor&loss=sum((y-a");
        Assert.Contains("loss=sum((y-a", await view.TextAsync(".problem"), StringComparison.Ordinal);
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        view.IsQuiet();
    }

    [Fact]
    public async Task A_file_that_is_dropped_again_is_the_new_one()
    {
        await using StudioView view = await studio.OpenAsync();
        foreach (int rows in (int[])[100, 60])
        {
            string table = "a,b\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{2 * i}.5\n"));
            await view.Page.SetInputFilesAsync("#upload", new FilePayload { Name = "again.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(table) });
            await view.UntilAsync($"document.querySelector('#data').value === 'again.csv' && document.querySelector('#data-summary').textContent.startsWith('{rows * 4 / 5} samples')");
        }

        view.IsQuiet();
    }

    [Fact]
    public async Task A_file_may_be_dropped_anywhere_on_the_page()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.EvaluateAsync("""
            (() => {
                const data = new DataTransfer();
                data.items.add(new File(['a,b\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n7,x\n8,y\n9,x\n10,y\n'], 'anywhere.csv', { type: 'text/csv' }));
                document.querySelector('#mathematics-title').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            })()
            """);
        await view.UntilAsync("document.querySelector('#data').value === 'anywhere.csv'");
        view.IsQuiet();
    }

    [Fact]
    public async Task A_second_table_is_not_dropped_silently_and_a_file_that_cannot_be_read_is_no_choice()
    {
        await using StudioView view = await studio.OpenAsync();
        static FilePayload File(string name, string text) => new() { Name = name, MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };
        string rows = string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{2 * i}.5\n"));
        await view.Page.SetInputFilesAsync("#upload", [File("first-one.csv", "a,b\n" + rows), File("second-one.csv", "c,d\n" + rows)]);
        await view.UntilAsync("document.querySelector('#data').value === 'first-one.csv' && document.querySelector('.problem') !== null");
        Assert.Equal("This experiment is about first-one.csv; second-one.csv is a set of its own, which the list of sets has too.", await view.TextAsync(".problem"));
        await view.Page.SelectOptionAsync("#data", "second-one.csv");
        await view.UntilAsync("location.search.includes('data=second-one.csv') && document.querySelector('.problem') === null");
        await view.Page.SetInputFilesAsync("#upload", [File("damaged.csv", "a,b\n1\n")]);
        await view.Page.WaitForSelectorAsync(".problem");
        Assert.Contains("damaged.csv", await view.TextAsync(".problem"), StringComparison.Ordinal);
        Assert.Equal("second-one.csv", await view.Page.InputValueAsync("#data"));
        Assert.Equal(0, await view.Page.Locator("#data option[value='damaged.csv']").CountAsync());
        await view.Page.SetInputFilesAsync("#upload", [File("third-one.csv", "a,b\n" + rows), File("damaged.csv", "a,b\n1\n")]);
        await view.UntilAsync("document.querySelector('#data').value === 'third-one.csv' && document.querySelector('.problem').textContent.includes('the other file is no set: damaged.csv')");
        Assert.Equal(0, await view.Page.Locator("#data option[value='damaged.csv']").CountAsync());
        await view.IsFineAsync();
    }

    [Fact]
    public async Task An_address_that_cannot_be_opened_says_so_and_there_is_something_to_go_on_with()
    {
        await using StudioView view = await studio.OpenAsync("data=unknown");
        string[] problems = [.. await view.Page.Locator(".problem").AllInnerTextsAsync()];
        Assert.Contains("there is no data 'unknown'", problems[0], StringComparison.Ordinal);
        Assert.Equal("This is the first experiment with moons instead.", problems[1]);
        await view.Page.SelectOptionAsync("#data", "xor");
        await view.UntilAsync("location.search.includes('data=xor') && document.querySelector('.problem') === null");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task What_is_chosen_beside_the_settings_stays_where_one_of_them_changes()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=3&style=differential");
        Assert.Equal("Differential", await view.Page.InputValueAsync("#style"));
        await view.Page.SelectOptionAsync("#style", "Index");
        await view.UntilAsync("location.search.includes('&style=index')");
        await view.Page.ClickAsync("#tab-gradients");
        await view.Page.FillAsync("#sample", "17");
        await view.Page.PressAsync("#sample", "Enter");
        await view.Page.ClickAsync("#walk");
        await view.UntilAsync("document.querySelector('#line-1 .numbers') !== null");
        await view.Page.ClickAsync("#walk-on");
        await view.UntilAsync("document.querySelector('#line-2 .numbers') !== null");
        await view.Page.FillAsync("#learning-rate", "0.25");
        await view.Page.PressAsync("#learning-rate", "Enter");
        await view.UntilAsync("location.search.includes('learning-rate=0.25') && location.search.includes('&style=index')");
        await view.UntilAsync("document.querySelector('#line-2 .numbers') !== null && document.querySelector('#tab-gradients').ariaSelected === 'true'");
        Assert.Equal("17", await view.Page.InputValueAsync("#sample"));
        Assert.Equal("learning-rate", await view.Page.EvaluateAsync<string>("document.activeElement.id"));

        // The data has no such sample: the last there is.
        await view.Page.SelectOptionAsync("#data", "xor");
        await view.UntilAsync("document.querySelector('#sample').value === '4' && document.querySelector('.numbers') !== null");
        await view.IsFineAsync();
    }

    [Theory]
    [InlineData("data=xor", "sigmoid")]
    [InlineData("data=moons&loss=huber", "sigmoid")]
    [InlineData("data=moons", "softmax")]
    public async Task The_controls_say_what_is(string query, string activation)
    {
        await using StudioView view = await studio.OpenAsync(query);
        Assert.Equal(activation, await view.Page.InputValueAsync("#output-activation"));

        // What is refused does not stay in its control.
        await view.Page.FillAsync("#learning-rate", "abc");
        await view.Page.PressAsync("#learning-rate", "Enter");
        await view.Page.WaitForSelectorAsync("#setting-problem");
        await view.UntilAsync("+document.querySelector('#learning-rate').value > 0");
        await view.Page.FillAsync("#width-1", "100000");
        await view.Page.PressAsync("#width-1", "Enter");
        await view.UntilAsync("document.querySelector('#setting-problem').textContent.includes('4096') && +document.querySelector('#width-1').value < 100");
        view.IsQuiet();
    }
}

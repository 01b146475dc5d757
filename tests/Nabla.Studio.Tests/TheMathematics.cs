namespace Nabla.Studio.Tests;

/// <summary>The centre of the page.</summary>
public sealed class TheMathematics(OpenStudio studio)
{
    [Fact]
    public async Task Is_that_of_the_network_in_the_style_dialect_and_number_of_samples_that_are_chosen()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=5&activation=sigmoid");
        await view.UntilAsync("document.querySelector('.line .shape')?.textContent === '5×1 = 5×2 · 2×1 + 5×1'");
        await view.Page.SelectOptionAsync("#samples", "batch");
        await view.UntilAsync("document.querySelector('.name[data-name=\"Z¹\"]') !== null");
        await view.Page.SelectOptionAsync("#style", "Index");
        await view.UntilAsync("document.querySelector('.line munder') !== null");
        await view.Page.SelectOptionAsync("#dialect", "Seed");
        await view.Page.SelectOptionAsync("#style", "Textbook");
        await view.Page.SelectOptionAsync("#samples", "one");
        await view.UntilAsync("[...document.querySelectorAll('.label')].some(label => label.textContent === 'Eq 5')");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task Says_in_a_name_that_is_pointed_at_what_it_is_worth_where_it_comes_from_and_what_computes_it()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.Locator(".name[data-name='δ³']").First.HoverAsync();
        await view.UntilAsync("document.querySelector('#inspector .facts p') !== null");
        Assert.Equal("δ³ adjoint, 2×1", await view.TextAsync("#inspector h3"));
        Assert.Contains("instruction", await view.TextAsync("#inspector .facts p"), StringComparison.Ordinal);
        Assert.Equal(2, await view.Page.Locator("#inspector td").CountAsync());
        string before = await view.TextAsync("#inspector .elements");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync($"document.querySelector('#inspector .elements').innerText !== {System.Text.Json.JsonSerializer.Serialize(before)}");
        await view.Page.Locator("#inspector .link").First.ClickAsync();
        await view.UntilAsync("document.querySelector('.line.selected') !== null");
        await view.IsFineAsync();
        await view.Page.Keyboard.PressAsync("Escape");
        await view.UntilAsync("document.querySelector('#inspector') === null");
    }

    [Fact]
    public async Task Is_walked_through_with_numbers_by_the_keyboard_alone()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=3");
        await view.Page.FocusAsync("#walk");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#line-1 .numbers') !== null");
        string first = await view.TextAsync(".numbers");
        Assert.Contains("=", first, StringComparison.Ordinal);
        await view.Page.FocusAsync("#walk-on");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#line-2 .numbers') !== null");

        // The focus goes with the line.
        await view.UntilAsync("document.activeElement.id === 'walk-on'");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#line-3 .numbers') !== null && document.activeElement.id === 'walk-on'");
        await view.Page.FocusAsync("#walk-back");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync("document.querySelector('#line-2 .numbers') !== null && document.activeElement.id === 'walk-back'");

        // Another sample has other numbers.
        string second = await view.TextAsync(".numbers");
        await view.Page.FocusAsync("#sample-after");
        await view.Page.Keyboard.PressAsync("Enter");
        await view.UntilAsync($"document.querySelector('.numbers').innerText !== {System.Text.Json.JsonSerializer.Serialize(second)}");

        // A name of the line is a button, and what it is worth is shown when it has the focus.
        await view.Page.FocusAsync("#line-2 .symbol");
        await view.UntilAsync("document.querySelector('#inspector td') !== null");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task Says_which_samples_there_are_and_of_how_many_of_a_batch_it_shows_values()
    {
        await using StudioView view = await studio.OpenAsync("data=moons&batch-size=32");
        await view.Page.FillAsync("#sample", "401");
        await view.Page.PressAsync("#sample", "Enter");
        await view.Page.WaitForSelectorAsync("#sample-problem");
        Assert.Equal("The sample is a whole number from 1 to 400.", await view.TextAsync("#sample-problem"));
        await view.UntilAsync("document.querySelector('#sample').value === '1'");
        await view.IsAccessibleAsync();
        await view.Page.FillAsync("#sample", "400");
        await view.Page.PressAsync("#sample", "Enter");
        await view.UntilAsync("document.querySelector('#sample-problem') === null && document.querySelector('#sample').value === '400'");
        Assert.Equal(0, await view.Page.Locator("#batch-note").CountAsync());
        await view.Page.SelectOptionAsync("#samples", "batch");
        await view.Page.WaitForSelectorAsync("#batch-note");
        Assert.Equal("Values are those of 8 samples from this one on, not of all 32 of a batch.", await view.TextAsync("#batch-note"));
        await view.IsFineAsync();
    }

    [Fact]
    public async Task Draws_its_heat_maps_anew_where_light_and_dark_change()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.Locator(".name[data-name='W²']").First.ClickAsync();
        const string Pixels = "(() => { const map = document.querySelector('#inspector .heat'); return map && map.width === 8 ? map.toDataURL() : ''; })()";
        await view.UntilAsync($"{Pixels} !== ''");
        string light = await view.Page.EvaluateAsync<string>(Pixels);
        await view.Page.EmulateMediaAsync(new() { ColorScheme = Microsoft.Playwright.ColorScheme.Dark });
        await view.UntilAsync($"{Pixels} !== '{light}'");
        view.IsQuiet();
    }

    [Fact]
    public async Task Goes_on_to_show_what_a_name_is_worth_while_the_network_trains()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false });
        await view.Page.Locator(".name[data-name='W²']").First.ClickAsync();
        await view.UntilAsync("document.querySelector('#inspector td') !== null");
        for (int i = 0; i < 2; i++)
        {
            string before = await view.TextAsync("#inspector .facts");
            await view.UntilAsync($"document.querySelector('#inspector .facts').innerText !== {System.Text.Json.JsonSerializer.Serialize(before)}");
        }

        view.IsQuiet();
    }

    [Fact]
    public async Task Is_readable_at_twice_the_size()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Width = 640, Height = 360 });
        await view.Page.Locator(".name[data-name='z¹']").First.ClickAsync();
        await view.UntilAsync("document.querySelector('#inspector .facts p') !== null");
        Assert.True(await view.Page.Locator("#inspector h3").IsVisibleAsync());
        Assert.True(await view.Page.EvaluateAsync<bool>("document.querySelector('#inspector').getBoundingClientRect().bottom <= innerHeight + 1"));
        await view.IsAccessibleAsync();
    }
}

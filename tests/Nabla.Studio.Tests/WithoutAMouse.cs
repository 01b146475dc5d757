using Microsoft.Playwright;

namespace Nabla.Studio.Tests;

public sealed class WithoutAMouse(OpenStudio studio)
{
    [Fact]
    public async Task Keys_run_pause_step_reset_and_walk_the_lines()
    {
        await using StudioView view = await studio.OpenAsync();
        IKeyboard keyboard = view.Page.Keyboard;
        await keyboard.PressAsync(".");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        await keyboard.PressAsync("Space");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Running' && +document.querySelector('#steps').textContent.replaceAll(',', '') > 5");
        await keyboard.PressAsync("Space");
        await view.UntilAsync("document.querySelector('#state').textContent === 'Paused'");
        await keyboard.PressAsync("r");
        await view.UntilAsync("document.querySelector('#steps').textContent === '0'");
        await keyboard.PressAsync("]");
        await keyboard.PressAsync("]");
        await view.UntilAsync("document.querySelector('#line-2').classList.contains('selected') || document.querySelector('#line-2[aria-current]') !== null");
        await keyboard.PressAsync("[");
        await view.UntilAsync("document.querySelector('#line-1').classList.contains('selected') || document.querySelector('#line-1[aria-current]') !== null");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task Keys_do_nothing_while_somebody_types_and_can_be_switched_off()
    {
        await using StudioView view = await studio.OpenAsync();
        await view.Page.FocusAsync("#learning-rate");
        await view.Page.Keyboard.PressAsync(".");
        await view.Page.Keyboard.PressAsync("r");
        await view.Page.Keyboard.PressAsync("Escape");
        await view.Page.FocusAsync("#run");
        await view.Page.Keyboard.PressAsync("?");
        await view.Page.WaitForSelectorAsync("dialog[open]");
        await view.IsAccessibleAsync();
        await view.Page.FocusAsync("#keys");
        await view.Page.Keyboard.PressAsync("Space");
        await view.Page.Keyboard.PressAsync("Escape");
        await view.UntilAsync("document.querySelector('dialog[open]') === null");
        await view.Page.Keyboard.PressAsync(".");
        await view.Page.Keyboard.PressAsync("?");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal("0", await view.TextAsync("#steps"));
        Assert.Equal(0, await view.Page.Locator("dialog[open]").CountAsync());
    }

    [Fact]
    public async Task Everything_that_a_mouse_can_press_is_reached_by_the_tab_key()
    {
        await using StudioView view = await studio.OpenAsync("data=xor");
        int controls = await view.Page.EvaluateAsync<int>(
            "[...document.querySelectorAll('button, select, input, textarea, summary, [role=tab]')].filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0).length");
        HashSet<string> reached = [];
        for (int i = 0; i < 3 * controls; i++)
        {
            await view.Page.Keyboard.PressAsync("Tab");
            reached.Add(await view.Page.EvaluateAsync<string>(
                "(() => { const all = [...document.querySelectorAll('button, select, input, textarea, summary, [role=tab]')].filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0); return String(all.indexOf(document.activeElement)); })()"));
            if (reached.Count(one => one != "-1") == controls)
            {
                break;
            }
        }

        Assert.Equal(controls, reached.Count(one => one != "-1"));
    }
}

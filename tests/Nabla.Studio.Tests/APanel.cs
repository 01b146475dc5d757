namespace Nabla.Studio.Tests;

/// <summary>Something goes wrong in a part of the page that nobody expected: here the clock, which the part asks before it computes.</summary>
public sealed class APanel(OpenStudio studio)
{
    [Fact]
    public async Task That_fails_says_so_and_can_be_tried_again_while_the_others_live()
    {
        FaultyClock clock = new();
        await using OtherStudio own = await OtherStudio.StartAsync(new() { OpensBrowser = false }, clock);
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=3", other: own.Address);
        clock.IsFaulty = true;
        await view.Page.ClickAsync("#walk");
        await view.UntilAsync("document.querySelector('#again-mathematics') !== null");
        clock.IsFaulty = false;
        Assert.Contains("This part of the page failed, and the others go on: the clock is broken", await view.TextAsync(".panel .problem"), StringComparison.Ordinal);
        await view.IsAccessibleAsync();

        // The others live: a step is made, and its loss is drawn.
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        await view.UntilAsync("document.querySelector('#loss-chart canvas') !== null");
        await view.Page.ClickAsync("#again-mathematics");
        await view.UntilAsync("document.querySelectorAll('.line math').length > 10");
        await view.Page.ClickAsync("#walk");
        await view.UntilAsync("document.querySelector('.numbers') !== null");
    }

    [Fact]
    public async Task That_fails_while_it_follows_the_training_ends_nobody_else_s_view_of_it()
    {
        FaultyClock clock = new();
        await using OtherStudio own = await OtherStudio.StartAsync(new() { OpensBrowser = false }, clock);
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=3", other: own.Address);
        await view.Page.ClickAsync("#walk");
        await view.UntilAsync("document.querySelector('.numbers') !== null");
        clock.FailsIn = "MathematicsPanel";
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#again-mathematics') !== null");
        for (int step = 2; step < 5; step++)
        {
            await view.Page.ClickAsync("#step");
            await view.UntilAsync($"document.querySelector('#steps').textContent === '{step}' && document.querySelector('#loss-chart').ariaLabel.includes('at step {step}')");
        }
    }

    [Fact]
    public async Task Lives_where_the_controls_fail_and_these_can_be_tried_again()
    {
        FaultyClock clock = new();
        await using OtherStudio own = await OtherStudio.StartAsync(new() { OpensBrowser = false }, clock);
        await using StudioView view = await studio.OpenAsync("data=moons&hidden=3", other: own.Address);
        clock.FailsIn = "Experiment.Start";
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#again-controls') !== null");
        clock.FailsIn = null;
        await view.Page.ClickAsync("#check");
        await view.UntilAsync("document.querySelector('#verdict').textContent.includes('All gradients are right')");
        await view.Page.ClickAsync("#again-controls");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
    }

    /// <summary>The system's clock, which fails when it is told to: always, or where it is asked from a class.</summary>
    private sealed class FaultyClock : TimeProvider
    {
        public bool IsFaulty { get; set; }

        public string? FailsIn { get; set; }

        public override long GetTimestamp() => IsFaulty || (FailsIn is string name && Environment.StackTrace.Contains(name, StringComparison.Ordinal))
            ? throw new InvalidDataException("the clock is broken")
            : System.GetTimestamp();
    }
}

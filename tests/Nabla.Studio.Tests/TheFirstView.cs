namespace Nabla.Studio.Tests;

public sealed class TheFirstView(OpenStudio studio)
{
    [Fact]
    public async Task Shows_a_derivation_and_a_training_that_moves_by_itself()
    {
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false });
        await view.UntilAsync("document.querySelectorAll('.line math').length > 10");
        double before = await view.NumberAsync("#steps");
        await view.UntilAsync($"+document.querySelector('#steps').textContent.replaceAll(',', '') > {before} + 50");
        await view.UntilAsync("document.querySelector('#loss-chart canvas') !== null");
        view.IsQuiet();
        await view.IsAccessibleAsync();
    }
}

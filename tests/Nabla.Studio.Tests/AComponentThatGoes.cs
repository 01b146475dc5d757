#pragma warning disable BL0006 // A renderer of a test's own is the only way to see a component go in the middle of its import.
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;
using Nabla.Studio.Components;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Tests;

/// <summary>A component whose page goes on while its script is on the way, without a browser.</summary>
public sealed class AComponentThatGoes
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leaves_no_listener_behind_whether_its_script_had_come_or_not(bool hadCome)
    {
        using Uploads uploads = new(new());
        ExperimentSettings settings = new();
        await using Experiment experiment = Experiment.Of(settings, await uploads.LoadAsync(settings, TestContext.Current.CancellationToken), TimeProvider.System);
        await using Observer observer = new(experiment);
        await using StudioSession session = new(uploads, new(new()), TimeProvider.System);
        Scripts scripts = new();
        await using ServiceProvider services = new ServiceCollection().AddSingleton(session).AddSingleton(TimeProvider.System).AddSingleton<IJSRuntime>(scripts).BuildServiceProvider();
        await using Bare renderer = new(services);
        Task mounted = renderer.MountAsync(new() { [nameof(MathematicsPanel.Experiment)] = experiment, [nameof(MathematicsPanel.Observer)] = observer });
        await scripts.Asked.WaitAsync(patience, TestContext.Current.CancellationToken);
        if (hadCome)
        {
            scripts.Come();
            await scripts.Heard.WaitAsync(patience, TestContext.Current.CancellationToken);
        }

        await renderer.DisposeAsync();
        scripts.Come();
        await scripts.LetGo.WaitAsync(patience, TestContext.Current.CancellationToken);
        await mounted;
        Assert.Empty(renderer.Problems);
        Assert.Equal(0, scripts.Listeners);
    }

    /// <summary>Renders to nowhere.</summary>
    private sealed class Bare(IServiceProvider services) : Renderer(services, NullLoggerFactory.Instance)
    {
        public List<Exception> Problems { get; } = [];

        public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

        public Task MountAsync(Dictionary<string, object?> parameters) => Dispatcher.InvokeAsync(() =>
            RenderRootComponentAsync(AssignRootComponentId(InstantiateComponent(typeof(MathematicsPanel))), ParameterView.FromDictionary(parameters)));

        protected override void HandleException(Exception exception) => Problems.Add(exception);

        protected override Task UpdateDisplayAsync(in RenderBatch renderBatch) => Task.CompletedTask;
    }

    /// <summary>Scripts that come when they are told to, and count who listens.</summary>
    private sealed class Scripts : IJSRuntime, IJSObjectReference
    {
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource come = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Listeners { get; private set; }

        public Task Asked => asked.Task;

        public Task Heard => heard.Task;

        public Task LetGo => letGo.Task;

        public void Come() => come.TrySetResult();

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            switch (identifier)
            {
                case "import":
                    asked.TrySetResult();
                    await come.Task;
                    return (TValue)(object)this;
                case "watch":
                    Listeners++;
                    heard.TrySetResult();
                    break;
                case "leave":
                    Listeners--;
                    break;
            }

            return default!;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            letGo.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Collections.Immutable;
using System.Text;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Studio.Experiments;
using Nabla.Studio.Mathematics;

namespace Nabla.Studio.Tests;

/// <summary>What an open page works on, without a browser.</summary>
public sealed class ASession : IAsyncDisposable
{
    private readonly Uploads uploads = new(new());
    private readonly StudioSession session;

    public ASession() => session = new(uploads, new(new()), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        uploads.Dispose();
    }

    [Fact]
    public async Task Keeps_all_changes_that_come_while_another_one_is_compiled_and_of_two_of_the_same_the_last()
    {
        await session.OpenAsync(new(new(), new()), []);
        bool[] could = await Task.WhenAll(
            session.ChangeAsync(now => now.With("hidden", "9-5")),
            session.ChangeAsync(now => now with { Seed = 7 }),
            session.ChangeAsync(now => now with { LearningRate = 0.5 }),
            session.ChangeAsync(now => now with { Hidden = now.Hidden.SetItem(0, now.Hidden[0] with { Width = now.Hidden[0].Width + 1 }) }),
            session.ChangeAsync(now => now with { LearningRate = 0.25 }));
        Assert.All(could, Assert.True);
        ExperimentSettings settings = session.Experiment!.Settings;
        Assert.Equal([10, 5], settings.Hidden.Select(layer => layer.Width));
        Assert.Equal((7UL, 0.25), (settings.Seed, settings.LearningRate));
    }

    [Fact]
    public async Task Runs_on_where_it_ran_however_many_changes_come_at_once()
    {
        await session.OpenAsync(new(new() { Epochs = 1_000_000 }, new()), []);
        await session.Experiment!.RunAsync();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(i => session.ChangeAsync(now => now with { Seed = (ulong)i })));
        Assert.Equal(ExperimentState.Running, session.Experiment!.State);
    }

    [Fact]
    public async Task Stays_as_it_is_where_a_change_cannot_be_made()
    {
        await session.OpenAsync(new(new(), new()), []);
        Experiment before = session.Experiment!;
        Assert.False(await session.ChangeAsync(now => now.With("hidden", "0")));
        Assert.Contains("from 1 to 4096", Assert.Single(session.Problems), StringComparison.Ordinal);
        Assert.Same(before, session.Experiment);
        Assert.True(await session.ChangeAsync(now => now));
        Assert.Same(before, session.Experiment);
    }

    [Theory]
    [InlineData("data=unknown&seed=3", "there is no data 'unknown'", "moons")]
    [InlineData("data=xor&hidden=4096-4096-4096-4096", "parameters", "xor")]
    [InlineData("data=circles&loss=cross-entropy&output-activation=tanh", "tanh", "circles")]
    public async Task Opens_something_to_go_on_with_where_the_address_cannot_be_opened(string query, string part, string data)
    {
        StudioAddress address = StudioAddress.FromQuery(query, out ImmutableArray<string> notes);
        Assert.Empty(notes);
        await session.OpenAsync(address, notes);
        Assert.Equal(ExperimentSettings.StartFor(data), session.Experiment!.Settings);
        Assert.Equal(2, session.Problems.Length);
        Assert.Contains(part, session.Problems[0], StringComparison.Ordinal);
        Assert.Equal($"This is the first experiment with {data} instead.", session.Problems[1]);
    }

    [Fact]
    public async Task Refuses_a_batch_and_widths_that_take_too_much_memory()
    {
        StringBuilder table = new("a,b,y\n");
        for (int i = 0; i < 40_000; i++)
        {
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i % 997},{i % 13},{i % 7}.5\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes($"{table}");
        (await uploads.AddAsync("wide.csv", bytes.Length, _ => new MemoryStream(bytes), TestContext.Current.CancellationToken)).Keep();
        await session.OpenAsync(StudioAddress.FromQuery("data=wide.csv&hidden=2000-2000-2000&batch-size=1000000", out _), []);
        Assert.Equal(
            "a step of 32,000 samples through 2-2000-2000-2000-1 takes about 2.3 GiB of memory, but here it may take 1 GiB at most: a smaller batch or narrower layers fit, and nabla train has no such limit",
            session.Problems[0]);
        Assert.Equal("wide.csv", session.Experiment!.Settings.Data);
        Assert.False(await session.ChangeAsync(now => now with { BatchSize = 1_000_000, Hidden = [new(4096, "relu"), new(4096, "relu")] }));
        Assert.Contains("1 GiB at most", Assert.Single(session.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_once_in_its_address_how_the_derivation_is_written_and_only_where_that_is_not_the_usual_way()
    {
        await session.OpenAsync(new(new(), new()), []);
        int changes = 0;
        session.Changed += () => changes++;
        Assert.Equal(session.Experiment!.Settings.ToQuery(), session.Address!.ToQuery());
        session.Write(new() { Style = DerivationStyle.Index, Dialect = Dialect.RowBatch, Batch = true });
        session.Write(new() { Style = DerivationStyle.Index, Dialect = Dialect.RowBatch, Batch = true });
        Assert.Equal(1, changes);
        Assert.EndsWith("&style=index&dialect=row-batch&samples=batch", session.Address!.ToQuery(), StringComparison.Ordinal);
        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            foreach (Dialect dialect in Enum.GetValues<Dialect>())
            {
                StudioAddress address = new(new() { Seed = 5 }, new() { Style = style, Dialect = dialect });
                Assert.Equal(address, StudioAddress.FromQuery("?" + address.ToQuery(), out ImmutableArray<string> problems));
                Assert.Empty(problems);
            }
        }

        StudioAddress.FromQuery("style=fancy&seed=x", out ImmutableArray<string> wrong);
        Assert.Contains("style=fancy in the address is left out: it is none of textbook, differential, index", wrong);
        Assert.Equal(2, wrong.Length);
    }
}

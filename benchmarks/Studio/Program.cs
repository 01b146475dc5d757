using System.CommandLine;
using Nabla.StudioBenchmark;

// How much the page costs the training: the studio runs as a program of its own, Chromium looks at it, and "nabla bench" is asked about the same network before and after.
Option<double> seconds = new("--seconds") { Description = "How long the training is watched", DefaultValueFactory = _ => 20 };
Option<double> minutes = new("--minutes") { Description = "How long the memory is watched, after a first minute; 0 leaves it out", DefaultValueFactory = _ => 0 };
RootCommand root = new("Measures training with the studio's page open beside nabla bench, the page's frames, and the server's memory.") { seconds, minutes };
root.SetAction(async (parsed, stop) => await Watch.RunAsync(parsed.GetValue(seconds), parsed.GetValue(minutes), stop));
return await root.Parse(args).InvokeAsync();

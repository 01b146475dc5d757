using Nabla.Studio.Server;

// "dotnet run --project src/Nabla.Studio": the same as "nabla studio", which has the options.
try
{
    return await StudioServer.RunAsync(StudioOptions.Parse(args), Console.Out, Console.Error);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"nabla: {e.Message}");
    return 2;
}

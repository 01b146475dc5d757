using Nabla.Studio.Server;

// "dotnet run --project src/Nabla.Studio": the same as "nabla studio", which has the options.
return await StudioServer.RunAsync(StudioOptions.Parse(args), Console.Out, Console.Error);

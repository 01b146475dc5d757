using Nabla.Cli;

return await Tool.RunAsync(args);

using BenchmarkDotNet.Running;
using Nabla.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(TrainingEpoch).Assembly).Run(args);

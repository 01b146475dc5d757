using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Nabla.Onnx.Tests;

/// <summary>ONNX Runtime, which judges what is written.</summary>
internal static class Runtime
{
    private static readonly Lazy<string?> problem = new(() =>
    {
        try
        {
            OrtEnv.Instance().GetVersionString();
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            return (e.InnerException ?? e).Message;
        }
    });

    /// <summary>Skips the test where the native library cannot be loaded on this machine.</summary>
    public static void Require() => Assert.SkipWhen(problem.Value is not null, $"ONNX Runtime cannot be loaded here: {problem.Value}");

    /// <summary>An output of a file for samples, row by row.</summary>
    public static float[] Run(byte[] file, float[] samples, int inputs, string output, string input = "input")
    {
        // Its warnings are about given numbers that nobody uses.
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(file, options);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(
            [NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>(samples, [samples.Length / inputs, inputs]))], [output]);
        return [.. results[0].AsTensor<float>()];
    }
}

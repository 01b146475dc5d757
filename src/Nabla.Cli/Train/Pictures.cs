using Nabla.Training;

namespace Nabla.Cli.Train;

/// <summary>The picture of <c>--plot</c>, where the tool has the library that draws it: the one in native code has not.</summary>
internal static class Pictures
{
    /// <summary>Asserts that a picture can be drawn and written.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void Require(string path)
    {
        ModelPath.RequireWritable(path, "--plot", "picture", "curves.png");
#if PICTURES
        try
        {
            Plots.CurvePicture.Require(path);
        }
        catch (PlatformNotSupportedException e)
        {
            throw new ArgumentException($"--plot: {e.Message}; --report report.html has the same curves", e);
        }
#else
        throw new ArgumentException("this tool is native code, in which pictures cannot be drawn; --report report.html has the same curves, and the tool of the .NET SDK draws --plot too");
#endif
    }

    /// <summary>Writes the curves of a training.</summary>
    public static void Write(string path, string title, IReadOnlyList<EpochReport> curves)
    {
#if PICTURES
        Plots.CurvePicture.Save(path, title, curves);
#else
        throw new NotSupportedException($"no picture {path} of the {curves.Count} epochs of {title} can be drawn in native code");
#endif
    }
}

using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Chooses the kernels that this machine runs.</summary>
internal static class KernelSets
{
    /// <summary>The paths that this machine can run, the best one last.</summary>
    public static IEnumerable<KernelPath> Supported => Enum.GetValues<KernelPath>().Where(IsSupported);

    /// <summary>Kernels in single precision: the best that the machine has, or the forced ones.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public static KernelSet<float> Float(KernelPath? forced = null) => Of<float>(forced);

    /// <summary>Kernels in double precision, for tests and comparisons.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run the forced path.</exception>
    public static KernelSet<double> Double(KernelPath? forced = null) => Of<double>(forced);

    /// <summary>Whether this machine, and the way in which the program was compiled, can run a path.</summary>
    public static bool IsSupported(KernelPath path) => path switch
    {
        KernelPath.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && IsSupported(KernelPath.Avx2),
        KernelPath.Avx2 => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported,
        KernelPath.Neon => Vector128.IsHardwareAccelerated && AdvSimd.Arm64.IsSupported,
        _ => true,
    };

    /// <summary>Kernels for a type of element: the best that the machine has, or the forced ones.</summary>
    public static KernelSet<T> Of<T>(KernelPath? forced = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        KernelPath path = forced ?? Supported.Max();
        if (!IsSupported(path))
        {
            throw new PlatformNotSupportedException(
                $"the kernels for {path} were asked for, but this machine (or this build) runs only {string.Join(", ", Supported)}");
        }

        return path switch
        {
            KernelPath.Avx512 => new VectorKernelSet<Lane512<T>, T>(path, "avx512"),
            KernelPath.Avx2 => new VectorKernelSet<Lane256<T>, T>(path, "avx2"),
            KernelPath.Neon => new VectorKernelSet<Lane128<T, Twelve>, T>(path, "neon"),
            _ => new VectorKernelSet<Lane128<T, Six>, T>(path, "portable"),
        };
    }
}

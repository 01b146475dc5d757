namespace Nabla.Kernels;

/// <summary>The instruction sets that the numeric kernels exist for: one text, specialized for a width of vectors.</summary>
public enum KernelPath
{
    /// <summary>Vectors of 128 bits, which every processor of .NET has (SSE, NEON), and nothing else.</summary>
    Portable,

    /// <summary>Vectors of 128 bits with fused multiply-add and 32 registers (Advanced SIMD of 64-bit Arm).</summary>
    Neon,

    /// <summary>Vectors of 256 bits with fused multiply-add (AVX2 and FMA3).</summary>
    Avx2,

    /// <summary>Vectors of 512 bits with masks (AVX-512 F, BW, CD, DQ and VL).</summary>
    Avx512,
}

using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>A rectangle of C.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Area(int Row, int Rows, int Column, int Columns);

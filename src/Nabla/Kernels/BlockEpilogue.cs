namespace Nabla.Kernels;

/// <summary>
/// What is done with the elements of a product while they are still in the first cache: an activation, a derivative's factor, an update.
/// </summary>
internal abstract class BlockEpilogue
{
    /// <summary>Runs on a block of C whose elements are final: some rows and columns, counted from C's first ones.</summary>
    public abstract void Run(int row, int rows, int column, int columns);
}

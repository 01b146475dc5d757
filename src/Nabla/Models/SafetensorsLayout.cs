namespace Nabla.Models;

/// <summary>
/// Compares what a header states with the bytes that follow it: the tensors must cover the data exactly once. After this, no
/// tensor can claim more memory than the file has bytes, save that 16-bit values double when they are widened.
/// </summary>
internal static class SafetensorsLayout
{
    /// <summary>The tensors in the order of their data.</summary>
    /// <exception cref="InvalidDataException">A tensor's bytes are not its own, or bytes belong to no tensor.</exception>
    public static StoredTensor[] Verify(IReadOnlyList<StoredTensor> tensors, long dataLength, string file)
    {
        foreach (StoredTensor tensor in tensors)
        {
            VerifySize(tensor, dataLength, file);
        }

        // An empty tensor stands at the border of two others and sorts before the one that starts there.
        StoredTensor[] ordered = [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        long covered = 0;
        for (int i = 0; i < ordered.Length; i++)
        {
            StoredTensor tensor = ordered[i];
            if (tensor.Begin != covered)
            {
                string problem = tensor.Begin > covered
                    ? $"bytes {covered}–{tensor.Begin} before it belong to no tensor"
                    : $"tensor {SafetensorsText.Quote(ordered[i - 1].Name)} ends at {covered}";
                throw new InvalidDataException(
                    $"{file}: tensor {SafetensorsText.Quote(tensor.Name)} starts at byte {tensor.Begin} of the data"
                    + $", but {problem}, so it must start at {covered}");
            }

            covered = tensor.End;
        }

        if (covered != dataLength)
        {
            throw new InvalidDataException(
                $"{file}: the tensors end at byte {covered} of the data"
                + $", but {dataLength} bytes follow the header and the last tensor must end with the file");
        }

        return ordered;
    }

    private static void VerifySize(StoredTensor tensor, long dataLength, string file)
    {
        string where = $"{file}: tensor {SafetensorsText.Quote(tensor.Name)}";
        string format = $"{tensor.Type} {Tensor.FormatShape(tensor.Shape)}";
        if (tensor.Begin > tensor.End)
        {
            throw new InvalidDataException(
                $"{where} begins at byte {tensor.Begin} and ends at {tensor.End}, but it must not end before it begins");
        }

        long size = StoredTensor.SizeOf(tensor.Type);
        if (Tensor.CountElements(tensor.Shape) is not { } count || count > long.MaxValue / size)
        {
            throw new InvalidDataException($"{where} is {format}, but its size must fit 63 bits");
        }

        if (tensor.End - tensor.Begin != count * size)
        {
            throw new InvalidDataException(
                $"{where} spans bytes {tensor.Begin}–{tensor.End}, but {format} needs {count * size} bytes");
        }

        if (tensor.End > dataLength)
        {
            throw new InvalidDataException(
                $"{where} spans bytes {tensor.Begin}–{tensor.End}, but only {dataLength} bytes follow the header");
        }

        if (count > Array.MaxLength)
        {
            throw new InvalidDataException($"{where} has {count} elements, but at most {Array.MaxLength} can be held");
        }
    }
}

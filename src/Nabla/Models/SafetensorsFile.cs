using System.Collections.Immutable;

namespace Nabla.Models;

/// <summary>The content of a safetensors file: a map of texts, and tensors with distinct names.</summary>
public sealed class SafetensorsFile
{
    internal SafetensorsFile(string name, IReadOnlyDictionary<string, string> metadata, ImmutableArray<Tensor> tensors)
    {
        Name = name;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>What the errors call the file: its name without the folder.</summary>
    public string Name { get; }

    /// <summary>The texts under <c>__metadata__</c>; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the header, which need not be the order of the data.</summary>
    public ImmutableArray<Tensor> Tensors { get; }

    /// <summary>The tensor of this name, or null.</summary>
    public Tensor? Find(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);
}

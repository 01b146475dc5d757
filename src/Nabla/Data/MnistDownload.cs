namespace Nabla.Data;
/// <summary>x</summary>
public sealed class MnistDownload;
/// <summary>x</summary>
public readonly record struct DownloadProgress(string File, long Bytes, long? Total);

namespace Nabla.Calculus.Expressions;

/// <summary>An expression whose parts do not fit together. The message names the parts and their shapes.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>With the sentence that says what does not fit.</summary>
    public ShapeException(string message)
        : base(message)
    {
    }

    /// <summary>With the sentence and what led to it.</summary>
    public ShapeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a sentence.</summary>
    public ShapeException()
    {
    }
}

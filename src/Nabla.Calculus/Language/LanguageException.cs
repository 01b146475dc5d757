namespace Nabla.Calculus.Language;

/// <summary>
/// A text that is no expression, or none that fits together. The message is a sentence that says what is wrong and what was
/// probably meant, then the line of the text with a mark under the place.
/// </summary>
public sealed class LanguageException : FormatException
{
    /// <summary>With the sentence, the text and the place in it.</summary>
    /// <param name="problem">What is wrong, in one sentence.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="span">The place that is underlined.</param>
    /// <param name="caret">The character that the caret points at; by default the first one of the place.</param>
    public LanguageException(string problem, string text, SourceSpan span, int? caret = null)
        : base(text.AsSpan().Trim().IsEmpty ? problem : problem + "\n" + Excerpt.Of(text, span, caret ?? span.Start))
    {
        Problem = problem;
        Span = span;
    }

    /// <summary>With a sentence alone.</summary>
    public LanguageException(string message)
        : base(message) => Problem = message;

    /// <summary>With a sentence alone and what led to it.</summary>
    public LanguageException(string message, Exception innerException)
        : base(message, innerException) => Problem = message;

    /// <summary>Without a sentence.</summary>
    public LanguageException() => Problem = "";

    /// <summary>What is wrong, without the line of the text.</summary>
    public string Problem { get; }

    /// <summary>Whether the text says something, but of shapes that do not fit together.</summary>
    public bool ConcernsShapes { get; init; }

    /// <summary>The place in the text.</summary>
    public SourceSpan Span { get; }
}

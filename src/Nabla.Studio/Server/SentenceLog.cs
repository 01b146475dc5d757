namespace Nabla.Studio.Server;

/// <summary>What goes wrong inside the server becomes a sentence on stderr; a stack trace helps nobody who uses it.</summary>
internal sealed class SentenceLog(TextWriter error) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Lines(error, categoryName);

    public void Dispose()
    {
    }

    private sealed class Lines(TextWriter error, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // That the server cannot start is said by who starts it.
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error && !category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                error.WriteLine($"nabla: in the studio: {formatter(state, exception)}{(exception is null ? "" : $" {exception.GetType().Name}: {exception.Message}")}".ReplaceLineEndings(" "));
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nabla.Tests.Data;

/// <summary>A web server on 127.0.0.1 that answers each path as a test wants, wrong answers included.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<string, Answer> answer;
    private readonly Task loop;

    public LoopbackServer(Func<string, Answer> answer)
    {
        this.answer = answer;
        listener.Start();
        loop = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mnist/");

    /// <summary>The names of the files asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await loop;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                string file = await ReadRequestAsync(stream);
                Asked.Enqueue(file);
                Answer reply = answer(file);
                string length = reply.AnnouncedLength is { } announced ? $"Content-Length: {announced}\r\n" : "";
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 {reply.Status} Status\r\n{length}Connection: close\r\n\r\n"), stop.Token);
                await stream.WriteAsync(reply.Body, stop.Token);
                if (reply.ThenSilence)
                {
                    await Task.Delay(Timeout.Infinite, stop.Token);
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client hung up, or the test is over.
        }
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        var request = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(buffer, stop.Token);
            if (read == 0)
            {
                break;
            }

            request.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return request.ToString().Split(' ')[1].Split('/')[^1];
    }

    /// <param name="Status">The HTTP status.</param>
    /// <param name="Body">The bytes sent.</param>
    /// <param name="AnnouncedLength">The length announced, or null for none.</param>
    /// <param name="ThenSilence">Whether the connection stays open with nothing more sent.</param>
    internal sealed record Answer(int Status, byte[] Body, long? AnnouncedLength, bool ThenSilence = false)
    {
        public static Answer Whole(byte[] body) => new(200, body, body.Length);

        public static Answer Failure(int status) => new(status, [], 0);
    }
}

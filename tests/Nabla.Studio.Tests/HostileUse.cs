using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Playwright;
using Nabla.Studio.Experiments;

namespace Nabla.Studio.Tests;

public sealed class HostileUse(OpenStudio studio)
{
    private Uri Root => new(new Uri(studio.Address).GetLeftPart(UriPartial.Authority) + "/");

    private string Cookie => $"nabla-studio-{Root.Port}={Token}";

    private string Token => studio.Address.Split("token=")[1];

    [Fact]
    public async Task Without_the_token_nobody_gets_in()
    {
        using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        foreach (string path in (string[])["", "assets/studio.css", "_blazor/negotiate", "?token=", "?token=0123456789abcdef0123456789abcdef", $"?token={Token}x"])
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(Root, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("token", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using HttpResponseMessage opened = await client.GetAsync(new Uri(studio.Address + "&data=xor"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        Assert.Equal("/?data=xor", opened.Headers.Location!.ToString());
        string cookie = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.0.0.1:1")]
    public async Task A_request_for_another_host_is_refused(string host)
    {
        using HttpResponseMessage answer = await AskAsync(request => request.Headers.Host = host);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(host, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task A_request_from_another_origin_is_refused(string origin)
    {
        using HttpResponseMessage answer = await AskAsync(request => request.Headers.Add("Origin", origin));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(origin, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "evil.example")]
    public async Task The_live_connection_of_a_page_is_refused_to_others_too(string header, string value)
    {
        using HttpResponseMessage right = await NegotiateAsync("Origin", Root.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        using HttpResponseMessage wrong = await NegotiateAsync(header, value);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Contains(value, await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using ClientWebSocket own = await ConnectAsync("Origin", Root.GetLeftPart(UriPartial.Authority));
        Assert.Equal(WebSocketState.Open, own.State);
        WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(header, value));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_forbids_what_does_not_come_from_the_studio()
    {
        using HttpResponseMessage answer = await AskAsync(_ => { });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("default-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        using HttpResponseMessage refused = await AskAsync(request => request.Headers.Host = "evil.example");
        Assert.True(refused.Headers.Contains("Content-Security-Policy"));
    }

    [Fact]
    public async Task The_studio_listens_on_the_loopback_address_alone()
    {
        Assert.Equal("127.0.0.1", Root.Host);
        foreach (IPAddress address in (await Dns.GetHostAddressesAsync(Dns.GetHostName(), TestContext.Current.CancellationToken)).Where(one => !IPAddress.IsLoopback(one)))
        {
            using System.Net.Sockets.TcpClient client = new(address.AddressFamily);
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => client.ConnectAsync(address, Root.Port, TestContext.Current.CancellationToken).AsTask());
        }
    }

    [Fact]
    public async Task Of_a_thousand_connections_each_is_answered_or_refused_and_a_training_goes_on()
    {
        // A studio of its own: the pages of other tests must not be refused meanwhile.
        await using OtherStudio own = await OtherStudio.StartAsync(new() { OpensBrowser = false });
        await using StudioView view = await studio.OpenAsync(options: new() { Still = false }, other: own.Address);
        using SocketsHttpHandler handler = new() { MaxConnectionsPerServer = 1000, UseCookies = false };
        using HttpClient client = new(handler);
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            using HttpRequestMessage request = Request(new Uri(own.Address));
            using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }));
        Assert.All(answers, answer => Assert.True(answer is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{answer}"));
        Assert.Contains(HttpStatusCode.OK, answers);
        double steps = await view.NumberAsync("#steps");
        await view.UntilAsync(string.Create(CultureInfo.InvariantCulture, $"+document.querySelector('#steps').textContent.replaceAll(',', '') > {steps}"));
        await view.IsFineAsync();
    }

    [Fact]
    public async Task More_requests_at_once_than_allowed_are_refused_in_a_sentence()
    {
        await using OtherStudio small = await OtherStudio.StartAsync(new() { OpensBrowser = false, MostRequests = 0 });
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(small.Address), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("at once", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_the_limit_a_bomb_and_a_million_columns_are_refused_and_the_experiment_stays()
    {
        await using OtherStudio small = await OtherStudio.StartAsync(new() { OpensBrowser = false, MostUploadBytes = 1 << 20, MostUnpackedBytes = 8 << 20 });
        await using StudioView view = await studio.OpenAsync(other: small.Address);
        Assert.Contains("at most 1,048,576", await DropAsync(view, "large.csv", new byte[(1 << 20) + 1]), StringComparison.Ordinal);
        Assert.Contains("is empty", await DropAsync(view, "nothing.csv", []), StringComparison.Ordinal);
        Assert.Contains("unpacks to more than 8,388,608", await DropAsync(view, "bomb.csv.gz", Gzipped(64 << 20)), StringComparison.Ordinal);
        Assert.Contains("unpacks to more than 8,388,608", await DropAsync(view, "bomb.npz", Zipped(64 << 20)), StringComparison.Ordinal);
        Assert.NotEmpty(await DropAsync(view, "../../etc/passwd", "root:x:0:0"u8.ToArray()));
        Assert.Equal("moons", await view.Page.InputValueAsync("#data"));
        await using StudioView other = await studio.OpenAsync();
        Assert.Contains("65,536", await DropAsync(other, "columns.csv", MillionColumns()), StringComparison.Ordinal);

        // What was refused is no choice, and the experiment goes on.
        string[] choices = [.. await view.Page.Locator("#data option").AllInnerTextsAsync(), .. await other.Page.Locator("#data option").AllInnerTextsAsync()];
        Assert.DoesNotContain(choices, choice => choice is "large.csv" or "nothing.csv" or "bomb.csv.gz" or "bomb.npz" or "columns.csv" or "passwd");
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
    }

    [Fact]
    public async Task A_table_of_a_million_columns_is_refused_in_a_sentence()
    {
        using Uploads uploads = new(new());
        byte[] table = MillionColumns();
        await uploads.AddAsync("columns.csv", table.Length, _ => new MemoryStream(table), TestContext.Current.CancellationToken);
        InvalidDataException refused = await Assert.ThrowsAsync<InvalidDataException>(() => uploads.LoadAsync(ExperimentSettings.StartFor("columns.csv"), TestContext.Current.CancellationToken));
        Assert.Contains("the row has 1,000,000 fields", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Message.Length < 300, refused.Message);
    }

    [Fact]
    public async Task An_expression_that_is_nested_ten_thousand_deep_is_refused_and_the_page_lives()
    {
        await using StudioView view = await studio.OpenAsync("data=xor");
        await view.Page.SelectOptionAsync("#loss-choice", "");
        await view.Page.WaitForSelectorAsync("#loss-text");
        await view.Page.EvaluateAsync("document.querySelector('#loss-text').removeAttribute('maxlength')");
        await view.Page.FillAsync("#loss-text", new string('(', 10_000) + "y" + new string(')', 10_000));
        await view.Page.PressAsync("#loss-text", "Enter");
        await view.Page.WaitForSelectorAsync(".problem");
        Assert.True((await view.TextAsync(".problem")).Length < 500);
        await view.Page.ClickAsync("#step");
        await view.UntilAsync("document.querySelector('#steps').textContent === '1'");
        await view.IsFineAsync();
    }

    [Fact]
    public async Task A_browser_that_is_closed_in_the_middle_of_training_ends_its_experiment_and_no_other()
    {
        await using OtherStudio own = await OtherStudio.StartAsync(new() { OpensBrowser = false });
        OpenExperiments open = own.Experiments;
        await using StudioView stays = await studio.OpenAsync(options: new() { Still = false }, other: own.Address);
        StudioView goes = await studio.OpenAsync(options: new() { Still = false }, other: own.Address);
        Assert.Equal(2, open.Count);
        await goes.DisposeAsync();
        long start = TimeProvider.System.GetTimestamp();
        while (open.Count > 1)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 60, "the experiment of the closed page is still open");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        double steps = await stays.NumberAsync("#steps");
        await stays.UntilAsync(string.Create(CultureInfo.InvariantCulture, $"+document.querySelector('#steps').textContent.replaceAll(',', '') > {steps}"));
        stays.IsQuiet();
    }

    [Fact]
    public async Task More_experiments_than_there_is_room_for_are_refused_in_a_sentence()
    {
        await using OtherStudio small = await OtherStudio.StartAsync(new() { OpensBrowser = false, MostExperiments = 1 });
        await using StudioView first = await studio.OpenAsync(other: small.Address);
        await using StudioView second = await studio.OpenAsync(options: new() { Waits = false }, other: small.Address);
        await second.Page.WaitForSelectorAsync(".problem");
        Assert.Contains("1 experiment is open", await second.TextAsync(".problem"), StringComparison.Ordinal);
    }

    private static async Task<string> DropAsync(StudioView view, string name, byte[] content)
    {
        string last = await view.Page.Locator(".problem").AllInnerTextsAsync() is [string text, ..] ? text : "";
        await view.Page.SetInputFilesAsync("#upload", new FilePayload { Name = name, MimeType = "text/csv", Buffer = content });
        string now = last;
        for (int i = 0; i < 400 && (now == last || now.Length == 0); i++)
        {
            await Task.Delay(50);
            now = await view.Page.Locator(".problem").AllInnerTextsAsync() is [string one, ..] ? one : "";
        }

        return now;
    }

    private static byte[] MillionColumns() =>
        Encoding.ASCII.GetBytes($"{string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => i % 10))}\n{string.Concat(Enumerable.Repeat(new string(',', 999_999) + "\n", 2))}");

    private static byte[] Gzipped(int zeros)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
        {
            gzip.Write(new byte[zeros]);
        }

        return packed.ToArray();
    }

    private static byte[] Zipped(int zeros)
    {
        using MemoryStream packed = new();
        using (ZipArchive archive = new(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("x.npy").Open();
            entry.Write(new byte[zeros]);
        }

        return packed.ToArray();
    }

    private async Task<HttpResponseMessage> NegotiateAsync(string header, string value)
    {
        using HttpClient client = new(new HttpClientHandler { UseCookies = false });
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(Root, "_blazor/negotiate?negotiateVersion=1")) { Headers = { { "Cookie", Cookie } } };
        request.Headers.Add(header, value);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<ClientWebSocket> ConnectAsync(string header, string value)
    {
        ClientWebSocket socket = new();
        try
        {
            socket.Options.SetRequestHeader("Cookie", Cookie);
            socket.Options.SetRequestHeader(header, value);
            await socket.ConnectAsync(new Uri($"ws://{Root.Authority}/_blazor"), TestContext.Current.CancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static HttpRequestMessage Request(Uri address) => new(HttpMethod.Get, new Uri(address, "/"))
    {
        Headers = { { "Cookie", $"nabla-studio-{address.Port}={address.Query.Split("token=")[1]}" } },
    };

    private async Task<HttpResponseMessage> AskAsync(Action<HttpRequestMessage> change)
    {
        using HttpClient client = new(new HttpClientHandler { UseCookies = false });
        using HttpRequestMessage request = Request(new Uri(studio.Address));
        change(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}

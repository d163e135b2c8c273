using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Tumpang.Payments.Tests;

/// <summary>Where an exchange with the provider breaks.</summary>
public enum Break
{
    /// <summary>The provider never hears of it.</summary>
    BeforeTheProviderHears,

    /// <summary>The provider never hears of it, and something on the way answers with a page.</summary>
    AnsweredBySomebodyElse,

    /// <summary>The money moves, and the connection ends without a word.</summary>
    AfterTheEffect,

    /// <summary>The money moves, and half of the answer comes.</summary>
    HalfAnAnswer,

    /// <summary>The money moves, and something on the way answers with a page.</summary>
    AnsweredBySomebodyElseAfterTheEffect,

    /// <summary>The money moves, and the provider says that it failed.</summary>
    ErrorAfterTheEffect,

    /// <summary>The money moves, and the answer comes when the caller has long given up.</summary>
    AnsweredTooLate,

    /// <summary>The network delivers the request twice.</summary>
    HeardTwice,

    /// <summary>The provider hears of it when the caller has long given up.</summary>
    HeardTooLate,
}

/// <summary>
/// The wire between payment and a provider. Unharmed it passes everything on; an exchange whose amount asks for it breaks at its first sends and at the first
/// question that follows.
/// </summary>
sealed class FlakyWire : IAsyncDisposable
{
    /// <summary>An amount of BreakFrom + n asks for the break n.</summary>
    public const long BreakFrom = 77_000;

    const int KeyLength = 36;

    static readonly string[] Told = ["X-Api-Key", "Authorization", "Idempotency-Key", "Stripe-Version"];

    static readonly TimeSpan TooLate = TimeSpan.FromSeconds(3);

    readonly WebApplication wire;
    readonly HttpClient provider = new();
    readonly ConcurrentDictionary<string, Exchange> exchanges = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> keysOfNames = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Wait> waits = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Outage> outages = new(StringComparer.Ordinal);
    readonly int brokenSends;
    Uri[] targets = [];
    Wait? everySecond;
    int begun;
    int turn;

    FlakyWire(WebApplication wire, int brokenSends) => (this.wire, this.brokenSends) = (wire, brokenSends);

    /// <summary>Where payment finds it.</summary>
    public string Url => wire.Urls.Single();

    /// <param name="brokenSends">How often each request of an exchange breaks as it is sent.</param>
    public static async Task<FlakyWire> Start(int brokenSends)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var flaky = new FlakyWire(builder.Build(), brokenSends);
        flaky.wire.Run(flaky.Pass);
        await flaky.wire.StartAsync();
        return flaky;
    }

    /// <summary>The copies of the provider at the other end, once they run.</summary>
    public void LeadTo(IEnumerable<Uri> copies) => targets = [.. copies];

    /// <summary>
    /// From now on the exchange that has this in its body, or as its key, waits until the hold is let go of: for as long as a test needs, however slow the
    /// machine is. Payment gives up waiting, asks again, and waits again.
    /// </summary>
    /// <param name="afterTheEffect">The provider hears, and its answer waits; otherwise it does not hear.</param>
    public IDisposable Hold(string about, bool afterTheEffect = false) => waits[about] = new(afterTheEffect);

    /// <summary>Of the exchanges that begin from now on every second one is carried out, and not answered until the hold is let go of.</summary>
    public IDisposable HoldEverySecondAnswer() => everySecond = new(afterTheEffect: true);

    /// <summary>From now on nothing comes through, neither way, of the exchange that has this in its address or body, or as its key, until the outage is over.</summary>
    public Outage Cut(string about) => outages[about] = new();

    /// <summary>How often this break happened.</summary>
    public int Broken(Break how) => exchanges.Values.Where(exchange => exchange.How == how).Sum(exchange => exchange.Broken);

    public async ValueTask DisposeAsync()
    {
        await wire.DisposeAsync();
        provider.Dispose();
    }

    async Task Pass(HttpContext http)
    {
        var body = await ReadBody(http.Request);
        var key = KeyOf(http.Request);
        var exchange = exchanges.GetOrAdd(key, _ => Exchange.Of(AmountIn(http.Request, body), Interlocked.Increment(ref begun) % 2 == 0 ? everySecond : null));
        if (IsCut(http.Request, key, exchange, body))
        {
            http.Abort();
            return;
        }

        exchange.Waits ??= WaitOf(key, body);
        await exchange.WaitIf(afterTheEffect: false, http.RequestAborted);
        if (exchange.How is not { } how || !exchange.BreaksNow(http.Request.Headers["Idempotency-Key"], brokenSends))
        {
            var answer = await Forward(http.Request, body);
            await exchange.WaitIf(afterTheEffect: true, http.RequestAborted);
            await Answer(http, answer);
            return;
        }

        await BreakAt(how, http, body);
    }

    Wait? WaitOf(string key, byte[] body)
    {
        if (waits.IsEmpty) return null;

        var said = Encoding.UTF8.GetString(body);
        return waits.FirstOrDefault(wait => key == wait.Key || said.Contains(wait.Key, StringComparison.Ordinal)).Value;
    }

    /// <summary>What has a key is remembered by it; what has none yet is known by what it asks about.</summary>
    bool IsCut(HttpRequest request, string key, Exchange exchange, byte[] body)
    {
        if (outages.IsEmpty) return false;

        var said = $"{key} {request.Path}{request.QueryString} {Encoding.UTF8.GetString(body)}";
        var outage = outages.FirstOrDefault(outage => said.Contains(outage.Key, StringComparison.Ordinal)).Value;
        if (key.Length > 0) outage = exchange.Outage ??= outage;
        return outage?.Swallows() == true;
    }

    async Task BreakAt(Break how, HttpContext http, byte[] body)
    {
        switch (how)
        {
            case Break.BeforeTheProviderHears:
                http.Abort();
                break;
            case Break.AnsweredBySomebodyElse:
                await AnswerWithPage(http);
                break;
            case Break.HeardTooLate:
                var late = Copy(http.Request, body);
                _ = Task.Delay(TooLate).ContinueWith(_ => provider.SendAsync(late), TaskScheduler.Default);
                http.Abort();
                break;
            default:
                await BreakAfter(how, http, body, await Forward(http.Request, body));
                break;
        }
    }

    async Task BreakAfter(Break how, HttpContext http, byte[] body, HttpResponseMessage answer)
    {
        switch (how)
        {
            case Break.AfterTheEffect:
                http.Abort();
                break;
            case Break.HalfAnAnswer:
                await AnswerHalf(http, answer);
                break;
            case Break.AnsweredBySomebodyElseAfterTheEffect:
                await AnswerWithPage(http);
                break;
            case Break.ErrorAfterTheEffect:
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case Break.AnsweredTooLate:
                await Task.Delay(TooLate);
                await Answer(http, answer);
                break;
            default:
                await Answer(http, await Forward(http.Request, body));
                break;
        }
    }

    static Task AnswerWithPage(HttpContext http)
    {
        http.Response.ContentType = "text/html";
        return http.Response.WriteAsync("<html>Sign in to the airport's network</html>");
    }

    async Task<HttpResponseMessage> Forward(HttpRequest request, byte[] body)
    {
        var answer = await provider.SendAsync(Copy(request, body));
        if (request.Path.Value!.EndsWith("/payment_intents", StringComparison.Ordinal) && answer.IsSuccessStatusCode)
        {
            using var named = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
            keysOfNames[named.RootElement.GetProperty("id").GetString()!] = KeyOf(request);
        }

        return answer;
    }

    HttpRequestMessage Copy(HttpRequest request, byte[] body)
    {
        var target = targets[(uint)Interlocked.Increment(ref turn) % targets.Length];
        var copy = new HttpRequestMessage(new(request.Method), new Uri(target, request.Path + request.QueryString));
        if (body.Length > 0)
        {
            copy.Content = new ByteArrayContent(body);
            copy.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        foreach (var name in Told)
        {
            if (request.Headers[name] is [{ } value])
            {
                copy.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return copy;
    }

    static async Task Answer(HttpContext http, HttpResponseMessage answer)
    {
        using (answer)
        {
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await http.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    static async Task AnswerHalf(HttpContext http, HttpResponseMessage answer)
    {
        var whole = await answer.Content.ReadAsByteArrayAsync();
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = whole.Length;
        await http.Response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2));
        await http.Response.Body.FlushAsync();
        http.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
    }

    static async Task<byte[]> ReadBody(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        return buffer.ToArray();
    }

    /// <summary>Whether it is sent or asked about, one movement has one key; its parts carry it at their beginning.</summary>
    string KeyOf(HttpRequest request)
    {
        if (request.Headers["Idempotency-Key"] is [{ Length: >= KeyLength } key])
        {
            return key[..KeyLength];
        }

        var asked = request.Query["idempotencyKey"] is [{ } about] ? about : request.Query["transfer_group"].ToString();
        return asked.Length > 0 ? asked : keysOfNames.GetValueOrDefault(request.Path.Value!.Split('/')[^1], "");
    }

    static long AmountIn(HttpRequest request, byte[] body)
    {
        if (body.Length == 0)
        {
            return 0;
        }

        if (request.HasJsonContentType())
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("amountMinorUnits", out var minorUnits) ? minorUnits.GetInt64() : 0;
        }

        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        return form.TryGetValue("amount", out var amount) ? long.Parse(amount!, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Over once it is disposed of.</summary>
    sealed class Wait(bool afterTheEffect) : IDisposable
    {
        readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool AfterTheEffect => afterTheEffect;

        public Task Over => over.Task;

        public void Dispose() => over.TrySetResult();
    }

    /// <summary>Over once it is disposed of.</summary>
    internal sealed class Outage : IDisposable
    {
        int swallowed;
        volatile bool isOver;

        /// <summary>How many requests did not come through.</summary>
        public int Swallowed => swallowed;

        public void Dispose() => isOver = true;

        public bool Swallows()
        {
            if (isOver) return false;

            Interlocked.Increment(ref swallowed);
            return true;
        }
    }

    sealed class Exchange(Break? how, Wait? waits)
    {
        readonly ConcurrentDictionary<string, int> times = new(StringComparer.Ordinal);
        int broken;

        public Break? How => how;

        public int Broken => broken;

        public Wait? Waits { get; set; } = waits;

        public Outage? Outage { get; set; }

        public static Exchange Of(long minorUnits, Wait? waits)
        {
            var place = minorUnits - BreakFrom;
            return new(place >= 0 && place < Enum.GetValues<Break>().Length ? (Break)place : null, waits);
        }

        public Task WaitIf(bool afterTheEffect, CancellationToken ct) =>
            Waits is { } wait && wait.AfterTheEffect == afterTheEffect ? wait.Over.WaitAsync(ct) : Task.CompletedTask;

        /// <param name="key">Of what is sent; a question has none.</param>
        public bool BreaksNow(string? key, int brokenSends)
        {
            var breaks = times.AddOrUpdate(key ?? "", 1, (_, before) => before + 1) <= (key is null ? 1 : brokenSends);
            if (breaks)
            {
                Interlocked.Increment(ref broken);
            }

            return breaks;
        }
    }
}

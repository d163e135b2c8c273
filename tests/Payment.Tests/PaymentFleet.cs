using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using Tumpang.Contracts;
using Tumpang.Payments.Tests.Stripe;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Payments.Tests.PaymentFleet))]

namespace Tumpang.Payments.Tests;

/// <summary>
/// Two copies of payment and of the sandbox as processes, on stores of their own. Waits and retries are shortened; the city runs 600
/// times as fast.
/// </summary>
public sealed partial class PaymentFleet : IAsyncLifetime
{
    public const string WebhookSigningKey = "5f1c0de15f1c0de15f1c0de15f1c0de1";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    readonly HttpClient sandbox = new();
    readonly SemaphoreSlim channelTurn = new(1, 1);
    TestServers servers = null!;
    Fleet fleet = null!;
    Fleet stripeFleet = null!;
    IConnection broker = null!;
    IChannel channel = null!;
    HttpClient billing = null!;
    readonly HttpClient phone = new();
    HttpClient[] copies = [];
    int turn;

    /// <summary>The next copy in turn.</summary>
    public HttpClient AnyCopy => copies[(uint)Interlocked.Increment(ref turn) % copies.Length];

    /// <summary>All that payment says to the sandbox goes over it.</summary>
    internal FlakyWire Wire { get; private set; } = null!;

    /// <summary>All that payment says to Stripe goes over it.</summary>
    internal FlakyWire StripeWire { get; private set; } = null!;

    internal RecordedStripe Stripe { get; private set; } = null!;

    /// <summary>One more copy, where new cards and bank accounts are Stripe's. All copies serve both providers.</summary>
    public HttpClient StripeCopy { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Payment.Tests");
        Wire = await FlakyWire.Start(brokenSends: 2);
        StripeWire = await FlakyWire.Start(brokenSends: 1);
        Stripe = await RecordedStripe.Start();
        StripeWire.LeadTo([Stripe.Url]);
        var overTheWire = new Dictionary<string, string>(Settings)
        {
            ["services__sandbox__http__0"] = Wire.Url,
            ["services__sandbox__http__1"] = Wire.Url,
            ["Payment__StripeUrl"] = StripeWire.Url,
            ["Secrets__StripeKey"] = RecordedStripe.SecretKey,
            ["Secrets__StripeWebhookKey"] = RecordedStripe.WebhookKey,
        };
        fleet = await servers.Run(["payment", "sandbox", "billing"], copies: 2, overTheWire);
        Wire.LeadTo(fleet["sandbox"].Select(copy => copy.Url));
        billing = new() { BaseAddress = fleet["billing"][0].Url };
        copies = [.. fleet["payment"].Select(copy => new HttpClient { BaseAddress = copy.Url })];
        stripeFleet = await servers.Run(["payment"], copies: 1, new Dictionary<string, string>(overTheWire) { ["Payment__Provider"] = "stripe" });
        StripeCopy = new() { BaseAddress = stripeFleet["payment"][0].Url };
        Stripe.TellTo(Processes.Select(copy => copy.Url));
        broker = await Broker.Connect(Configuration(servers.Addresses.RabbitMq), "payment-tests", default);
        channel = await broker.CreateChannelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await broker.DisposeAsync();
        billing.Dispose();
        phone.Dispose();
        sandbox.Dispose();
        Array.ForEach(copies, copy => copy.Dispose());
        StripeCopy.Dispose();
        channelTurn.Dispose();
        await servers.DisposeAsync();
        await Wire.DisposeAsync();
        await StripeWire.DisposeAsync();
        await Stripe.DisposeAsync();
    }

    public Person Passenger() => Passenger(Guid.CreateVersion7());

    public Person Driver(Guid id) => new(this, id, servers.Tokens.Driver(id));

    public Person Operator()
    {
        var id = Guid.CreateVersion7();
        return new(this, id, servers.Tokens.Operator(id));
    }

    /// <param name="provider">Whose card it is.</param>
    public async Task<Person> PassengerWithCard(string cardToken, CancellationToken ct, string provider = "sandbox")
    {
        var passenger = Passenger();
        passenger.Provider = provider;
        await passenger.AddCard(cardToken, ct);
        return passenger;
    }

    /// <summary>A card that is charged and paid back, of a name that only one test has: what the wire is asked to hold by.</summary>
    public static string CardOfItsOwn() => $"tok_void_{Guid.NewGuid():N}";

    public async Task<Person> PassengerWithCash(CancellationToken ct)
    {
        var passenger = Passenger();
        await passenger.AddCash(ct);
        return passenger;
    }

    /// <summary>What billing's relay would send.</summary>
    public Task Publish<TEvent>(TEvent told, CancellationToken ct)
        where TEvent : Event => Publish(told.EventId, typeof(TEvent), JsonSerializer.Serialize(told, Json.Options), ct);

    public Task PublishRaw(Type eventType, string payload, CancellationToken ct) => Publish(Guid.CreateVersion7(), eventType, payload, ct);

    /// <summary>What a test asks of the sandbox, because cardholders and banks do not; null when it refuses.</summary>
    public async Task<JsonElement?> AskSandbox(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var sandboxes = fleet["sandbox"];
        using var request = new HttpRequestMessage(method, new Uri(sandboxes[(int)((uint)Interlocked.Increment(ref turn) % sandboxes.Count)].Url, path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
        request.Headers.Add("X-Api-Key", servers.Secrets["ProviderApiKey"]);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await sandbox.SendAsync(request, ct);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(ct)).Clone()
            : answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity ? null
            : throw new HttpRequestException($"The sandbox answered {(int)answer.StatusCode}.");
    }

    /// <summary>A webhook, signed under this key.</summary>
    public async Task Tell(string path, string header, string body, string key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add(header, RecordedStripe.Sign(body, DateTimeOffset.UtcNow, key));
        using var answer = await AnyCopy.SendAsync(request, ct);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Waits for a condition, with a deadline.</summary>
    public static Task Until(Func<Task<bool>> holds, CancellationToken ct) => Eventually(holds, ct);

    /// <summary>Somebody scans a code and pays it at their bank.</summary>
    /// <param name="bank">How their bank does it.</param>
    public Task<HttpResponseMessage> PhonePays(string url, CancellationToken ct, string bank = "prompt") =>
        phone.PostAsync(new Uri($"{url}&bank={bank}"), null, ct);

    /// <summary>Billing keeps wallets; it runs beside payment.</summary>
    public Task<HttpResponseMessage> AskBilling(Person person, string path, CancellationToken ct) => person.Get(path, billing, ct);

    /// <summary>SIGKILL, as when a machine dies.</summary>
    public Task KillAllCopies() => Task.WhenAll(Processes.Select(copy => copy.Kill()));

    public Task StartAllCopies(CancellationToken ct) => Task.WhenAll(Processes.Select(copy =>
    {
        copy.Start();
        return copy.WaitUntilHealthy(Patience, ct);
    }));

    IEnumerable<ServiceProcess> Processes => fleet["payment"].Concat(stripeFleet["payment"]);

    async Task<JsonElement> Payment(FareFinalised fare, CancellationToken ct)
    {
        using var answer = await Passenger(fare.PassengerId).Get($"/v1/rides/{fare.RideId}/payment", ct);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct)).RootElement : default;
    }

    Person Passenger(Guid id) => new(this, id, servers.Tokens.Passenger(id));

    async Task Publish(Guid eventId, Type eventType, string payload, CancellationToken ct)
    {
        await channelTurn.WaitAsync(ct);
        try
        {
            var properties = new BasicProperties { ContentType = Envelope.ContentType, DeliveryMode = DeliveryModes.Persistent };
            await channel.BasicPublishAsync(
                Subscriptions.QueueName("payment", eventType), "", true, properties, Envelope.Wrap(eventId, eventType.Name, payload, null), ct);
        }
        finally
        {
            channelTurn.Release();
        }
    }

    /// <summary>
    /// Short waits, so that a test sees in seconds what takes minutes in life. But a provider is given up only after many more sends than the wire breaks,
    /// because a busy machine lets some time out besides; and what is held is held until a test says otherwise.
    /// </summary>
    static Dictionary<string, string> Settings => new()
    {
        ["Secrets__WebhookSigningKey"] = WebhookSigningKey,
        ["CityClock__CityStart"] = "2013-11-18T16:00:00Z",
        ["CityClock__SystemStart"] = DateTimeOffset.UtcNow.ToString("O"),
        ["CityClock__Factor"] = "600",
        ["Payment__ProviderTimeout"] = "00:00:01.5",
        ["Payment__Lease"] = "00:00:08",
        ["Payment__FirstRecheck"] = "00:00:00.2",
        ["Payment__LongestRecheck"] = "00:00:01",
        ["Payment__SendsBeforeGivingUp"] = "10",
        [$"Payment__AuthoriseAtBookingIn__{Holds.City}"] = "true",
        ["Payment__AuthorisationOutlives"] = "30.00:00:00",
        ["Payment__CodeRenewals"] = "1",
        ["Payment__CodePaymentsLateBy"] = "00:00:04",
        ["Sandbox__AnswerDelay"] = "00:00:01",
        ["Sandbox__PendingFor"] = "00:00:03",
        ["Sandbox__LateBy"] = "00:00:03",
        ["Payment__DisputePoll"] = "00:00:01",
        ["Payment__ReconcilePoll"] = "00:00:01",
        ["Sandbox__DisputeFor"] = "00:00:01",
        ["Sandbox__ReturnAfter"] = "00:00:01",
    };

    static IConfiguration Configuration(string rabbitMq) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:rabbitmq", rabbitMq)]).Build();

    static async Task Eventually(Func<Task<bool>> holds, CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(50, ct))
        {
            Assert.True(waited.Elapsed < Patience, $"Not within {Patience.TotalSeconds:0} s.");
        }
    }
}

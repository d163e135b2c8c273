using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.Invariants;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.MoneyTests.MoneyFleet))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tumpang.MoneyTests;

/// <summary>
/// Everything that money goes through: two copies each of billing, payment and the sandbox, on stores of their own. What the other services would tell of
/// rides, the tests tell. One test at a time, because books are compared when nothing is under way.
/// </summary>
public sealed class MoneyFleet : IAsyncLifetime
{
    readonly HttpClient http = new();
    TestServers servers = null!;
    Fleet fleet = null!;
    TestBus? bus;
    int turn;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Signs quotes with billing's key.</summary>
    public QuoteToken Quotes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Money.Tests", Ct);
        fleet = await servers.Run(["billing", "payment", "sandbox"], copies: 2, Settings, Ct);
        bus = await TestBus.Connect(servers, Ct);
        Quotes = new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:QuoteSigningKey", servers.Secrets["QuoteSigningKey"])]).Build());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (bus is not null) await bus.DisposeAsync();
        await servers.DisposeAsync();
    }

    /// <summary>As the relays of other services would.</summary>
    public Task Tell(params IEnumerable<Event> happened) => bus!.Publish(Ct, happened);

    public Task<HttpResponseMessage> AsOperator(HttpMethod method, string service, string path, object? body = null, string? accept = null) =>
        Send(method, service, path, servers.Tokens.Operator(Guid.CreateVersion7()), body, accept);

    public Task<HttpResponseMessage> AsDriver(Guid id, HttpMethod method, string service, string path, object? body = null) =>
        Send(method, service, path, servers.Tokens.Driver(id), body);

    public Task<HttpResponseMessage> AsPassenger(Guid id, HttpMethod method, string service, string path, object? body = null) =>
        Send(method, service, path, servers.Tokens.Passenger(id), body);

    /// <summary>As payment calls its provider.</summary>
    public async Task<JsonElement> AtTheProvider(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(NextOf("sandbox"), path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
        request.Headers.Add("X-Api-Key", servers.Secrets["ProviderApiKey"]);
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request, Ct);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).Clone();
    }

    /// <summary>While payment can neither hear of the ride's code nor close it: what phones do meanwhile none of them is too late for.</summary>
    internal async Task<T> WithoutPaymentLooking<T>(Ride[] rides, Func<Task<T>> act)
    {
        const string attempts = "select 1 from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = any(@Rides) for update of a";
        const string codes = """
            select 1 from payment.codes c join payment.attempts a on a.id = c.attempt_id join payment.orders o on o.id = a.order_id
            where  o.ride_id = any(@Rides) for update of c
            """;
        var of = new { Rides = rides.Select(ride => ride.RideId).ToArray() };
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync(new(attempts, of, transaction, cancellationToken: Ct));
        await connection.ExecuteAsync(new(codes, of, transaction, cancellationToken: Ct));
        return await act();
    }

    /// <summary>Somebody scans a code in time; their bank carries it out when the test says so, and takes nothing back.</summary>
    public Task ScanSlowly(string url) => ExecuteUnguarded(
        "insert into sandbox.scans (id, code_id, bank, arrives_at) select gen_random_uuid(), id, 'Refusing', 'infinity' from sandbox.codes where url = @Url",
        new { Url = url });

    /// <summary>That bank has carried it out.</summary>
    public Task Arrives(string url) => ExecuteUnguarded(
        "update sandbox.scans set arrives_at = now() where code_id = (select id from sandbox.codes where url = @Url)", new { Url = url });

    /// <summary>Billing alone, with nobody at payment's address.</summary>
    public async Task<T> WithPaymentAway<T>(Func<HttpClient, Task<T>> ask)
    {
        await using var alone = await servers.Run(["billing"], copies: 1, Settings, Ct);
        using var client = new HttpClient { BaseAddress = alone.Processes[0].Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", servers.Tokens.Operator(Guid.CreateVersion7()));
        return await ask(client);
    }

    /// <summary>Somebody scans a code and pays it at their bank.</summary>
    public async Task<HttpStatusCode> PhonePays(string url, string bank = "prompt")
    {
        using var answer = await http.PostAsync(new Uri($"{url}&bank={bank}"), null, Ct);
        return answer.StatusCode;
    }

    /// <summary>The same, for what is not JSON.</summary>
    public async Task<string> AskTheProvider(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(NextOf("sandbox"), path));
        request.Headers.Add("X-Api-Key", servers.Secrets["ProviderApiKey"]);
        using var answer = await http.SendAsync(request, Ct);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Ct);
    }

    public async Task<T> One<T>(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        return await connection.QuerySingleAsync<T>(new(sql, parameters, cancellationToken: Ct));
    }

    public async Task<IReadOnlyList<T>> All<T>(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        return (await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: Ct))).AsList();
    }

    /// <summary>As somebody at the database might, whatever guards there are.</summary>
    public async Task ExecuteUnguarded(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync("set local session_replication_role = replica", transaction: transaction);
        await connection.ExecuteAsync(new(sql, parameters, transaction, cancellationToken: Ct));
        await transaction.CommitAsync(Ct);
    }

    /// <summary>Banks decide about every dispute that is open.</summary>
    public Task TimeForEvidencePasses() =>
        ExecuteUnguarded("update sandbox.disputes set evidence_due_at = now(), decides_at = now() where status = 'Open'", new { });

    /// <summary>The invariants of money hold, once all news has arrived.</summary>
    public async Task BooksAgree()
    {
        var broken = await Eventually.Get(BrokenInvariants, broken => broken.Count == 0, Ct);
        Assert.Empty(broken);
    }

    async Task<IReadOnlyList<string>> BrokenInvariants()
    {
        string[] elsewhere = ["ride.rides", "match.", "location."];
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        var broken = new List<string>();
        foreach (var invariant in Invariant.All.Where(invariant => !elsewhere.Any(schema => invariant.Sql.Contains(schema, StringComparison.Ordinal))))
        {
            if (await invariant.Check(connection, Ct) is { } violation) broken.Add($"{violation.Invariant}: {violation.Example}");
        }

        return broken;
    }

    async Task<HttpResponseMessage> Send(HttpMethod method, string service, string path, string token, object? body, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(NextOf(service), path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method != HttpMethod.Get) request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return await http.SendAsync(request, Ct);
    }

    Uri NextOf(string service)
    {
        var copies = fleet[service];
        return copies[(int)((uint)Interlocked.Increment(ref turn) % copies.Count)].Url;
    }

    /// <summary>Short waits, and payouts on demand only. Nothing here ends what a test is still about, however slow the machine: tests end it themselves.</summary>
    static Dictionary<string, string> Settings => new()
    {
        ["Billing__SweepInterval"] = "00:00:00.2",
        ["Billing__Payouts__Schedule"] = "Off",
        ["Billing__Payouts__Minimum__USD"] = "100",
        ["Payment__ProviderTimeout"] = "00:00:01.5",
        ["Payment__Lease"] = "00:00:08",
        ["Payment__FirstRecheck"] = "00:00:00.2",
        ["Payment__LongestRecheck"] = "00:00:01",
        ["Payment__SendsBeforeGivingUp"] = "10",
        ["Payment__CodeRenewals"] = "0",
        ["Payment__CodePaymentsLateBy"] = "00:00:03",
        ["Payment__DisputePoll"] = "00:00:01",
        ["Payment__ReconcilePoll"] = "00:00:00.5",
        ["Sandbox__DisputeFor"] = "00:00:01",
        ["Sandbox__ReturnAfter"] = "00:00:01",
        ["Sandbox__AnswerDelay"] = "00:00:01",
        ["Sandbox__PendingFor"] = "00:00:00.5",
        ["Sandbox__DuplicateAfter"] = "00:00:00.3",
        ["Sandbox__LateBy"] = "00:00:02",
    };
}

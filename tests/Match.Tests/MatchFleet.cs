using Dapper;
using Microsoft.Extensions.Configuration;
using Tumpang.AppHost;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Matching.Tests.MatchFleet))]

namespace Tumpang.Matching.Tests;

/// <summary>How the cities of the tests match; each test takes a city of its own.</summary>
public enum CityKind
{
    /// <summary>One driver after the other.</summary>
    Plain,

    /// <summary>Offers last 2 s.</summary>
    Hasty,

    /// <summary>Searches last 1 s.</summary>
    Hopeless,

    /// <summary>Twenty drivers are asked at once.</summary>
    Broadcast,

    /// <summary>The passenger confirms.</summary>
    BothConfirm,

    /// <summary>A request waits long for a payment method that is not known yet.</summary>
    Patient,

    /// <summary>Rides can be scheduled from a second ahead; their searches begin two seconds before the pickup.</summary>
    Planned,
}

/// <summary>Two copies of match on real stores, and what the rest of the fleet would tell them.</summary>
public sealed class MatchFleet : IAsyncLifetime
{
    const int CitiesPerKind = 75;

    TestServers servers = null!;
    IReadOnlyList<Uri> copies = [];
    readonly int[] citiesTaken = new int[Enum.GetValues<CityKind>().Length];
    int turn;

    internal FakeLocation Location { get; } = new();

    /// <summary>Signs quotes as billing does.</summary>
    internal QuoteToken Quotes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("Match.Tests", ct);
        await Location.Start();
        Quotes = new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:QuoteSigningKey", servers.Secrets["QuoteSigningKey"])]).Build());
        var fleet = await servers.Run(["match"], copies: 2, Settings().ToDictionary(), ct);
        copies = [.. fleet["match"].Select(copy => copy.Url)];
    }

    public async ValueTask DisposeAsync()
    {
        await servers.DisposeAsync();
        await Location.DisposeAsync();
    }

    /// <summary>A city that no other test uses.</summary>
    internal TestCity City(CityKind kind)
    {
        var number = Interlocked.Increment(ref citiesTaken[(int)kind]) - 1;
        return number < CitiesPerKind
            ? new(this, kind, number)
            : throw new InvalidOperationException($"All cities of the kind {kind} are taken: raise CitiesPerKind.");
    }

    /// <summary>A client of one copy; callers in turn get the one and the other, so that parallel calls meet in the database and not in a process.</summary>
    internal HttpClient ClientOf(Guid userId, bool driver)
    {
        var client = new HttpClient { BaseAddress = copies[(int)((uint)Interlocked.Increment(ref turn) % copies.Count)] };
        client.DefaultRequestHeaders.Authorization = new("Bearer", driver ? servers.Tokens.Driver(userId) : servers.Tokens.Passenger(userId));
        return client;
    }

    /// <summary>An operator's client.</summary>
    internal HttpClient ClientOfOperator()
    {
        var client = new HttpClient { BaseAddress = copies[0] };
        client.DefaultRequestHeaders.Authorization = new("Bearer", servers.Tokens.Operator(Guid.CreateVersion7()));
        return client;
    }

    /// <summary>Another service of the fleet, with its key.</summary>
    internal HttpClient ClientOfService(string caller)
    {
        var client = new HttpClient { BaseAddress = copies[0] };
        client.DefaultRequestHeaders.Add("X-Service-Name", caller);
        client.DefaultRequestHeaders.Add("X-Service-Key", servers.Secrets[Contract.KeyOf(caller)]);
        return client;
    }

    /// <summary>What another service of the fleet says, by way of match's own relay: the event travels over the broker to match's queue.</summary>
    internal async Task Tell(params Event[] events)
    {
        const string Insert = """
            insert into match.outbox (event_id, shard, aggregate_id, event_type, payload)
            select event_id, 0, aggregate_id, event_type, payload
            from   unnest(@Ids, @Aggregates, @Types, @Payloads) as told (event_id, aggregate_id, event_type, payload)
            """;
        await using var connection = await servers.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(Insert, new
        {
            Ids = events.Select(told => told.EventId).ToArray(),
            Aggregates = events.Select(told => told.AggregateId).ToArray(),
            Types = events.Select(told => told.GetType().Name).ToArray(),
            Payloads = events.Select(told => System.Text.Json.JsonSerializer.Serialize(told, told.GetType(), Json.Options)).ToArray(),
        });
    }

    /// <summary>What match has published about a request, in order.</summary>
    internal async Task<IReadOnlyList<string>> EventsOf(Guid rideRequestId) => await Rows<string>("""
        select event_type
        from   (select id, event_type, aggregate_id from match.outbox
                union all
                select id, event_type, aggregate_id from match.outbox_archive) published
        where  aggregate_id = @rideRequestId order by id
        """, new { rideRequestId });

    /// <summary>How many of these people are busy with a ride.</summary>
    internal Task<long> Busy(params Guid[] userIds) => Count("match.busy_parties where user_id = any(@userIds)", new { userIds });

    internal async Task<long> Count(string what, object parameters) => (await Rows<long>($"select count(*) from {what}", parameters))[0];

    internal async Task<IReadOnlyList<T>> Rows<T>(string sql, object? parameters = null)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    IEnumerable<KeyValuePair<string, string>> Settings()
    {
        yield return new("services__location__http__0", Location.Url);
        yield return new("services__location__http__1", Location.Url);
        yield return new("Matching__Default__DispatchWindow", "00:00:00.100");
        // No machine stands still for so long: what a test wants to be over it ends by itself, or takes a city where it is soon over.
        yield return new("Matching__Default__OfferTime", "00:05:00");
        yield return new("Matching__Default__SearchTime", "00:30:00");
        yield return new("Matching__Default__PassengerConfirmTime", "00:05:00");
        var index = 0;
        foreach (var kind in Enum.GetValues<CityKind>())
        {
            for (var number = 0; number < CitiesPerKind; number++, index++)
            {
                var (id, centre) = (TestCity.IdOf(kind, number), TestCity.CentreOf(kind, number));
                foreach (var (name, value) in CitySettings(id, centre))
                {
                    yield return new($"Cities__{index}__{name}", value);
                }

                foreach (var (name, value) in RulesOf(kind))
                {
                    yield return new($"Matching__Cities__{id}__{name}", value);
                }
            }
        }
    }

    static (string Name, string Value)[] CitySettings(string id, GeoPoint centre) =>
    [
        ("Id", id), ("Name", id), ("TimeZone", "UTC"), ("Currency", "USD"), ("VehicleClasses__0", "Standard"),
        ("South", $"{centre.Latitude - 0.4}"), ("North", $"{centre.Latitude + 0.4}"),
        ("West", $"{centre.Longitude - 0.4}"), ("East", $"{centre.Longitude + 0.4}"),
    ];

    static (string Name, string Value)[] RulesOf(CityKind kind) => kind switch
    {
        CityKind.Plain => [("CandidatesPerRequest", "100")],
        CityKind.Hasty => [("OfferTime", "00:00:02"), ("ShortestOfferTime", "00:00:00")],
        CityKind.Hopeless => [("SearchTime", "00:00:01")],
        CityKind.Broadcast => [("Mode", "Broadcast"), ("DriversAskedAtOnce", "20"), ("CandidatesPerRequest", "50")],
        CityKind.Planned =>
        [
            ("SoonestPickup", "00:00:01"), ("SearchAhead", "00:00:00"), ("ShortestLead", "00:00:02"), ("LongestLead", "00:00:02"),
        ],
        CityKind.Patient => [("PaymentMethodPatience", "00:01:00")],
        CityKind.BothConfirm => [("PassengerConfirms", "true")],
        _ => [],
    };
}

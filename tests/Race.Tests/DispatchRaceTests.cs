using Dapper;
using Tumpang.Contracts;
using Tumpang.Invariants;
using Xunit;

namespace Tumpang.Race.Tests;

/// <summary>
/// Two hundred drivers and two hundred passengers in two cities do everything at once to two copies of location, match and ride. While they do, nobody
/// is on two rides and nobody thinks about two offers; afterwards every match has its ride and every request its end.
/// RACE_SECONDS and RACE_SEEDS make it longer than a test run bears; docs/performance.md says how long it has been run.
/// </summary>
public sealed class DispatchRaceTests(RaceFleet fleet, ITestOutputHelper output)
{
    const int OfEachPerCity = 100;

    /// <summary>A race with fewer has not been one, and goes on for a while.</summary>
    const int FewestAcceptances = 100;

    static readonly TimeSpan Overtime = TimeSpan.FromMinutes(3);

    /// <summary>Only a broken fleet uses it up, however busy the machine is.</summary>
    static readonly TimeSpan Calm = TimeSpan.FromMinutes(4);

    /// <summary>Holds at every instant, not only when all events have arrived.</summary>
    static readonly string[] Always =
    [
        Invariant.All.Single(invariant => invariant.Name.StartsWith("21_", StringComparison.Ordinal)).Sql,
        """
        select party.user_id
        from   (select driver_id as user_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')
                union all
                select passenger_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')) party
        group  by party.user_id
        having count(*) > 1
        """,
    ];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Setting("RACE_SEEDS", 1))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nobody_is_promised_twice_and_every_request_ends(int seed)
    {
        var cities = new[] { RaceCity.NewYork, RaceCity.Jakarta };
        RacingPassenger[] passengers = [.. Everybody(cities, seed, (city, dice) => new RacingPassenger(fleet, city, dice))];
        var byId = passengers.ToDictionary(passenger => passenger.Id);
        RacingDriver[] drivers = [.. Everybody(cities, -seed, (city, dice) =>
            new RacingDriver(fleet, city, dice, async (passengerId, rideId, ct) => byId.TryGetValue(passengerId, out var passenger) ? await passenger.PinOf(rideId, ct) : null))];
        Racer[] everybody = [.. passengers, .. drivers];
        await Introduce(passengers, drivers);

        int Accepted() => drivers.Sum(driver => driver.Accepted);
        var end = DateTimeOffset.UtcNow.AddSeconds(Setting("RACE_SECONDS", 15));
        bool GoesOn() => DateTimeOffset.UtcNow < end || (Accepted() < FewestAcceptances && DateTimeOffset.UtcNow < end + Overtime);
        var watch = Watch(GoesOn);
        await Task.WhenAll(everybody.Select(racer => racer.Race(GoesOn, Ct)));
        var looked = await watch;
        await Settle(everybody);

        output.WriteLine(
            $"seed {seed}: {passengers.Sum(passenger => passenger.Requested)} requests, {Accepted()} acceptances, "
            + $"{passengers.Sum(passenger => passenger.Rerouted)} other ways, looked {looked} times while they raced");
        Assert.Empty(fleet.Failures);
        Assert.True(Accepted() >= FewestAcceptances, $"Only {Accepted()} were accepted: this proves nothing.");
        Assert.Equal(0, drivers.Sum(driver => driver.DoubleWins));
    }

    static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : usual;

    static IEnumerable<T> Everybody<T>(RaceCity[] cities, int seed, Func<RaceCity, Random, T> create) =>
        cities.SelectMany((city, place) => Enumerable.Range(0, OfEachPerCity).Select(number => create(city, new Random((seed * 100_003) + (place * 1_009) + number))));

    /// <summary>What user and payment would have told about them.</summary>
    async Task Introduce(RacingPassenger[] passengers, RacingDriver[] drivers)
    {
        await fleet.Bus.Publish(Ct, passengers.Select(passenger => (Event)passenger.PaymentMethod).Concat(drivers.Select(driver => driver.Approval)));
        await Until("everybody is known", async () => await Count(
            "select (select count(*) from match.payment_methods where passenger_id = any(@Passengers)) + (select count(*) from match.drivers where driver_id = any(@Drivers))"
            + " + (select count(*) from location.duties where driver_id = any(@Drivers) and approved)",
            new { Passengers = passengers.Select(passenger => passenger.Id).ToArray(), Drivers = drivers.Select(driver => driver.Id).ToArray() })
            == passengers.Length + (2 * drivers.Length));
    }

    /// <summary>Looks again and again at what must hold at every instant; how often.</summary>
    async Task<int> Watch(Func<bool> goesOn)
    {
        var times = 0;
        for (; goesOn(); times++)
        {
            foreach (var sql in Always)
            {
                Assert.Equal(0, await Count($"select count(*) from ({sql.Trim().TrimEnd(';')}) broken"));
            }

            await Task.Delay(200, Ct);
        }

        return times;
    }

    /// <summary>Everybody ends what they have begun; then nothing is left over, and the invariants hold once all events have arrived.</summary>
    async Task Settle(Racer[] everybody)
    {
        await Until("everybody has finished", async () => (await Task.WhenAll(everybody.Select(racer => racer.Finish(Ct)))).All(finished => finished)
            && await Count("select (select count(*) from match.busy_parties) + (select count(*) from match.offers where status = 'Open')"
                + " + (select count(*) from match.ride_requests where status in ('Searching', 'Offered', 'AwaitingPassenger'))") == 0);
        foreach (var invariant in Invariant.All.Where(invariant => invariant.Name[0] == '2'))
        {
            await Until($"{invariant.Name} holds", async () => await Count($"select count(*) from ({invariant.Sql.Trim().TrimEnd(';')}) broken") == 0);
        }
    }

    async Task<long> Count(string sql, object? parameters = null)
    {
        await using var connection = await fleet.Database.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<long>(new(sql, parameters, cancellationToken: Ct));
    }

    static async Task Until(string what, Func<Task<bool>> holds)
    {
        var deadline = DateTimeOffset.UtcNow + Calm;
        while (!await holds())
        {
            Assert.True(DateTimeOffset.UtcNow < deadline, $"After {Calm.TotalSeconds:0} s it is still not so that {what}.");
            await Task.Delay(100, Ct);
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What passenger and driver can read of their money.</summary>
public sealed class GetFareTests(BillingFleet fleet)
{
    [Fact]
    public async Task Passenger_and_driver_read_the_fare_and_nobody_else()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        var seen = await Read($"/v1/rides/{ride.RideId}/fare", ride.PassengerId);

        Assert.Equal(800, seen.GetProperty("total").GetProperty("minorUnits").GetInt64());
        Assert.Equal("nyc-taxi", seen.GetProperty("policy").GetProperty("name").GetString());
        Assert.Equal(1, seen.GetProperty("policy").GetProperty("version").GetInt32());
        Assert.Equal(800, seen.GetProperty("breakdown").EnumerateArray().Sum(line => line.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
        Assert.Equal(HttpStatusCode.OK, await Status($"/v1/rides/{ride.RideId}/fare", ride.DriverId));
        Assert.Equal(HttpStatusCode.NotFound, await Status($"/v1/rides/{ride.RideId}/fare", Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_ride_under_way_has_no_fare_yet()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());

        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/fare", ride.PassengerId);
        using var answer = await fleet.Send(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("fare-not-final", (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_driver_pages_through_earnings_that_sum_to_the_balance()
    {
        var driver = Guid.CreateVersion7();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var ride = await fleet.Finished(Ride.InJakarta() with { DriverId = driver });
            await fleet.Deliver(ride.Paid(new(965_700, "IDR")));
        }

        var (amounts, cursor) = (new List<long>(), (string?)null);
        do
        {
            var page = await Read($"/v1/me/earnings?limit=4{(cursor is null ? "" : $"&cursor={cursor}")}", driver);
            amounts.AddRange(page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            Assert.Equal(3 * -48_285, page.GetProperty("balances")[0].GetProperty("minorUnits").GetInt64());
        }
        while (cursor is not null);

        Assert.Equal(6, amounts.Count);
        Assert.Equal(3 * -48_285, amounts.Sum());
    }

    [Fact]
    public async Task A_passenger_without_a_vehicle_has_no_earnings_page()
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/me/earnings", Guid.CreateVersion7(), driver: false);

        using var answer = await fleet.Send(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_debt_is_listed_until_it_is_paid()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Declined(new(800, "USD")));

        var owing = await Read("/v1/me/debts", ride.PassengerId);
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        var free = await Read("/v1/me/debts", ride.PassengerId);

        Assert.Equal(ride.RideId, Assert.Single(owing.GetProperty("debts").EnumerateArray()).GetProperty("rideId").GetGuid());
        Assert.Empty(free.GetProperty("debts").EnumerateArray());
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    async Task<JsonElement> Read(string path, Guid user)
    {
        using var request = fleet.Request(HttpMethod.Get, path, user);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<HttpStatusCode> Status(string path, Guid user)
    {
        using var request = fleet.Request(HttpMethod.Get, path, user);
        using var answer = await fleet.Send(request);
        return answer.StatusCode;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What another way costs, before anybody agrees to it.</summary>
public sealed class QuoteRerouteTests(BillingFleet fleet)
{
    static readonly GeoPoint GrandCentral = new(40.7527, -73.9772);
    static readonly GeoPoint UnionSquare = new(40.7359, -73.9911);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_priced_from_what_was_driven_and_the_rest_by_road_under_the_policy_of_the_first_quote()
    {
        var ride = await UnderWay();

        var back = await Ask(ride, ride.Pickup);
        var far = await Ask(ride, UnionSquare);
        var quote = fleet.Tokens.Read(far.GetProperty("token").GetString()!)!;

        // 2 000 m and 600 s were driven, to where the pickup was: there is nothing left to drive to it.
        Assert.Equal((2_000, 600), (back.GetProperty("distanceMetres").GetInt32(), back.GetProperty("durationSeconds").GetInt32()));
        Assert.True(FareOf(far) > FareOf(back));
        Assert.Equal(new QuotedChange(ride.RideId, ride.QuoteId, 0, DrivenSeconds: 600), quote.Change);
        Assert.Equal(
            (ride.PassengerId, ride.Pickup, UnionSquare, Samples.NycTaxi.PolicyId, 1),
            (quote.PassengerId, quote.Pickup, quote.DropOff, quote.PolicyId, quote.PolicyVersion));
        Assert.Equal(TimeSpan.FromMinutes(2), quote.ExpiresAt - quote.QuotedAt);
        Assert.Equal(FareOf(far), far.GetProperty("breakdown").EnumerateArray().Sum(line => FareOf(line, "amount")));
    }

    /// <summary>The driver is on the way or at the door: nothing has been driven, so all of it is by road from the pickup.</summary>
    [Fact]
    public async Task Before_the_ride_begins_it_is_priced_from_the_pickup_under_the_policy_and_the_hour_of_the_first_quote()
    {
        var ride = Ride.InNewYork();
        var requested = ride.Requested(fleet.Tokens);
        var first = fleet.Tokens.Read(requested.QuoteToken)! with { Inputs = new(5_000, 900, 0, 0, ride.StartedAt.UtcDateTime, false) };
        await fleet.Deliver(requested with { QuoteToken = fleet.Tokens.Sign(first) }, ride.Created());
        await Eventually.Get(() => fleet.Count("billing.quotes where quote_id = @QuoteId", ride), found => found == 1, Ct);

        var near = await Ask(ride, GrandCentral);
        var far = await Ask(ride, UnionSquare, GrandCentral);
        var quote = fleet.Tokens.Read(far.GetProperty("token").GetString()!)!;

        Assert.True(near.GetProperty("distanceMetres").GetInt32() >= ride.Pickup.MetresTo(GrandCentral));
        Assert.True(far.GetProperty("distanceMetres").GetInt32() > near.GetProperty("distanceMetres").GetInt32() && FareOf(far) > FareOf(near));
        Assert.Equal(new QuotedChange(ride.RideId, ride.QuoteId, 0), quote.Change);
        Assert.Equal((Samples.NycTaxi.PolicyId, 1, 1), (quote.PolicyId, quote.PolicyVersion, quote.Inputs!.Stops));
        Assert.Equal((first.Inputs!.LocalStart, ride.Pickup), (quote.Inputs.LocalStart, quote.Pickup));
    }

    [Fact]
    public async Task Places_on_the_way_make_it_longer_and_those_behind_are_counted()
    {
        var ride = await UnderWay();
        await fleet.Deliver(new StopReached(ride.RideId, ride.PassengerId, ride.DriverId, 1, ride.Pickup, ride.DropOff, [])
        {
            OccurredAt = ride.StartedAt,
            Version = 4,
        });
        await Eventually.Get(() => fleet.Count("billing.rides where ride_id = @RideId and stops_reached = 1", ride), found => found == 1, Ct);

        var straight = await Ask(ride, UnionSquare);
        var round = await Ask(ride, UnionSquare, GrandCentral, ride.DropOff);
        var tooMany = await Ask(ride, UnionSquare, ride.DropOff, GrandCentral, ride.DropOff, GrandCentral, ride.DropOff);
        var quote = fleet.Tokens.Read(round.GetProperty("token").GetString()!)!;

        Assert.True(round.GetProperty("distanceMetres").GetInt32() > straight.GetProperty("distanceMetres").GetInt32());
        Assert.Equal((3, 1), (quote.Inputs!.Stops, quote.Change!.StopsReached));
        Assert.Equal([GrandCentral, ride.DropOff], quote.Stops!);
        Assert.Equal(("invalid-request", "stops"), (tooMany.GetProperty("code").GetString(), tooMany.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task It_is_for_the_passenger_of_a_ride_under_way_and_to_where_we_drive()
    {
        var (ride, over) = (await UnderWay(), await UnderWay());
        await fleet.Deliver(over.Completed());
        await Eventually.Get(() => fleet.Count("billing.rides where ride_id = @RideId and completed_at is not null", over), found => found == 1, Ct);

        var byTheDriver = await Ask(ride, ride.DriverId, new { dropOff = UnionSquare });
        var nowhere = await Ask(ride, ride.PassengerId, new { });
        var noPoint = await Ask(ride, ride.PassengerId, new { dropOff = UnionSquare, stops = new GeoPoint?[] { GrandCentral, null } });
        var abroad = await Ask(ride, ride.PassengerId, new { dropOff = UnionSquare, stops = new[] { new GeoPoint(-6.2, 106.8) } });
        var late = await Ask(over, UnionSquare);

        Assert.Equal(
            [
                ("not-found", null), ("invalid-request", "dropOff"), ("invalid-request", "stops[1]"), ("outside-service-area", "stops[0]"),
                ("wrong-ride-status", null),
            ],
            new[] { byTheDriver, nowhere, noPoint, abroad, late }.Select(problem =>
                (problem.GetProperty("code").GetString(), problem.TryGetProperty("field", out var field) ? field.GetString() : null)));
    }

    /// <summary>Created, quoted, and 2 000 m and 600 s on its way.</summary>
    async Task<Ride> UnderWay()
    {
        var ride = Ride.InNewYork();
        var requested = ride.Requested(fleet.Tokens);
        var quote = fleet.Tokens.Read(requested.QuoteToken)! with { Inputs = new(5_000, 900, 0, 0, ride.StartedAt.UtcDateTime, false) };
        await fleet.Deliver(requested with { QuoteToken = fleet.Tokens.Sign(quote) }, ride.Created());
        await fleet.Deliver(ride.Progressed(2_000, 600, version: 1));
        await Eventually.Get(() => fleet.Count("billing.rides where ride_id = @RideId and driven_metres = 2000", ride), found => found == 1, Ct);
        return ride;
    }

    Task<JsonElement> Ask(Ride ride, GeoPoint dropOff, params GeoPoint[] stops) => Ask(ride, ride.PassengerId, new { dropOff, stops });

    async Task<JsonElement> Ask(Ride ride, Guid user, object body)
    {
        using var request = fleet.Request(HttpMethod.Post, $"/v1/rides/{ride.RideId}/reroute-quote", user);
        request.Content = JsonContent.Create(body, options: Json.Options);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static long FareOf(JsonElement quote, string name = "fare") => quote.GetProperty(name).GetProperty("minorUnits").GetInt64();
}

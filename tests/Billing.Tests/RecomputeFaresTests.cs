using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Every fare can be worked out again from what was stored with it, to the minor unit.</summary>
public sealed class RecomputeFaresTests(BillingFleet fleet)
{
    [Fact]
    public async Task All_fares_come_out_as_they_were_charged_and_one_that_does_not_is_named()
    {
        Ride[] rides = [.. Enumerable.Range(0, 12).Select(number => number % 2 == 0 ? Ride.InNewYork() : Ride.InJakarta())];
        foreach (var (number, ride) in rides.Index())
        {
            await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());
            await fleet.Deliver(number switch
            {
                0 => [ride.Cancelled(Party.Passenger, 1_000)],
                1 => [ride.Completed(), ride.Tracked(metres: 0, points: 0)],
                _ => [ride.Completed(factor: 10_000 - (number * 777)) with { WaitedSeconds = number * 60 }, ride.Tracked(metres: number * 1_234, slowSeconds: number * 17)],
            });
            await fleet.FareOf(ride);
        }

        var altered = await CopyWithAnotherFull(rides[4]);
        var (recomputed, different) = await Recomputed();

        Assert.True(recomputed > rides.Length);
        Assert.Equal([altered], different);
    }

    /// <summary>The fare of an honoured quote is the sum of the quote's lines, whatever they are: so the quote is priced again as well.</summary>
    [Theory]
    [InlineData("breakdown", "jsonb_set(breakdown, '{1,amountMinorUnits}', to_jsonb((breakdown -> 1 ->> 'amountMinorUnits')::int + 1))")]
    [InlineData("inputs", "jsonb_set(inputs, '{distanceMetres}', '9000')")]
    [InlineData("fare_minor_units", "fare_minor_units + 1")]
    public async Task A_quote_that_was_honoured_and_does_not_follow_from_its_policy_is_named(string column, string tampered)
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.RequestedHonestly(fleet.Tokens, metres: 3_219), ride.Created(), ride.Completed(), ride.Tracked(metres: 0, points: 0));
        await fleet.FareOf(ride);
        Assert.DoesNotContain(ride.RideId, (await Recomputed()).Different);

        var was = Assert.Single(await fleet.Column<string>($"select {column}::text from billing.quotes where quote_id = @QuoteId", new { ride.QuoteId }));
        try
        {
            await fleet.ExecuteAsOwner($"update billing.quotes set {column} = {tampered} where quote_id = '{ride.QuoteId}'");
            Assert.Contains(ride.RideId, (await Recomputed()).Different);
        }
        finally
        {
            var type = column == "fare_minor_units" ? "bigint" : "jsonb";
            await fleet.ExecuteAsOwner($"update billing.quotes set {column} = '{was}'::{type} where quote_id = '{ride.QuoteId}'");
        }
    }

    /// <summary>By the phase that was stored with it; one from before phases were kept by its policy's fee.</summary>
    [Fact]
    public async Task A_cancellation_is_worked_out_again_by_its_phase()
    {
        var (ride, old) = (Ride.InNewYork(), Ride.InNewYork());
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.CancelledAtPickup(Party.Passenger, 1_000));
        await fleet.Deliver(old.Requested(fleet.Tokens), old.Created(), old.Cancelled(Party.Passenger, 1_000));
        await Alter(old, "inputs", "null");
        Assert.DoesNotContain((await Recomputed()).Different, rideId => rideId == ride.RideId || rideId == old.RideId);

        var was = await fleet.Breakdown(ride);
        try
        {
            await Alter(ride, "breakdown", """replace(breakdown::text, 'cancellation-at-pickup', 'no-show')::jsonb""");
            Assert.Contains(ride.RideId, (await Recomputed()).Different);
        }
        finally
        {
            await Alter(ride, "breakdown", $"'{was}'::jsonb");
        }
    }

    /// <summary>As nobody can who is not above every guard.</summary>
    Task Alter(Ride ride, string column, string to) =>
        fleet.ExecuteAsOwner($"set session_replication_role = replica; update billing.fares set {column} = {to} where ride_id = '{ride.RideId}'");

    /// <summary>A settled fare of zero, so that it belongs to no other rule of the books, one unit of which is wrong.</summary>
    async Task<Guid> CopyWithAnotherFull(Ride ride)
    {
        var rideId = Guid.CreateVersion7();
        await using var connection = await fleet.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("""
            insert into billing.fares (
                fare_id, ride_id, kind, basis, passenger_id, driver_id, policy_id, policy_version, currency, distance_metres, duration_seconds,
                full_minor_units, fare_factor_basis_points, total_minor_units, commission_minor_units, driver_earning_minor_units, tax_minor_units,
                breakdown, inputs, payment_method_id, payment_method_kind, finalised_at, booked_at)
            select @rideId, @rideId, kind, basis, passenger_id, driver_id, policy_id, policy_version, currency, distance_metres, duration_seconds,
                   full_minor_units + 1, 0, 0, 0, 0, 0, '[]', inputs, payment_method_id, payment_method_kind, finalised_at, booked_at
            from   billing.fares
            where  ride_id = @original;

            update billing.fare_settlements set settlement = 'Settled', settled_at = now() where ride_id = @rideId;
            """, new { rideId, original = ride.RideId });
        return rideId;
    }

    async Task<(int Recomputed, IReadOnlyList<Guid> Different)> Recomputed()
    {
        var (recomputed, different, cursor) = (0, new List<Guid>(), (string?)null);
        do
        {
            using var request = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/fares/recomputed?limit=7{(cursor is null ? "" : $"&cursor={cursor}")}");
            using var answer = await fleet.Send(request);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            recomputed += page.GetProperty("recomputed").GetInt32();
            different.AddRange(page.GetProperty("different").EnumerateArray().Select(ride => ride.GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        return (recomputed, different);
    }
}

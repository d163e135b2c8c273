using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.RecordedDay;

/// <summary>One recorded trip: quoted and paid through the services' routes, driven by the events that match, ride and location would publish.</summary>
public sealed class Journey(
    Office office, DayRecord record, DayTrip trip, Fate fate, Passenger passenger, Driver driver, Driver substitute)
{
    static readonly TimeSpan Lead = TimeSpan.FromMinutes(4);

    readonly Guid rideRequestId = Guid.CreateVersion7();
    Guid rideId = Guid.CreateVersion7();
    Driver atTheWheel = driver;

    /// <summary>The rides that came of it, the last one first; two when the first driver gave up.</summary>
    public IReadOnlyList<Guid> Rides { get; private set; } = [];

    DateTimeOffset MatchedAt => trip.PickedUpAt - TripEvents.OnTheWay;

    TripEvents Events(JsonElement quote) =>
        new(record, trip, fate, rideRequestId, rideId, passenger.Caller.UserId, atTheWheel.Caller.UserId, passenger.Usual, quote);

    /// <summary>From the quote to the refund.</summary>
    public async Task Play(CancellationToken ct)
    {
        await Until(trip.PickedUpAt - Lead, ct);
        await passenger.SettleDebts(ct);
        var quote = await Quote(ct);
        await Tell(ct, Events(quote).Requested(office.Clock.GetUtcNow(), searchEndsAt: office.Clock.GetUtcNow() + Lead));
        await Until(MatchedAt, ct);
        await Match(quote, ct);
        if (fate.CancelledBy == Party.Passenger)
        {
            await Until(MatchedAt + TimeSpan.FromSeconds(2 * fate.WaitedSeconds), ct);
            await Cancel(quote, Party.Passenger, "changed-mind", ct);
            return;
        }

        if (fate.CancelledBy == Party.Driver)
        {
            await Cancel(quote, Party.Driver, "vehicle-problem", ct);
            (rideId, atTheWheel) = (Guid.CreateVersion7(), substitute);
            await Match(quote, ct);
        }

        await Until(trip.DroppedOffAt, ct);
        await Complete(quote, ct);
        await Settle(ct);
    }

    async Task<JsonElement> Quote(CancellationToken ct)
    {
        var promotionCode = fate.UsesCode ? Opening.PromotionCode : null;
        var body = new { trip.Pickup, trip.DropOff, promotionCode };
        var answer = await office.Must(passenger.Caller, HttpMethod.Post, "billing", "/v1/quotes", body, ct);
        office.Measured.Count("quotes");
        return answer.GetProperty("quotes").EnumerateArray().First(each => each.GetProperty("vehicleClass").GetString() == nameof(VehicleClass.Standard));
    }

    Task Match(JsonElement quote, CancellationToken ct)
    {
        Rides = [rideId, .. Rides];
        office.Measured.Count("rides");
        return Tell(ct, Events(quote).Created());
    }

    Task Cancel(JsonElement quote, Party by, string reason, CancellationToken ct)
    {
        office.Measured.Count($"cancelled by {by}");
        return Tell(ct, Events(quote).Cancelled(by, reason, office.Clock.GetUtcNow()));
    }

    Task Complete(JsonElement quote, CancellationToken ct)
    {
        office.Measured.Count("completed");
        var (completed, closed) = (Events(quote).Completed(), Events(quote).TrackClosed());
        return fate.TrackFirst ? Tell(ct, closed, completed) : Tell(ct, completed, closed);
    }

    async Task Settle(CancellationToken ct)
    {
        if (passenger.Usual.Kind == PaymentMethodKind.Cash && fate.FactorBasisPoints > 0)
        {
            await atTheWheel.TakeCash(rideId, ct);
        }

        if (fate.Refunded > 0)
        {
            await Refund(ct);
        }
    }

    /// <summary>An operator takes a part of the fare off, and a second one agrees where one alone may not.</summary>
    async Task Refund(CancellationToken ct)
    {
        if (await Paid(ct) is not { MinorUnits: > 0 } paid)
        {
            return;
        }

        var amountMinorUnits = Math.Max(1, paid.MinorUnits * fate.Refunded / 10_000);
        var path = $"/v1/ops/rides/{rideId}/adjustments";
        var body = new { amountMinorUnits, reason = "the driver took a detour" };
        var adjustment = await office.Must(office.FirstOperator, HttpMethod.Post, "billing", path, body, ct);
        if (adjustment.GetProperty("status").GetString() == "Proposed")
        {
            var approval = $"{path}/{adjustment.GetProperty("adjustmentId").GetGuid()}/approve";
            await office.Must(office.SecondOperator, HttpMethod.Post, "billing", approval, new { }, ct);
            office.Measured.Count("approved by a second operator");
        }

        office.Measured.Count("refunds asked for");
    }

    /// <summary>What was paid for the ride; null when it is not paid within a minute.</summary>
    async Task<Money?> Paid(CancellationToken ct)
    {
        const int tries = 120;
        for (var attempt = 0; attempt < tries; attempt++)
        {
            var reply = await office.Ask(passenger.Caller, HttpMethod.Get, "payment", $"/v1/rides/{rideId}/payment", null, ct);
            if (reply.IsSuccess && reply.Body.GetProperty("status").GetString() == "Settled")
            {
                return new(reply.Body.GetProperty("amount").GetProperty("minorUnits").GetInt64(), record.Currency);
            }

            await Task.Delay(500, ct);
        }

        return null;
    }

    /// <summary>Published in this order; all of it once more where the day says so.</summary>
    async Task Tell(CancellationToken ct, params Event[] events)
    {
        await office.Tell(ct, events);
        if (fate.ToldTwice)
        {
            await office.Tell(ct, events.Reverse());
        }
    }

    async Task Until(DateTimeOffset at, CancellationToken ct)
    {
        if (at - office.Clock.GetUtcNow() is { Ticks: > 0 } wait)
        {
            await Task.Delay(office.Clock.ToSystem(wait), ct);
        }
    }
}

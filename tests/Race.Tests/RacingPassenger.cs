using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Race.Tests;

/// <summary>
/// A passenger who asks, goes elsewhere, cancels, asks again, hesitates over drivers, changes the way of a ride that was arranged, and now and then gives it up.
/// </summary>
sealed class RacingPassenger(RaceFleet fleet, RaceCity city, Random dice) : Racer(fleet, city, dice, drives: false)
{
    readonly Guid paymentMethodId = Guid.CreateVersion7();
    (Guid RideId, Guid QuoteId) lastAgreed;

    public int Requested { get; private set; }

    /// <summary>How often another way was agreed to after the match.</summary>
    public int Rerouted { get; private set; }

    /// <summary>As payment tells it.</summary>
    public PaymentMethodAdded PaymentMethod => new(paymentMethodId, Id, PaymentMethodKind.Cash) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    /// <summary>What the passenger says to the driver; null when the ride is another's, or over.</summary>
    public async Task<string?> PinOf(Guid rideId, CancellationToken ct) =>
        await Get("ride", $"/v1/rides/{rideId}/pin", ct) is { Succeeded: true } pin ? pin.Word("pin") : null;

    public override async Task<bool> Finish(CancellationToken ct)
    {
        if (await Get("match", "/v1/ride-requests/current", ct) is not { Succeeded: true } request) return true;

        await Post("match", $"/v1/ride-requests/{request.Id("rideRequestId")}/cancel", null, ct);
        return false;
    }

    protected override async Task Act(CancellationToken ct)
    {
        if (await Get("match", "/v1/ride-requests/current", ct) is { Succeeded: true } request)
        {
            await Wait(request, request.Id("rideRequestId"), Enum.Parse<RequestState>(request.Word("status")), ct);
        }
        else if (Happens(0.6))
        {
            Requested += await PostMaybeTwice("match", "/v1/ride-requests", new { quoteToken = Fleet.Quotes.Sign(Quote()), paymentMethodId }, ct);
        }
    }

    async Task Wait(Reply request, Guid rideRequestId, RequestState state, CancellationToken ct)
    {
        if (state is RequestState.Matched)
        {
            if (Happens(0.2) && await Get("ride", "/v1/rides/current", ct) is { Succeeded: true } ride)
            {
                await Reconsider(ride.Id("rideId"), request.Id("quoteId"), ct);
            }
        }
        else if (Happens(0.06))
        {
            await PostMaybeTwice("match", $"/v1/ride-requests/{rideRequestId}/cancel", null, ct);
        }
        else if (Happens(0.06))
        {
            var elsewhere = Fleet.Quotes.Sign(Quote() with { Pickup = request.Point("pickup") });
            await PostMaybeTwice("match", $"/v1/ride-requests/{rideRequestId}/drop-off", new { quoteToken = elsewhere }, ct);
        }
        else if (state is RequestState.AwaitingPassenger)
        {
            await PostMaybeTwice("match", $"/v1/ride-requests/{rideRequestId}/confirm", new { accept = Happens(0.8) }, ct);
        }
    }

    async Task Reconsider(Guid rideId, Guid matchedUnder, CancellationToken ct)
    {
        if (Happens(0.25))
        {
            await Post("ride", $"/v1/rides/{rideId}/cancel", new { reason = "changed-mind" }, ct);
            return;
        }

        var quote = Quote() with { Change = new(rideId, lastAgreed.RideId == rideId ? lastAgreed.QuoteId : matchedUnder, 0) };
        if (await PostMaybeTwice("ride", $"/v1/rides/{rideId}/reroute", new { quoteToken = Fleet.Quotes.Sign(quote) }, ct) > 0)
        {
            lastAgreed = (rideId, quote.QuoteId);
            Rerouted++;
        }
    }

    Quote Quote() => new(
        Guid.CreateVersion7(), Id, City.Id, VehicleClass.Standard, Somewhere(), Somewhere(), Guid.CreateVersion7(), 1, 2_300, 480, new(125_000, City.Currency),
        [new("base", 125_000)], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(5));

    enum RequestState { Searching, Offered, AwaitingPassenger, Matched, Cancelled, NoDriverFound }
}

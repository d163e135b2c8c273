using Tumpang.Contracts;

namespace Tumpang.Race.Tests;

/// <summary>A driver who accepts, declines, thinks too long, goes offline in the middle of it, drives, and gives rides up.</summary>
/// <param name="askForPin">Asks a passenger for the PIN of a ride; null when there is none.</param>
sealed class RacingDriver(RaceFleet fleet, RaceCity city, Random dice, Func<Guid, Guid, CancellationToken, Task<string?>> askForPin) : Racer(fleet, city, dice, drives: true)
{
    bool online;

    /// <summary>Acceptances under one offer that were both told to have won: must stay zero.</summary>
    public int DoubleWins { get; private set; }

    public int Accepted { get; private set; }

    /// <summary>As user tells it.</summary>
    public DriverApproved Approval => new(Id, VehicleType.Car, VehicleClass.Standard) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    public override async Task<bool> Finish(CancellationToken ct)
    {
        if (online) await SetOnline(false, ct);
        if (await Get("match", "/v1/offers/current", ct) is { Succeeded: true } offer)
        {
            await Post("match", $"/v1/offers/{offer.Id("offerId")}/decline", null, ct);
            return false;
        }

        return !await GiveUpRide(ct);
    }

    protected override async Task Act(CancellationToken ct)
    {
        if (!online || Happens(0.02)) await SetOnline(true, ct);
        else if (Happens(0.04)) await SetOnline(false, ct);
        else if (await Get("match", "/v1/offers/current", ct) is { Succeeded: true } offer) await Answer(offer.Id("offerId"), ct);
        else await Drive(ct);
    }

    async Task SetOnline(bool wanted, CancellationToken ct)
    {
        var reply = await Put("location", "/v1/me/availability", new { online = wanted, position = wanted ? Somewhere() : (GeoPoint?)null }, ct);
        if (reply.Succeeded) online = wanted;
    }

    async Task Answer(Guid offerId, CancellationToken ct)
    {
        switch (Dice.NextDouble())
        {
            case < 0.65:
                var wins = await PostMaybeTwice("match", $"/v1/offers/{offerId}/accept", null, ct);
                if (wins > 1) DoubleWins++;
                if (wins > 0) Accepted++;
                break;
            case < 0.8:
                await PostMaybeTwice("match", $"/v1/offers/{offerId}/decline", null, ct);
                break;
            case < 0.85:
                await SetOnline(false, ct);
                break;
            default:
                // Thinks until it is too late, or nearly.
                await Task.Delay(Dice.Next(1_500, 2_300), ct);
                await Post("match", $"/v1/offers/{offerId}/accept", null, ct);
                break;
        }
    }

    async Task Drive(CancellationToken ct)
    {
        if (await Get("ride", "/v1/rides/current", ct) is not { Succeeded: true } ride) return;

        var (rideId, pickup) = (ride.Id("rideId"), ride.Point("pickup"));
        if (Happens(0.15))
        {
            await GiveUpRide(ct);
            return;
        }

        switch (Enum.Parse<RideStatus>(ride.Word("status")))
        {
            case RideStatus.DriverAssigned:
                await PostMaybeTwice("ride", $"/v1/rides/{rideId}/arrive", new { position = pickup }, ct);
                break;
            case RideStatus.DriverArrived when await askForPin(ride.Id("passengerId"), rideId, ct) is { } pin:
                await PostMaybeTwice("ride", $"/v1/rides/{rideId}/start", new { pin, position = pickup }, ct);
                break;
            case RideStatus.InProgress:
                await PostMaybeTwice("ride", $"/v1/rides/{rideId}/complete", new { position = ride.Point("dropOff") }, ct);
                break;
        }
    }

    /// <summary>Gives the ride up, or ends it when it is too late for that; false when there is none.</summary>
    async Task<bool> GiveUpRide(CancellationToken ct)
    {
        if (await Get("ride", "/v1/rides/current", ct) is not { Succeeded: true } ride) return false;

        var path = $"/v1/rides/{ride.Id("rideId")}";
        if (ride.Word("status") == nameof(RideStatus.InProgress)) await PostMaybeTwice("ride", $"{path}/complete", new { position = ride.Point("dropOff") }, ct);
        else await PostMaybeTwice("ride", $"{path}/cancel", new { reason = "vehicle-problem" }, ct);
        return true;
    }
}

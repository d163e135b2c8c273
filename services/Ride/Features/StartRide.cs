using System.Security.Cryptography;
using System.Text;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The passenger is in the vehicle and has said the PIN.</summary>
static class StartRide
{
    /// <param name="Pin">Four digits, from the passenger.</param>
    /// <param name="Position">Where the driver stands, WGS 84; within 100 m of the pickup.</param>
    public sealed record Request(string Pin, GeoPoint Position);

    /// <summary>
    /// Spends a guess before it is compared, under the row's lock, so that no number of parallel guesses gets more than the limit, and none is compared with a
    /// PIN that the passenger has just replaced.
    /// </summary>
    const string SpendTry = """
        update ride.rides
        set    pin_tries = pin_tries + 1
        where  ride_id = @RideId and status = 'DriverArrived' and pin_tries < @MaxPinTries
        returning pin_tries, start_pin
        """;

    const string MarkStarted = """
        update ride.rides
        set    status = 'InProgress', started_at = @OccurredAt, version = @Version, updated_at = now()
        where  ride_id = @RideId and status = 'DriverArrived' and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (!request.Position.IsValid) return RideProblems.InvalidPosition.ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.DriverId != user.Id) return RideProblems.NotFound.ToHttp();
        if (ride.WhyNotStart(request.Position) is { } problem) return problem.ToHttp();

        if (await transaction.Find<Try>(SpendTry, new { rideId, Ride.MaxPinTries }, ct) is not { } spent)
            return (await WhyNoTry(transaction, rideId, request.Position, ct)).ToHttp();
        if (!IsSame(spent.StartPin, request.Pin))
        {
            transaction.KeepWhenRefused();
            return RideProblems.WrongPin(Ride.MaxPinTries - spent.PinTries).ToHttp();
        }

        var started = ride.Start(request.Position, clock.GetUtcNow());
        var moved = await RideStore.Move(
            transaction, MarkStarted, new { rideId, started.OccurredAt, started.Version }, started,
            new(ride.Status, RideStatus.InProgress, Party.Driver), ct);
        return moved
            ? TypedResults.Ok(new RideMoved(rideId, RideStatus.InProgress, started.Version))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }

    /// <summary>
    /// Another guess was the last one, or another step was quicker: a driver whose ride has just been cancelled is not told that the PIN is locked.
    /// </summary>
    static async Task<Problem> WhyNoTry(Transaction transaction, Guid rideId, GeoPoint position, CancellationToken ct)
    {
        var now = (await RideStore.Find(transaction, rideId, ct))!;
        return now.WhyNotStart(position) ?? RideProblems.LostTheRace(now.Status);
    }

    sealed record Try(short PinTries, string StartPin);

    static bool IsSame(string expected, string said) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(said));
}

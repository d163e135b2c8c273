using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// The passenger has another PIN, to be looked up as the first one, and the driver as many guesses again: nobody is kept from a ride by a PIN that was said
/// wrongly too often, or to somebody else.
/// </summary>
static class RenewStartPin
{
    const string Renew = """
        update ride.rides set start_pin = @Pin, pin_tries = 0, updated_at = now()
        where  ride_id = @RideId and status in ('Queued', 'DriverAssigned', 'DriverArrived')
        """;

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, Transaction transaction, CancellationToken ct)
    {
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.PassengerId != user.Id) return RideProblems.NotFound.ToHttp();
        if (ride.Status > RideStatus.DriverArrived) return RideProblems.NotIn(ride.Status, "have another PIN").ToHttp();

        return await transaction.Execute(Renew, new { rideId, Pin = StartPin.New() }, ct) == 1
            ? TypedResults.NoContent()
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }
}

using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The passenger looks up the PIN to say to the driver. Nobody else can.</summary>
static class GetStartPin
{
    public sealed record Answer(string Pin);

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, RideStore rides, CancellationToken ct) =>
        await rides.Find(rideId, user.Id, ct) is { } ride && ride.PassengerId == user.Id
            ? TypedResults.Ok(new Answer(ride.StartPin))
            : RideProblems.NotFound.ToHttp();
}

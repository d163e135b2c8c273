using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>What an app asks before it cancels: whether the caller still can, and for which reasons. What it would cost billing tells.</summary>
static class GetCancellation
{
    /// <param name="Reasons">None: the ride cannot be cancelled any more.</param>
    public sealed record Answer(RideStatus Status, IReadOnlyList<Option> Reasons);

    /// <param name="From">Only from this time on, city time; absent for at once.</param>
    public sealed record Option(string Reason, DateTimeOffset? From = null);

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, RideStore rides, IOptions<RideOptions> rules, CancellationToken ct)
    {
        if (await rides.Find(rideId, user.Id, ct) is not { } ride || ride.SideOf(user.Id) is not { } side) return RideProblems.NotFound.ToHttp();

        IReadOnlyList<string> reasons = Ride.Steps.Contains((ride.Status, RideStatus.Cancelled)) ? CancelReasons.Of(side, ride.Status) : [];
        return TypedResults.Ok(new Answer(ride.Status, [.. reasons.Select(reason => new Option(reason, From(reason)))]));

        DateTimeOffset? From(string reason) => reason switch
        {
            CancelReason.PassengerNoShow => ride.PassengerNoShowFrom(rules.Value),
            CancelReason.DriverNoShow => ride.DriverNoShowFrom(rules.Value),
            _ => null,
        };
    }
}

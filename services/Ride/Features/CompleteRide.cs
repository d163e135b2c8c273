using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The driver ends the ride, and may ask for less than the fare.</summary>
static class CompleteRide
{
    /// <param name="Position">Where the ride ends, WGS 84.</param>
    /// <param name="FareFactorBasisPoints">Share of the fare that the driver asks for, 0 to 10 000; all of it when absent.</param>
    public sealed record Request(GeoPoint Position, int? FareFactorBasisPoints = null);

    const string MarkCompleted = """
        update ride.rides
        set    status = 'Completed', completed_at = @CompletedAt, closed_at = nullif(@OccurredAt, @CompletedAt),
               fare_factor_basis_points = @FareFactorBasisPoints, ended_where = platform.point(@Latitude, @Longitude), version = @Version, updated_at = now()
        where  ride_id = @RideId and status = 'InProgress' and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (!request.Position.IsValid) return RideProblems.InvalidPosition.ToHttp();
        if (request.FareFactorBasisPoints is < 0 or > Ride.WholeFareBasisPoints)
            return Problem.Invalid("fareFactorBasisPoints", "The fare factor lies between 0 and 10 000 basis points.").ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.DriverId != user.Id) return RideProblems.NotFound.ToHttp();

        var decision = ride.Complete(request.Position, request.FareFactorBasisPoints ?? Ride.WholeFareBasisPoints, clock.GetUtcNow());
        if (decision.Event is not { } completed) return decision.Problem!.ToHttp();

        return await Save(completed, new(ride.Status, RideStatus.Completed, Party.Driver), transaction, ct)
            ? TypedResults.Ok(new RideMoved(rideId, RideStatus.Completed, completed.Version))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }

    /// <summary>Writes the end of a ride down, whoever decided it; false when another step was quicker.</summary>
    public static Task<bool> Save(RideCompleted completed, Transition step, Transaction transaction, CancellationToken ct)
    {
        var row = new
        {
            completed.RideId,
            completed.CompletedAt,
            completed.OccurredAt,
            completed.FareFactorBasisPoints,
            completed.DropOff.Latitude,
            completed.DropOff.Longitude,
            completed.Version,
        };
        return RideStore.Move(transaction, MarkCompleted, row, completed, step, ct);
    }
}

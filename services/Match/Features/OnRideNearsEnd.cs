using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The driver will soon be free, there: from here on they may be promised to the next passenger. News of a ride that is over changes nothing.</summary>
sealed class OnRideNearsEnd : IEventHandler<RideNearsEnd>
{
    const string Remember = """
        update match.busy_parties busy
        set    free_at = @EndsAt, free_where = platform.point(@Latitude, @Longitude), city_id = request.city_id, vehicle_class = request.vehicle_class,
               ends_version = @Version
        from   match.ride_requests request
        where  busy.ride_id = @RideId and busy.role = 'Driver' and request.ride_id = busy.ride_id and busy.ends_version < @Version
        """;

    public Task Handle(RideNearsEnd happened, Transaction transaction, CancellationToken ct)
    {
        transaction.Later(Remember, new { happened.RideId, happened.EndsAt, happened.DropOff.Latitude, happened.DropOff.Longitude, happened.Version });
        return Task.CompletedTask;
    }
}

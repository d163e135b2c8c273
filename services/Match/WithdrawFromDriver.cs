using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>Takes the open offer away from a driver who cannot take it any more.</summary>
sealed class WithdrawFromDriver(CityClock clock, Dispatcher dispatcher)
{
    // An offer made after the driver's change (back online, approved anew) is none of its business.
    const string LockOpen = """
        select o.offer_id
        from   match.ride_requests r join match.offers o using (ride_request_id)
        where  o.driver_id = @DriverId and o.status = 'Open' and o.made_at <= @Since
        for    update of r
        """;

    public async Task From(Transaction transaction, Guid driverId, DateTimeOffset since, WithdrawnBecause because, CancellationToken ct)
    {
        var open = await transaction.List<Guid>(LockOpen, new { DriverId = driverId, Since = since }, ct);
        if (open.Count == 0)
        {
            return;
        }

        foreach (var ended in await transaction.Withdraw([.. open], because, clock.GetUtcNow(), ct))
        {
            transaction.OnCommitted(() => dispatcher.Wake(ended.Zone));
        }
    }
}

using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>A passenger who says nothing about the driver who accepted is taken to have left: the driver is free, the request is cancelled.</summary>
sealed class EndConfirmations(Database database, CityClock clock, MatchMetrics metrics) : ISweep
{
    const int BatchSize = 50;

    const string LockDue = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  status = 'AwaitingPassenger' and confirm_by <= @Now
        order  by confirm_by limit @BatchSize
        for    update skip locked
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(1000);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Begin(ct);
        var due = await transaction.List<RideRequest>(LockDue, new { Now = now, BatchSize }, ct);
        foreach (var request in due)
        {
            if (request.Cancel(now).Event is { } cancelled)
            {
                await CancelRideRequest.Save(transaction, request, cancelled, WithdrawnBecause.PassengerSilent, ct);
            }
        }

        await transaction.Commit(ct);
        metrics.Ended("PassengerSilent", due.Count);
        return due.Count == BatchSize;
    }
}

using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>Takes back credits that were given and not used in time. What is a passenger's own money never expires.</summary>
internal sealed class ExpireCredits(Database database, CityClock clock, IOptions<BillingOptions> options) : ISweep
{
    const string NextOne = """
        select   credit_id, passenger_id
        from     billing.passenger_credits
        where    left_minor_units > 0 and expires_at <= @Now
        order by expires_at
        limit    1
        """;

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Due>(NextOne, new { Now = now }, ct) is not { } credit) return false;

        await PassengerCredits.Expire(credit.CreditId, credit.PassengerId, now, tx, ct);
        await tx.Commit(ct);
        return true;
    }

    sealed record Due(Guid CreditId, Guid PassengerId);
}

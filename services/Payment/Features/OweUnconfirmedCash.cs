using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A driver who never confirms the cash does not keep an order open for ever: the passenger then owes, and can prove or pay.</summary>
internal sealed class OweUnconfirmedCash(Database database, CityClock clock, IOptions<PaymentOptions> options) : ISweep
{
    const string Code = "cash-not-confirmed";

    const string NextUnconfirmed = """
        select ride_id
        from   payment.orders
        where  status = 'Pending' and kind = 'Cash' and created_at < @CreatedBefore
        order  by created_at
        limit  1
        for update skip locked
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var now = clock.GetUtcNow();
        if (await tx.Find<Guid?>(NextUnconfirmed, new { CreatedBefore = now - options.Value.CashConfirmation }, ct) is not { } rideId
            || await tx.LockOrderOfRide(rideId, ct) is not { } order
            || order.Owe(Code, now).Event is not { } failed)
        {
            return false;
        }

        await tx.Save(order.Apply(failed), now, ct);
        tx.Publish(failed);
        await tx.Commit(ct);
        return true;
    }
}

using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// No money stays held because nobody told us of an end. What the provider holds no more is Expired, and its ride is charged at its end; what belongs to a
/// ride that has an order, or is far too long under way, is let go of.
/// </summary>
internal sealed class EndIdleAuthorisations(Authorisations authorisations, Database database, CityClock clock, IOptions<PaymentOptions> options) : ISweep
{
    const string NextIdle = """
        select id
        from   payment.authorisations held
        where  status = 'Authorised'
          and  (expires_at <= now() or created_at < @CreatedBefore or exists (select from payment.orders where ride_id = held.ride_id))
        order  by created_at
        limit  1
        """;

    const string TimeIsUp = "select expires_at <= now() from payment.authorisations where id = @Id and status = 'Authorised'";

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var createdBefore = clock.GetUtcNow() - options.Value.AuthorisationOutlives;
        if (await tx.Find<Guid?>(NextIdle, new { CreatedBefore = createdBefore }, ct) is not { } id
            || await tx.LockAuthorisation(id, ct) is not { Status: AuthorisationStatus.Authorised } held)
        {
            return false;
        }

        // Looked at again under the lock: a fare may have begun to capture it.
        await (await tx.Find<bool?>(TimeIsUp, new { held.Id }, ct) == true ? authorisations.Expire(tx, held.Id, ct) : authorisations.ReleaseOf(tx, held.RideId, ct));
        await tx.Commit(ct);
        return true;
    }
}

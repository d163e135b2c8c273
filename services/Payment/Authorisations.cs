using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// What becomes of money held on a card. The worker and the provider's webhooks come here alike, in any order and any number: the first counts.
/// </summary>
internal sealed class Authorisations(CityClock clock, Collecting collecting, Signal<ReleaseAuthorisations> releases)
{
    const string MarkAuthorised = """
        update payment.authorisations
        set    status = 'Authorised', provider_authorisation_id = @Reference, expires_at = @ExpiresAt, lease = null
        where  id = @Id and status in ('Due', 'Sent')
        returning unwanted
        """;

    const string MarkDeclined = """
        update payment.authorisations
        set    status = 'Declined', decline_code = @Code, provider_authorisation_id = @Reference, ended_at = @Now, lease = null
        where  id = @Id and status in ('Due', 'Sent')
        returning unwanted
        """;

    // What was not sent was never held; what may have been sent is let go of as soon as it is known.
    const string LetGo = """
        update payment.authorisations
        set    status   = case status when 'Due' then 'Released' when 'Sent' then 'Sent' else 'Releasing' end,
               ended_at = case status when 'Due' then @Now::timestamptz end,
               unwanted = true
        where  id = @Id and status in ('Due', 'Sent', 'Authorised', 'Capturing')
        returning status
        """;

    const string InsertRelease = """
        insert into payment.releases (id, authorisation_id, status, due_at, created_at)
        values (@ReleaseId, @Id, 'Due', now(), @Now)
        """;

    const string MarkExpired = """
        update payment.authorisations set status = 'Expired', ended_at = @Now where id = @Id and status in ('Authorised', 'Capturing')
        """;

    const string EndRelease = """
        with ended as (
            update payment.releases
            set    status = @Status, failure_code = @Code, ended_at = @Now, lease = null
            where  id = @ReleaseId and status in ('Due', 'Sent')
            returning authorisation_id
        )
        update payment.authorisations it
        set    status = case when @Code = 'authorisation-expired' then 'Expired' else 'Released' end, ended_at = @Now
        from   ended
        where  it.id = ended.authorisation_id and it.status = 'Releasing'
        """;

    /// <summary>The provider holds the money. What ended meanwhile is captured now, or let go of. False when it had been decided before.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid authorisationId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        if (await tx.LockAuthorisation(authorisationId, ct) is not { } held)
        {
            return false;
        }

        var row = new { held.Id, success.Reference, success.ExpiresAt };
        if (await tx.Find<bool?>(MarkAuthorised, row, ct) is not { } unwanted)
        {
            return false;
        }

        await (unwanted ? Release(tx, held, ct) : CollectWhatWaited(tx, held, ct));
        return true;
    }

    /// <summary>The provider holds nothing: the ride goes on, and is charged at its end. The passenger is told. False when it had been decided before.</summary>
    public async Task<bool> RecordDecline(Transaction tx, Guid authorisationId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        if (await tx.LockAuthorisation(authorisationId, ct) is not { } refused)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        if (await tx.Find<bool?>(MarkDeclined, new { refused.Id, declined.Why.Code, declined.Reference, Now = now }, ct) is not { } unwanted)
        {
            return false;
        }

        if (!unwanted)
        {
            tx.Publish(new CardAuthorisationFailed(refused.Id, refused.RideId, refused.PassengerId, refused.DriverId, refused.Amount, declined.Why.Code)
            {
                OccurredAt = now,
                Version = 1,
            });
            await CollectWhatWaited(tx, refused, ct);
        }

        return true;
    }

    /// <summary>Lets go of whatever is held for a ride; its lock is held. What ended stays as it is.</summary>
    public async Task ReleaseOf(Transaction tx, Guid rideId, CancellationToken ct)
    {
        if (await tx.LockAuthorisationOfRide(rideId, ct) is { } held)
        {
            await Release(tx, held, ct);
        }
    }

    /// <summary>
    /// Lets go of what a fare is not collected from. What is not known yet stays wanted while the order waits for it. The ride's lock is held.
    /// </summary>
    public async Task ReleaseUnneeded(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        if (await tx.LockAuthorisationOfRide(order.RideId, ct) is { } left && !(left.Status is AuthorisationStatus.Sent && order.Waits))
        {
            await Release(tx, left, ct);
        }
    }

    /// <summary>A capture was refused: the provider holds the money no more, or is asked to let go of it.</summary>
    public async Task NotCaptured(Transaction tx, Guid authorisationId, Decline why, CancellationToken ct)
    {
        var row = new { Id = authorisationId, Now = clock.GetUtcNow() };
        if (!why.IsHeldNoMore)
        {
            await LetGoOf(tx, authorisationId, ct);
        }
        else
        {
            await tx.Execute(MarkExpired, row, ct);
        }
    }

    /// <summary>The provider holds it no more. False when it had ended before.</summary>
    public async Task<bool> RecordReleased(Transaction tx, Guid releaseId, CancellationToken ct) =>
        await tx.Execute(EndRelease, new { ReleaseId = releaseId, Status = "Succeeded", Code = (string?)null, Now = clock.GetUtcNow() }, ct) > 0;

    /// <summary>The provider had nothing left to let go of. False when it had ended before.</summary>
    public async Task<bool> RecordNothingHeld(Transaction tx, Guid releaseId, Decline why, CancellationToken ct) =>
        await tx.Execute(EndRelease, new { ReleaseId = releaseId, Status = "Failed", why.Code, Now = clock.GetUtcNow() }, ct) > 0;

    /// <summary>Its time is up and nobody has captured it; its ride's lock is held.</summary>
    public Task Expire(Transaction tx, Guid authorisationId, CancellationToken ct) =>
        tx.Execute(MarkExpired, new { Id = authorisationId, Now = clock.GetUtcNow() }, ct);

    /// <summary>The fare may have come while nobody knew whether the money was held.</summary>
    async Task CollectWhatWaited(Transaction tx, Authorisation authorisation, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(authorisation.RideId, ct) is not { } order)
        {
            return;
        }

        if (order.Waits)
        {
            await collecting.Begin(tx, order, ct);
        }

        await ReleaseUnneeded(tx, order, ct);
    }

    Task Release(Transaction tx, Authorisation held, CancellationToken ct) =>
        held.Status is AuthorisationStatus.Capturing ? Task.CompletedTask : LetGoOf(tx, held.Id, ct);

    async Task LetGoOf(Transaction tx, Guid authorisationId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<string>(LetGo, new { Id = authorisationId, Now = now }, ct) is nameof(AuthorisationStatus.Releasing))
        {
            await tx.Execute(InsertRelease, new { ReleaseId = Guid.CreateVersion7(), Id = authorisationId, Now = now }, ct);
            tx.OnCommitted(releases.Wake);
        }
    }
}

using Tumpang.Contracts;

namespace Tumpang.Payments.Provider;

/// <summary>What we ask a provider to collect. <paramref name="AttemptId"/> is its idempotency key: asked twice, it collects once.</summary>
/// <param name="CardToken">Null when the card was taken away after it may have been charged: it can only be asked about, and given up.</param>
/// <param name="Reference">The provider's name of it, once it has told us one.</param>
internal sealed record ChargeRequest(Guid AttemptId, Money Amount, string? CardToken, string? Reference = null);

/// <summary>What we ask a provider to give back of a charge. <paramref name="RefundId"/> is its idempotency key: asked twice, it gives back once.</summary>
/// <param name="ChargeId">The provider's name of the charge.</param>
internal sealed record RefundRequest(Guid RefundId, string ChargeId, Money Amount);

/// <summary>What we ask a provider to take of what it holds. <paramref name="AttemptId"/> is its idempotency key: asked twice, it takes once.</summary>
/// <param name="AuthorisationId">The provider's name of what it holds.</param>
/// <param name="Amount">At most what is held; the rest goes back to the card.</param>
internal sealed record CaptureRequest(Guid AttemptId, string AuthorisationId, Money Amount);

/// <summary>What we ask a provider to let go of, uncaptured.</summary>
/// <param name="AuthorisationId">The provider's name of what it holds.</param>
internal sealed record ReleaseRequest(Guid ReleaseId, string AuthorisationId);

/// <summary>What we ask a provider to pay out. <paramref name="PayoutId"/> is its idempotency key: asked twice, it pays once.</summary>
internal sealed record TransferRequest(Guid PayoutId, Money Amount, BankDetails To);

/// <summary>What the provider says about a movement of money that we asked for.</summary>
internal abstract record ProviderAnswer
{
    /// <summary>The money has moved.</summary>
    /// <param name="Reference">The provider's name of the movement.</param>
    /// <param name="ExpiresAt">Until when money is held, of an authorisation; system time.</param>
    internal sealed record Succeeded(string Reference, DateTimeOffset? ExpiresAt = null) : ProviderAnswer;

    /// <summary>The money has not moved and, under this key, never will.</summary>
    internal sealed record Declined(string? Reference, Decline Why) : ProviderAnswer;

    /// <summary>The money has moved, and come back: a bank has returned a payout.</summary>
    /// <param name="Reference">The provider's name of the movement.</param>
    /// <param name="Code">Stable code of the reason, for example account-closed.</param>
    internal sealed record Returned(string Reference, string Code) : ProviderAnswer
    {
        public static Returned Because(string reference, string? providerCode) => new(reference, Decline.From(providerCode ?? "payout-returned").Code);
    }

    /// <summary>The provider has given it a name and moved nothing yet. Once that is written down, it is to be charged under it.</summary>
    internal sealed record Named(string Reference) : ProviderAnswer;

    /// <summary>The provider will decide later and tell us by webhook, or when asked.</summary>
    /// <param name="Code">What a phone has to scan first.</param>
    internal sealed record Undecided(string Reference, ProviderCode? Code = null) : ProviderAnswer;

    /// <summary>The provider answered that it failed; only asking tells whether the money moved.</summary>
    internal sealed record Failed : ProviderAnswer;

    /// <summary>No answer came: anything may have happened.</summary>
    internal sealed record Silent : ProviderAnswer;

    /// <summary>The provider knows of nothing under this key.</summary>
    internal sealed record Absent : ProviderAnswer;
}

/// <summary>The boundary to a payment provider. No call throws for what a network does; each says what is known.</summary>
internal interface IPaymentProvider
{
    /// <summary>The provider's name in our rows.</summary>
    string Name { get; }

    /// <summary>Collects money, once per attempt id however often it is called.</summary>
    Task<ProviderAnswer> Charge(ChargeRequest request, CancellationToken ct);

    /// <summary>Asks what became of an attempt.</summary>
    Task<ProviderAnswer> Find(ChargeRequest request, CancellationToken ct);

    /// <summary>After many tries of which the provider knows nothing: sees to it that none of them collects any more, and says what became of it.</summary>
    Task<ProviderAnswer> Abandon(ChargeRequest request, CancellationToken ct);

    /// <summary>Holds money on a card, once per id however often it is called.</summary>
    Task<ProviderAnswer> Authorise(ChargeRequest request, CancellationToken ct);

    /// <summary>Asks what became of an authorisation.</summary>
    Task<ProviderAnswer> FindAuthorisation(ChargeRequest request, CancellationToken ct);

    /// <summary>Takes what is held, once per attempt id however often it is called; what became of it is asked with <see cref="Find"/>.</summary>
    Task<ProviderAnswer> Capture(CaptureRequest request, CancellationToken ct);

    /// <summary>Lets go of what is held: succeeded when it is held no more and was not captured. May be repeated at will.</summary>
    Task<ProviderAnswer> Release(ReleaseRequest request, CancellationToken ct);

    /// <summary>Gives money back, once per refund id however often it is called.</summary>
    Task<ProviderAnswer> Refund(RefundRequest request, CancellationToken ct);

    /// <summary>Asks what became of a refund.</summary>
    Task<ProviderAnswer> FindRefund(RefundRequest request, CancellationToken ct);

    /// <summary>Pays money to a bank account, once per payout id however often it is called.</summary>
    Task<ProviderAnswer> Transfer(TransferRequest request, CancellationToken ct);

    /// <summary>Asks what became of a payout; of one that succeeded, too, because a bank may return it.</summary>
    Task<ProviderAnswer> FindTransfer(Guid payoutId, CancellationToken ct);
}

using Tumpang.Contracts;

namespace Tumpang.Payments.Provider;

/// <summary>What we ask a provider to collect. <paramref name="AttemptId"/> is its idempotency key: asked twice, it collects once.</summary>
internal sealed record ChargeRequest(Guid AttemptId, Money Amount, string CardToken);

/// <summary>What we ask a provider to give back of a charge. <paramref name="RefundId"/> is its idempotency key: asked twice, it gives back once.</summary>
/// <param name="ChargeId">The provider's name of the charge.</param>
internal sealed record RefundRequest(Guid RefundId, string ChargeId, Money Amount);

/// <summary>What we ask a provider to pay out. <paramref name="PayoutId"/> is its idempotency key: asked twice, it pays once.</summary>
internal sealed record TransferRequest(Guid PayoutId, Money Amount, BankDetails To);

/// <summary>What the provider says about a movement of money that we asked for.</summary>
internal abstract record ProviderAnswer
{
    /// <summary>The money has moved.</summary>
    /// <param name="Reference">The provider's name of the movement.</param>
    internal sealed record Succeeded(string Reference) : ProviderAnswer;

    /// <summary>The money has not moved and, under this key, never will.</summary>
    internal sealed record Declined(string? Reference, Decline Why) : ProviderAnswer;

    /// <summary>The provider will decide later and tell us by webhook, or when asked.</summary>
    internal sealed record Undecided(string Reference) : ProviderAnswer;

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
    Task<ProviderAnswer> Find(Guid attemptId, CancellationToken ct);

    /// <summary>Gives money back, once per refund id however often it is called.</summary>
    Task<ProviderAnswer> Refund(RefundRequest request, CancellationToken ct);

    /// <summary>Asks what became of a refund.</summary>
    Task<ProviderAnswer> FindRefund(Guid refundId, CancellationToken ct);

    /// <summary>Pays money to a bank account, once per payout id however often it is called.</summary>
    Task<ProviderAnswer> Transfer(TransferRequest request, CancellationToken ct);

    /// <summary>Asks what became of a payout.</summary>
    Task<ProviderAnswer> FindTransfer(Guid payoutId, CancellationToken ct);
}

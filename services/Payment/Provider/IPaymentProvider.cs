using Tumpang.Contracts;

namespace Tumpang.Payments.Provider;

/// <summary>What we ask a provider to collect. <paramref name="AttemptId"/> is its idempotency key: asked twice, it collects once.</summary>
internal sealed record ChargeRequest(Guid AttemptId, Money Amount, string CardToken);

/// <summary>What the provider says about a charge.</summary>
internal abstract record ChargeAnswer
{
    /// <summary>The provider holds the money.</summary>
    internal sealed record Succeeded(string ChargeId) : ChargeAnswer;

    /// <summary>The provider does not and, for this charge, will not hold the money.</summary>
    internal sealed record Declined(string? ChargeId, Decline Why) : ChargeAnswer;

    /// <summary>The provider will decide later and tell us by webhook, or when asked.</summary>
    internal sealed record Undecided(string ChargeId) : ChargeAnswer;

    /// <summary>The provider answered that it failed; only asking tells whether it charged.</summary>
    internal sealed record Failed : ChargeAnswer;

    /// <summary>No answer came: anything may have happened.</summary>
    internal sealed record Silent : ChargeAnswer;

    /// <summary>The provider knows of no charge under this key.</summary>
    internal sealed record Absent : ChargeAnswer;
}

/// <summary>The boundary to a payment provider. Neither call throws for what a network does; both say what is known.</summary>
internal interface IPaymentProvider
{
    /// <summary>The provider's name in our rows.</summary>
    string Name { get; }

    /// <summary>Collects money, once per attempt id however often it is called.</summary>
    Task<ChargeAnswer> Charge(ChargeRequest request, CancellationToken ct);

    /// <summary>Asks what became of an attempt.</summary>
    Task<ChargeAnswer> Find(Guid attemptId, CancellationToken ct);
}

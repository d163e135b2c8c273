using Tumpang.Contracts;

namespace Tumpang.Payments.Provider;

/// <summary>What we ask a provider to make a code for. <paramref name="AttemptId"/> is its idempotency key: asked twice, it makes one.</summary>
/// <param name="Amount">In the code: who pays it pays exactly this.</param>
/// <param name="Lasts">For how long it can be paid; system time.</param>
internal sealed record CodeRequest(Guid AttemptId, Money Amount, TimeSpan Lasts);

/// <summary>A code that phones scan and pay.</summary>
/// <param name="Url">What it says to them.</param>
/// <param name="ExpiresAt">From here on nobody can begin to pay it; system time.</param>
internal sealed record ProviderCode(string Url, DateTimeOffset ExpiresAt);

/// <summary>One payment of a code, as the provider tells it.</summary>
/// <param name="AttemptId">Whose code it was.</param>
/// <param name="Key">Under which the provider has it: the attempt's id for the first payment, others for the others.</param>
/// <param name="ChargeId">The provider's name of it.</param>
internal sealed record CodePayment(Guid AttemptId, string Key, string ChargeId)
{
    public bool IsFirst => Key == AttemptId.ToString();
}

/// <summary>The part of a provider that makes codes; one that has none does not implement it. No call throws for what a network does.</summary>
internal interface IProviderCodes
{
    /// <summary>Makes a code, once per attempt id however often it is called: undecided, with the code, until somebody has paid it.</summary>
    Task<ProviderAnswer> MakeCode(CodeRequest request, CancellationToken ct);

    /// <summary>Asks what became of a code: paid, undecided, or declined once nobody can begin to pay it any more.</summary>
    Task<ProviderAnswer> FindCode(Guid attemptId, CancellationToken ct);

    /// <summary>Has nobody begin to pay it any more; may be repeated at will. All payments that have arrived; null when no answer came.</summary>
    Task<IReadOnlyList<CodePayment>?> CloseCode(Guid attemptId, CancellationToken ct);
}

namespace Tumpang.Payments.Provider;

/// <summary>What became of evidence.</summary>
internal enum EvidenceAnswer { Taken, Refused, Unknown }

/// <summary>The part of a provider that deals with disputes. No call throws for what a network does.</summary>
internal interface IProviderDisputes
{
    /// <summary>How a dispute stands; null when no answer came, or there is none of that name.</summary>
    Task<DisputeTold?> FindDispute(string providerDisputeId, CancellationToken ct);

    /// <summary>Gives evidence, once however often it is called with the same text.</summary>
    Task<EvidenceAnswer> SubmitEvidence(string providerDisputeId, string text, CancellationToken ct);
}

/// <summary>
/// A provider that lists its disputes: one that was opened without any webhook's reaching us is found so. The sandbox names them in its settlement files.
/// </summary>
internal interface IDisputeLists
{
    /// <summary>The provider's name in our rows.</summary>
    string Name { get; }

    /// <summary>Those opened since then that have taken money; null when no answer came.</summary>
    Task<IReadOnlyList<DisputeTold>?> ListOpenedSince(DateTimeOffset since, CancellationToken ct);
}

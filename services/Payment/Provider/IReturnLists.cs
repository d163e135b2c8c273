namespace Tumpang.Payments.Provider;

/// <summary>
/// A provider that lists payouts which came back: one of which no webhook has reached us is found so. The sandbox names them in its settlement files.
/// </summary>
internal interface IReturnLists
{
    /// <summary>The provider's name in our rows.</summary>
    string Name { get; }

    /// <summary>What it told of them since then, or would have told; null when no answer came.</summary>
    Task<IReadOnlyList<ProviderNews>?> ListSince(DateTimeOffset since, CancellationToken ct);
}

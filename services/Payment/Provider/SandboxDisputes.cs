using System.Net;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Provider;

/// <summary>The sandbox's disputes over HTTP.</summary>
internal sealed class SandboxDisputes(HttpClient http) : IProviderDisputes
{
    const string Path = "/sandbox/payments/disputes";

    public async Task<DisputeTold?> FindDispute(string providerDisputeId, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{Path}/{providerDisputeId}", UriKind.Relative), ct);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<SandboxDispute>(Json.Options, ct))?.Told() : null;
        }
        catch (Exception failure) when (IsOutage(failure, ct))
        {
            return null;
        }
    }

    public async Task<EvidenceAnswer> SubmitEvidence(string providerDisputeId, string text, CancellationToken ct)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri($"{Path}/{providerDisputeId}/evidence", UriKind.Relative), new { text }, Json.Options, ct);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => EvidenceAnswer.Taken,
                >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => EvidenceAnswer.Refused,
                _ => EvidenceAnswer.Unknown,
            };
        }
        catch (Exception failure) when (IsOutage(failure, ct))
        {
            return EvidenceAnswer.Unknown;
        }
    }

    static bool IsOutage(Exception failure, CancellationToken ct) =>
        failure is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested;
}

/// <summary>A dispute as the sandbox spells it, in answers and in webhooks.</summary>
/// <param name="IdempotencyKey">Of the charge: the id of our attempt, top-up or tip; of a code's further payments with what tells them apart.</param>
internal sealed record SandboxDispute(
    string DisputeId, string ChargeId, string Status, long AmountMinorUnits, long FeeMinorUnits, string Currency, string Reason, string IdempotencyKey, DateTimeOffset OpenedAt,
    DateTimeOffset EvidenceDueAt)
{
    /// <summary>Null when it makes no sense to us.</summary>
    public DisputeTold? Told() => Guid.TryParse(IdempotencyKey.Split(':')[0], out var attemptId) && StatusOf(Status) is { } status
        ? new(
            SandboxProvider.ProviderName, DisputeId, new(attemptId, ChargeId), new(AmountMinorUnits, Currency), new(FeeMinorUnits, Currency),
            new(status is DisputeStatus.Won ? FeeMinorUnits : 0, Currency), Reason, status, OpenedAt, EvidenceDueAt)
        : null;

    static DisputeStatus? StatusOf(string status) => status switch
    {
        "open" => DisputeStatus.Received,
        "won" => DisputeStatus.Won,
        "lost" => DisputeStatus.Lost,
        _ => null,
    };
}

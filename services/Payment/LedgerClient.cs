using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>What a business key moved on the accounts of provider and bank in billing's ledger.</summary>
internal sealed record LedgerPosting(string BusinessKey, long MinorUnits);

/// <summary>Asks billing what its ledger has, to hold it against the provider's files. Throws for an outage.</summary>
internal sealed class LedgerClient(HttpClient http)
{
    /// <summary>Keys that the ledger does not know are not in the answer.</summary>
    public async Task<IReadOnlyList<LedgerPosting>> Find(IReadOnlyList<string> businessKeys, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/ledger/clearing")
        {
            Content = JsonContent.Create(new Request(businessKeys), options: Json.Options),
        }.ReadingOnly();
        using var answer = await http.SendAsync(request, ct);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Answer>(Json.Options, ct))!.Postings;
    }

    sealed record Request(IReadOnlyList<string> BusinessKeys);

    sealed record Answer(IReadOnlyList<LedgerPosting> Postings);
}

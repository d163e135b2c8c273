using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>What payment says about the money of a ride.</summary>
internal abstract record PaymentSide
{
    /// <summary>All that it knows, with the sums that our books are held against.</summary>
    /// <param name="Told">As payment told it.</param>
    internal sealed record Known(PaymentTotals Totals, IReadOnlyList<PaidOut> Payouts, JsonElement Told) : PaymentSide;

    /// <summary>It has no order for this ride.</summary>
    internal sealed record NoOrder : PaymentSide;

    /// <summary>It did not answer: nothing is known of its side.</summary>
    internal sealed record Away : PaymentSide;
}

/// <summary>Sums of payment, in minor units.</summary>
internal sealed record PaymentTotals(long ReceivedMinorUnits, long RefundedMinorUnits, long HeldMinorUnits, long SetOffMinorUnits = 0);

/// <summary>A payout as payment knows it.</summary>
internal sealed record PaidOut(Guid PayoutId, string Status, Money Amount);

/// <summary>Asks payment for its part of a page that operators read. Nothing else in billing waits for payment.</summary>
internal sealed class PaymentClient(HttpClient http)
{
    /// <summary>Never throws for an outage: a page of which a part is missing says so.</summary>
    public async Task<PaymentSide> MoneyOf(Guid rideId, IEnumerable<Guid> payoutIds, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(
                new Uri($"/internal/rides/{rideId}/money?{string.Join('&', payoutIds.Select(id => $"payout={id}"))}", UriKind.Relative), ct);
            return answer.StatusCode switch
            {
                HttpStatusCode.NotFound => new PaymentSide.NoOrder(),
                HttpStatusCode.OK => Read(await answer.Content.ReadFromJsonAsync<JsonElement>(Json.Options, ct)),
                _ => new PaymentSide.Away(),
            };
        }
        catch (Exception outage) when (outage is HttpRequestException or TimeoutRejectedException or BrokenCircuitException)
        {
            return new PaymentSide.Away();
        }
    }

    static PaymentSide.Known Read(JsonElement told)
    {
        var view = told.Deserialize<View>(Json.Options)!;
        return new(view.Totals, view.Payouts, told);
    }

    sealed record View(PaymentTotals Totals, IReadOnlyList<PaidOut> Payouts);
}

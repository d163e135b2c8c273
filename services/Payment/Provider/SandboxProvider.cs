using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Provider;

/// <summary>
/// The sandbox's payment API over HTTP. One request, one answer: whether to repeat is the worker's to decide, because it knows
/// what it has sent before.
/// </summary>
internal sealed class SandboxProvider(HttpClient http) : IPaymentProvider
{
    const string Charges = "/sandbox/payments/charges";

    public string Name => "sandbox";

    public Task<ChargeAnswer> Charge(ChargeRequest request, CancellationToken ct)
    {
        var body = new ChargeBody(request.Amount.MinorUnits, request.Amount.Currency, request.CardToken, request.AttemptId.ToString());
        var message = new HttpRequestMessage(HttpMethod.Post, Charges) { Content = JsonContent.Create(body, options: Json.Options) };
        message.Headers.Add("Idempotency-Key", request.AttemptId.ToString());
        return Send(message, ct);
    }

    public Task<ChargeAnswer> Find(Guid attemptId, CancellationToken ct) =>
        Send(new(HttpMethod.Get, $"{Charges}?idempotencyKey={attemptId}"), ct);

    async Task<ChargeAnswer> Send(HttpRequestMessage message, CancellationToken ct)
    {
        try
        {
            using (message)
            using (var response = await http.SendAsync(message, ct))
            {
                return await Read(response, ct);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new ChargeAnswer.Silent();
        }
    }

    static async Task<ChargeAnswer> Read(HttpResponseMessage response, CancellationToken ct) => response switch
    {
        { StatusCode: HttpStatusCode.NotFound } => new ChargeAnswer.Absent(),
        { IsSuccessStatusCode: false } => new ChargeAnswer.Failed(),
        _ => Translate(await response.Content.ReadFromJsonAsync<ChargeView>(Json.Options, ct)),
    };

    static ChargeAnswer Translate(ChargeView? charge) => charge switch
    {
        { Status: "succeeded" } => new ChargeAnswer.Succeeded(charge.ChargeId),
        { Status: "declined" } => new ChargeAnswer.Declined(charge.ChargeId, Decline.From(charge.DeclineCode)),
        { Status: "pending" } => new ChargeAnswer.Undecided(charge.ChargeId),
        _ => new ChargeAnswer.Failed(),
    };

    sealed record ChargeBody(long AmountMinorUnits, string Currency, string CardToken, string Reference);

    sealed record ChargeView(string ChargeId, string Status, string? DeclineCode = null);
}

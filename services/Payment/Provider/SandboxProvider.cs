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
    const string Refunds = "/sandbox/payments/refunds";
    const string Transfers = "/sandbox/payments/transfers";

    public string Name => "sandbox";

    public Task<ProviderAnswer> Charge(ChargeRequest request, CancellationToken ct) => Post(
        Charges, request.AttemptId, new ChargeBody(request.Amount.MinorUnits, request.Amount.Currency, request.CardToken, request.AttemptId.ToString()), ct);

    public Task<ProviderAnswer> Find(Guid attemptId, CancellationToken ct) => Ask(Charges, attemptId, ct);

    public Task<ProviderAnswer> Refund(RefundRequest request, CancellationToken ct) =>
        Post(Refunds, request.RefundId, new RefundBody(request.ChargeId, request.Amount.MinorUnits, request.RefundId.ToString()), ct);

    public Task<ProviderAnswer> FindRefund(Guid refundId, CancellationToken ct) => Ask(Refunds, refundId, ct);

    public Task<ProviderAnswer> Transfer(TransferRequest request, CancellationToken ct)
    {
        var (amount, to) = (request.Amount, request.To);
        var body = new TransferBody(amount.MinorUnits, amount.Currency, to.AccountNumber, to.BankCode, to.HolderName, request.PayoutId.ToString());
        return Post(Transfers, request.PayoutId, body, ct);
    }

    public Task<ProviderAnswer> FindTransfer(Guid payoutId, CancellationToken ct) => Ask(Transfers, payoutId, ct);

    Task<ProviderAnswer> Post<TBody>(string path, Guid key, TBody body, CancellationToken ct)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Json.Options) };
        message.Headers.Add("Idempotency-Key", key.ToString());
        return Send(message, ct);
    }

    Task<ProviderAnswer> Ask(string path, Guid key, CancellationToken ct) => Send(new(HttpMethod.Get, $"{path}?idempotencyKey={key}"), ct);

    async Task<ProviderAnswer> Send(HttpRequestMessage message, CancellationToken ct)
    {
        try
        {
            using (message)
            using (var response = await http.SendAsync(message, ct))
            {
                return await Read(response, message.Method, ct);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new ProviderAnswer.Silent();
        }
    }

    /// <summary>Absent is only what was asked about and is not there; a 404 to a movement is a failure like any other.</summary>
    static async Task<ProviderAnswer> Read(HttpResponseMessage response, HttpMethod method, CancellationToken ct) => response switch
    {
        { StatusCode: HttpStatusCode.NotFound } when method == HttpMethod.Get => new ProviderAnswer.Absent(),
        { IsSuccessStatusCode: false } => new ProviderAnswer.Failed(),
        _ => Translate(await response.Content.ReadFromJsonAsync<MovementView>(Json.Options, ct)),
    };

    static ProviderAnswer Translate(MovementView? view) => view switch
    {
        { Reference: null } => new ProviderAnswer.Failed(),
        { Status: "succeeded" } => new ProviderAnswer.Succeeded(view.Reference),
        { Status: "declined" } => new ProviderAnswer.Declined(view.Reference, Decline.From(view.DeclineCode)),
        { Status: "pending" } => new ProviderAnswer.Undecided(view.Reference),
        _ => new ProviderAnswer.Failed(),
    };

    sealed record ChargeBody(long AmountMinorUnits, string Currency, string CardToken, string Reference);

    sealed record RefundBody(string ChargeId, long AmountMinorUnits, string Reference);

    sealed record TransferBody(long AmountMinorUnits, string Currency, string AccountNumber, string BankCode, string HolderName, string Reference);

    /// <summary>A charge, a refund or a transfer: one of the ids names it, a refund's own before its charge's.</summary>
    sealed record MovementView(string Status, string? ChargeId = null, string? RefundId = null, string? TransferId = null, string? DeclineCode = null)
    {
        public string? Reference => TransferId ?? RefundId ?? ChargeId;
    }
}

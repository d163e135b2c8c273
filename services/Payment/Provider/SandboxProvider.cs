using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Provider;

/// <summary>
/// The sandbox's payment API over HTTP. One request, one answer: whether to repeat is the worker's to decide, because it knows
/// what it has sent before.
/// </summary>
internal sealed class SandboxProvider(HttpClient http) : IPaymentProvider, IProviderCodes
{
    public const string ProviderName = "sandbox";

    const string Charges = "/sandbox/payments/charges";
    const string Authorisations = "/sandbox/payments/authorisations";
    const string Codes = "/sandbox/payments/codes";
    const string Refunds = "/sandbox/payments/refunds";
    const string Transfers = "/sandbox/payments/transfers";

    public string Name => ProviderName;

    public Task<ProviderAnswer> Charge(ChargeRequest request, CancellationToken ct) => Post(
        Charges, request.AttemptId, new ChargeBody(request.Amount.MinorUnits, request.Amount.Currency, request.CardToken!, request.AttemptId.ToString()), ct);

    public Task<ProviderAnswer> Find(ChargeRequest request, CancellationToken ct) => Ask(Charges, request.AttemptId, ct);

    /// <summary>It has just said that it holds nothing, long after the last send; nothing of ours is still on its way.</summary>
    public Task<ProviderAnswer> Abandon(ChargeRequest request, CancellationToken ct) =>
        Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined(null, Decline.ProviderFault));

    public Task<ProviderAnswer> Authorise(ChargeRequest request, CancellationToken ct)
    {
        var body = new ChargeBody(request.Amount.MinorUnits, request.Amount.Currency, request.CardToken!, request.AttemptId.ToString());
        return Post(Authorisations, request.AttemptId, body, ct);
    }

    public Task<ProviderAnswer> FindAuthorisation(ChargeRequest request, CancellationToken ct) => Ask(Authorisations, request.AttemptId, ct);

    public Task<ProviderAnswer> Capture(CaptureRequest request, CancellationToken ct) => Post(
        $"{Authorisations}/{request.AuthorisationId}/captures", request.AttemptId,
        new CaptureBody(request.Amount.MinorUnits, request.AttemptId.ToString()), ct);

    public Task<ProviderAnswer> Release(ReleaseRequest request, CancellationToken ct) =>
        Post($"{Authorisations}/{request.AuthorisationId}/void", request.ReleaseId, new { }, ct);

    public Task<ProviderAnswer> MakeCode(CodeRequest request, CancellationToken ct)
    {
        var body = new CodeBody(request.Amount.MinorUnits, request.Amount.Currency, request.AttemptId.ToString(), (int)request.Lasts.TotalSeconds);
        return Post(Codes, request.AttemptId, body, ct);
    }

    public Task<ProviderAnswer> FindCode(Guid attemptId, CancellationToken ct) => Ask(Codes, attemptId, ct);

    public async Task<IReadOnlyList<CodePayment>?> CloseCode(Guid attemptId, CancellationToken ct)
    {
        try
        {
            using var response = await http.DeleteAsync(new Uri($"{Codes}?idempotencyKey={attemptId}", UriKind.Relative), ct);
            return response.StatusCode is HttpStatusCode.NotFound ? []
                : !response.IsSuccessStatusCode ? null
                : (await response.Content.ReadFromJsonAsync<CodeClosed>(Json.Options, ct))?.PaymentsOf(attemptId);
        }
        catch (Exception failure) when (IsOutage(failure, ct))
        {
            return null;
        }
    }

    public Task<ProviderAnswer> Refund(RefundRequest request, CancellationToken ct) =>
        Post(Refunds, request.RefundId, new RefundBody(request.ChargeId, request.Amount.MinorUnits, request.RefundId.ToString()), ct);

    public Task<ProviderAnswer> FindRefund(RefundRequest request, CancellationToken ct) => Ask(Refunds, request.RefundId, ct);

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
        catch (Exception failure) when (IsOutage(failure, ct))
        {
            return new ProviderAnswer.Silent();
        }
    }

    static bool IsOutage(Exception failure, CancellationToken ct) =>
        failure is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested;

    /// <summary>Absent is only what was asked about and is not there; a 404 to a movement is a failure like any other.</summary>
    static async Task<ProviderAnswer> Read(HttpResponseMessage response, HttpMethod method, CancellationToken ct) => response switch
    {
        { StatusCode: HttpStatusCode.NotFound } when method == HttpMethod.Get => new ProviderAnswer.Absent(),
        { StatusCode: HttpStatusCode.Conflict } when method == HttpMethod.Post => Refused(await response.Content.ReadFromJsonAsync<ProblemView>(Json.Options, ct)),
        { IsSuccessStatusCode: false } => new ProviderAnswer.Failed(),
        _ => Translate(await response.Content.ReadFromJsonAsync<MovementView>(Json.Options, ct)),
    };

    /// <summary>What is held no more, or was captured, cannot be captured now and never will be; any other conflict is a failure.</summary>
    static ProviderAnswer Refused(ProblemView? problem) => problem?.Code is "authorisation-expired" or "authorisation-voided" or "authorisation-captured"
        ? new ProviderAnswer.Declined(null, new(problem.Code, IsSoft: false))
        : new ProviderAnswer.Failed();

    static ProviderAnswer Translate(MovementView? view) => view switch
    {
        { CodeId: not null, ChargeId: { } paid } => new ProviderAnswer.Succeeded(paid),
        { CodeId: { } code, Status: "open", Url: { } url, ExpiresAt: { } end } => new ProviderAnswer.Undecided(code, new(url, end)),
        { CodeId: not null, Status: "expired" or "closed" } => new ProviderAnswer.Declined(null, Decline.CodeExpired),
        { Reference: null } => new ProviderAnswer.Failed(),
        { Status: "succeeded" or "authorised" or "voided" or "expired" } => new ProviderAnswer.Succeeded(view.Reference, view.ExpiresAt),
        { Status: "declined" } => new ProviderAnswer.Declined(view.Reference, Decline.From(view.DeclineCode)),
        { Status: "returned" } => ProviderAnswer.Returned.Because(view.Reference, view.ReturnCode),
        { Status: "pending" } => new ProviderAnswer.Undecided(view.Reference),
        _ => new ProviderAnswer.Failed(),
    };

    sealed record ChargeBody(long AmountMinorUnits, string Currency, string CardToken, string Reference);

    sealed record CodeBody(long AmountMinorUnits, string Currency, string Reference, int ExpiresInSeconds);

    sealed record CodeClosed(IReadOnlyList<CodeCharge>? Payments)
    {
        public IReadOnlyList<CodePayment>? PaymentsOf(Guid attemptId) =>
            Payments is { } all ? [.. all.Select(paid => new CodePayment(attemptId, paid.IdempotencyKey, paid.ChargeId))] : null;
    }

    sealed record CodeCharge(string ChargeId, string IdempotencyKey);

    sealed record CaptureBody(long AmountMinorUnits, string Reference);

    sealed record ProblemView(string? Code = null);

    sealed record RefundBody(string ChargeId, long AmountMinorUnits, string Reference);

    sealed record TransferBody(long AmountMinorUnits, string Currency, string AccountNumber, string BankCode, string HolderName, string Reference);

    /// <summary>A charge, a refund, a transfer, an authorisation or a code: one of the ids names it, a refund's own before its charge's.</summary>
    sealed record MovementView(
        string Status, string? ChargeId = null, string? RefundId = null, string? TransferId = null, string? AuthorisationId = null, string? DeclineCode = null,
        DateTimeOffset? ExpiresAt = null, string? CodeId = null, string? Url = null, string? ReturnCode = null)
    {
        public string? Reference => TransferId ?? RefundId ?? ChargeId ?? AuthorisationId;
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>The code that pays a ride, for its passenger and its driver to show: as text or drawn. That it is paid the provider says, never a phone.</summary>
internal static class ShowCode
{
    const string OfRide = """
        select o.ride_id, o.status, o.open_attempt_id is not null and o.kind = 'Qr' as being_made, a.amount_minor_units, a.currency, code.url, code.expires_at
        from   payment.orders o
        left   join payment.attempts a on a.id = o.open_attempt_id and a.kind = 'Qr'
        left   join payment.codes code on code.attempt_id = a.id and code.expires_at > now()
        where  o.ride_id = @RideId and @UserId in (o.passenger_id, o.driver_id)
        """;

    public static async Task<Results<Ok<CodeView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct)
    {
        var row = await Find(rideId, user, database, ct);
        return row?.Code is { } code ? TypedResults.Ok(code) : WhyNot(row).ToHttp();
    }

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleDrawn(Guid rideId, CurrentUser user, Database database, CancellationToken ct)
    {
        var row = await Find(rideId, user, database, ct);
        return row?.Code is { } code ? TypedResults.Content(Draw(code.Url), "image/svg+xml") : WhyNot(row).ToHttp();
    }

    /// <summary>Dark modules on white, the margin that scanners need included in the matrix; it scales without loss.</summary>
    internal static string Draw(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = string.Concat(Enumerable.Range(0, rows.Count).SelectMany(
            row => Enumerable.Range(0, rows[row].Count).Where(column => rows[row][column]).Select(column => $"M{column},{row}h1v1h-1z")));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {rows.Count} {rows.Count}" shape-rendering="crispEdges">
            <path fill="#fff" d="M0,0h{rows.Count}v{rows.Count}H0z"/><path d="{path}"/></svg>
            """;
    }

    static Task<Row?> Find(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        database.Find<Row>(OfRide, new { RideId = rideId, UserId = user.Id }, ct);

    static Problem WhyNot(Row? row) => row switch
    {
        null => PaymentProblems.PaymentNotFound,
        { Status: not (OrderStatus.Pending or OrderStatus.Owed) } => PaymentProblems.AlreadyEnded(row.Status),
        { BeingMade: true } => PaymentProblems.CodeNotReady,
        _ => PaymentProblems.NoCode,
    };

    sealed record Row(Guid RideId, OrderStatus Status, bool BeingMade, long? AmountMinorUnits, string? Currency, string? Url, DateTimeOffset? ExpiresAt)
    {
        public CodeView? Code => Url is { } url ? new(RideId, url, new(AmountMinorUnits!.Value, Currency!), ExpiresAt!.Value) : null;
    }
}

/// <summary>A code to be scanned.</summary>
/// <param name="Url">What it says to the phone that scans it.</param>
/// <param name="Amount">What is paid with it, no more and no less.</param>
/// <param name="ExpiresAt">From here on nobody can begin to pay it, and there is another one; system time.</param>
internal sealed record CodeView(Guid RideId, string Url, Money Amount, DateTimeOffset ExpiresAt);

using System.Text;
using Tumpang.Billing.Receipts;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Receipts;

/// <summary>
/// The receipt of a ride, for its passenger the whole fare and how it was paid, for its driver what was earned: as JSON, as a page, or as a PDF, by the
/// Accept header or the ending of the path.
/// </summary>
internal static class GetReceipt
{
    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, HttpRequest request, Database database, Cities cities, CancellationToken ct) =>
        AcceptedForm.Of(request, AcceptedForm.Json, AcceptedForm.Html, AcceptedForm.Pdf) is { } form
            ? await Answer(form, rideId, user, database, cities, ct)
            : BillingProblems.NotAcceptable("JSON, HTML or PDF").ToHttp();

    public static Task<IResult> HandleHtml(Guid rideId, CurrentUser user, Database database, Cities cities, CancellationToken ct) =>
        Answer(AcceptedForm.Html, rideId, user, database, cities, ct);

    public static Task<IResult> HandlePdf(Guid rideId, CurrentUser user, Database database, Cities cities, CancellationToken ct) =>
        Answer(AcceptedForm.Pdf, rideId, user, database, cities, ct);

    static async Task<IResult> Answer(string form, Guid rideId, CurrentUser user, Database database, Cities cities, CancellationToken ct)
    {
        var fare = await database.Find<ReceiptRow>(ReceiptRow.OfRide, new { RideId = rideId, UserId = user.Id }, ct);
        if (fare is null) return Problem.NotFound("ride").ToHttp();
        if (fare.FareId is null) return BillingProblems.FareNotFinal.ToHttp();

        var side = fare.PassengerId == user.Id ? ReceiptFor.Passenger : ReceiptFor.Driver;
        var account = side is ReceiptFor.Passenger ? AccountKind.PassengerReceivable : AccountKind.DriverPayable;
        var movements = await database.List<MovementRow>(ReceiptRow.Movements, new { RideId = rideId, UserId = user.Id, Account = account.ToString() }, ct);
        var receipt = fare.ToReceipt(side, movements);
        return form is AcceptedForm.Json ? TypedResults.Ok(receipt) : Drawn(form, receipt, cities.Find(receipt.CityId)!);
    }

    static IResult Drawn(string form, Receipt receipt, City city)
    {
        var page = ReceiptPage.Of(receipt, city);
        return form is AcceptedForm.Html
            ? TypedResults.Content(ReceiptHtml.Of(page), AcceptedForm.Html, Encoding.UTF8)
            : TypedResults.Bytes(ReceiptPdf.Of(page), AcceptedForm.Pdf);
    }
}

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
    static readonly string[] PassengersAccounts = [nameof(AccountKind.PassengerReceivable)];
    static readonly string[] DriversAccounts = [nameof(AccountKind.HeldCash), nameof(AccountKind.DriverPayable)];

    public static Task<IResult> Handle(Guid rideId, CurrentUser user, HttpRequest request, Database database, Cities cities, CancellationToken ct) =>
        Answer(AskedForm(request), rideId, row => row.SideOf(user.Id), database, cities, ct);

    public static Task<IResult> HandleHtml(Guid rideId, CurrentUser user, Database database, Cities cities, CancellationToken ct) =>
        Answer(AcceptedForm.Html, rideId, row => row.SideOf(user.Id), database, cities, ct);

    public static Task<IResult> HandlePdf(Guid rideId, CurrentUser user, Database database, Cities cities, CancellationToken ct) =>
        Answer(AcceptedForm.Pdf, rideId, row => row.SideOf(user.Id), database, cities, ct);

    /// <summary>As the passenger has it, for operators.</summary>
    public static Task<IResult> HandlePassengers(Guid rideId, HttpRequest request, Database database, Cities cities, CancellationToken ct) =>
        Answer(AskedForm(request), rideId, _ => ReceiptFor.Passenger, database, cities, ct);

    /// <summary>As the driver has it, for operators.</summary>
    public static Task<IResult> HandleDrivers(Guid rideId, HttpRequest request, Database database, Cities cities, CancellationToken ct) =>
        Answer(AskedForm(request), rideId, _ => ReceiptFor.Driver, database, cities, ct);

    static string? AskedForm(HttpRequest request) => AcceptedForm.Of(request, AcceptedForm.Json, AcceptedForm.Html, AcceptedForm.Pdf);

    static async Task<IResult> Answer(
        string? form, Guid rideId, Func<ReceiptRow, ReceiptFor?> sideOf, Database database, Cities cities, CancellationToken ct)
    {
        if (form is null) return BillingProblems.NotAcceptable("JSON, HTML or PDF").ToHttp();

        var fare = await database.Find<ReceiptRow>(ReceiptRow.OfRide, new { RideId = rideId }, ct);
        if (fare is null || sideOf(fare) is not { } side) return Problem.NotFound("ride").ToHttp();
        if (fare.FareId is null) return BillingProblems.FareNotFinal.ToHttp();

        var (accounts, party) = side is ReceiptFor.Passenger ? (PassengersAccounts, fare.PassengerId) : (DriversAccounts, fare.DriverId);
        var movements = await database.List<MovementRow>(ReceiptRow.Movements, new { RideId = rideId, PartyId = party, Accounts = accounts }, ct);
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

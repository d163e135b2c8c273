using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What tests of codes ask of payment and of the provider.</summary>
public abstract class CodesUnderTest(PaymentFleet fleet)
{
    protected PaymentFleet Fleet { get; } = fleet;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected const string OfRide = "(select a.id::text from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId)";

    protected Task<long> PaymentsOf(FareFinalised fare) => Fleet.One<long>($"select count(*) from sandbox.charges where code_key in {OfRide}", new { fare.RideId }, Ct);

    /// <summary>In the provider's books: what was paid with codes of this ride and not given back.</summary>
    protected Task<long> Kept(FareFinalised fare) => Fleet.One<long>(
        $"select coalesce(sum(amount_minor_units - refunded_minor_units), 0)::bigint from sandbox.charges where code_key in {OfRide}", new { fare.RideId }, Ct);

    protected Task<long> ByCard(FareFinalised fare) => Fleet.One<long>(
        $"select coalesce(sum(amount_minor_units), 0)::bigint from sandbox.charges where code_key is null and idempotency_key in {OfRide}",
        new { fare.RideId }, Ct);

    protected Task<long> Succeeded(FareFinalised fare) => Fleet.One<long>(
        "select count(*) from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId and a.status = 'Succeeded'",
        new { fare.RideId }, Ct);

    protected Task<long> Surplus(FareFinalised fare, string status = "%") => Fleet.One<long>(
        """
        select count(*)
        from   payment.surplus_payments s
        join   payment.orders o on o.id = s.order_id
        where  o.ride_id = @RideId and s.status like @Status
        """,
        new { fare.RideId, Status = status }, Ct);

    protected Task SurplusBecomes(FareFinalised fare, string status, int payments) => PaymentFleet.Until(async () => await Surplus(fare, status) == payments, Ct);

    protected async Task<string[]> KeysOf(FareFinalised fare) =>
        [.. (await Fleet.MovementsOf(fare, Ct)).Attempts.Select(attempt => attempt.ToString())];

    protected Task<string?> UrlAtProvider(FareFinalised fare) =>
        Fleet.One<string>($"select url from sandbox.codes where idempotency_key in {OfRide}", new { fare.RideId }, Ct);

    protected static string Path(FareFinalised fare) => $"/v1/rides/{fare.RideId}/payment/code";

    protected static string Retry(FareFinalised fare) => $"/v1/rides/{fare.RideId}/payment/retry";

    /// <summary>The provider's clock goes on.</summary>
    protected Task Expire(string url) => Fleet.ExecuteAsOwner("update sandbox.codes set expires_at = now() where url = @Url", new { Url = url }, Ct);

    /// <summary>
    /// Somebody scans a code in time, and their bank carries it out when the test says so. Through the sandbox's own slow bank there would be a second or two
    /// for what is to happen before, which a busy machine may need for something else.
    /// </summary>
    protected Task ScanSlowly(string url, string bank = "Slow") => Fleet.ExecuteAsOwner(
        "insert into sandbox.scans (id, code_id, bank, arrives_at) select gen_random_uuid(), id, @Bank, 'infinity' from sandbox.codes where url = @Url",
        new { Bank = bank, Url = url }, Ct);

    /// <summary>The slow bank has carried it out.</summary>
    protected Task Arrives(string url) => Fleet.ExecuteAsOwner(
        "update sandbox.scans set arrives_at = now() where code_id = (select id from sandbox.codes where url = @Url)", new { Url = url }, Ct);

    /// <summary>So many phones pay the ride's only code, and nobody is quick enough to close it meanwhile.</summary>
    protected async Task<IReadOnlyList<HttpResponseMessage>> AllPay(FareFinalised fare, string url, int phones, string bank = "prompt", Func<Task>? meanwhile = null)
    {
        using var waiting = Fleet.Wire.Hold(Assert.Single(await KeysOf(fare)));
        var answers = await Task.WhenAll(Enumerable.Range(0, phones).Select(_ => Fleet.PhonePays(url, Ct, bank)));
        if (meanwhile is not null) await meanwhile();
        return answers;
    }

    protected async Task Lower(FareFinalised fare, long minorUnits)
    {
        var lowering = fare.LoweredBy(minorUnits);
        await Fleet.Publish(lowering, Ct);
        await Fleet.AllAreHandled([lowering], Ct);
    }

    protected static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();

    protected static async Task<string?> FindUrl(Person person, FareFinalised fare)
    {
        using var answer = await person.Get(Path(fare), Ct);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("url").GetString() : null;
    }

    protected static Task<string> UrlOf(Person person, FareFinalised fare) => AnotherThan(null, person, fare);

    protected static async Task<string> AnotherThan(string? old, Person person, FareFinalised fare)
    {
        string? url = null;
        await PaymentFleet.Until(async () => (url = await FindUrl(person, fare)) is not null && url != old, Ct);
        return url!;
    }

    protected async Task<(Person Passenger, FareFinalised Fare)> Shown()
    {
        var passenger = Fleet.Passenger();
        await passenger.AddCode(Ct);
        var fare = passenger.Fare();
        await Fleet.Publish(fare, Ct);
        await UrlOf(passenger, fare);
        return (passenger, fare);
    }
}

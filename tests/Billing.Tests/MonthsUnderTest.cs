using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>
/// Months of long ago, each test a later one: what is closed stays closed, and nothing else of these tests happened before 2013. One test at a time, because
/// with a month everything before it is closed.
/// </summary>
[Collection("Months")]
public abstract class MonthsUnderTest(BillingFleet fleet)
{
    protected static readonly Guid First = Guid.CreateVersion7(), Second = Guid.CreateVersion7();
    static int months;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected BillingFleet Fleet => fleet;

    /// <summary>From 2001 on, and never one that is closed.</summary>
    protected static DateTimeOffset NextMonth() => new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(Interlocked.Increment(ref months));

    protected Task<HttpResponseMessage> Close(DateTimeOffset month, Guid @operator) => Send(HttpMethod.Post, $"/v1/ops/months/{month:yyyy-MM}/close", @operator);

    protected Task<HttpResponseMessage> Decide(DateTimeOffset month, string decision, Guid @operator) =>
        Send(HttpMethod.Post, $"/v1/ops/months/{month:yyyy-MM}/close/{decision}", @operator);

    protected async Task<HttpResponseMessage> Send(HttpMethod method, string path, Guid @operator)
    {
        using var request = fleet.RequestOfOperator(method, path, @operator);
        return await fleet.Send(request);
    }

    /// <summary>A fare of zero that is settled, and so belongs to no other rule of the books.</summary>
    protected static string CopyOfAFare(Guid rideId, DateTimeOffset finalisedAt, string bookedAt) => $$"""
        insert into billing.fares
        select copy.*
        from   (select * from billing.fares where full_minor_units > 0 and kind = 'Ride' limit 1) fare,
               jsonb_populate_record(null::billing.fares, to_jsonb(fare) || '{
            "ride_id": "{{rideId}}", "fare_id": "{{Guid.CreateVersion7()}}", "finalised_at": "{{finalisedAt:O}}", "inputs": null, "fare_factor_basis_points": 0, "total_minor_units": 0,
            "commission_minor_units": 0, "driver_earning_minor_units": 0, "tax_minor_units": 0, "promotion_minor_units": 0, "credited_minor_units": 0,
            "breakdown": []}'::jsonb || jsonb_build_object('booked_at', {{bookedAt}})) copy;

        update billing.fare_settlements set settlement = 'Settled', settled_at = '{{finalisedAt:O}}' where ride_id = '{{rideId}}'
        """;

    /// <summary>Under the instant under which billing writes it.</summary>
    protected Task WriteFare(Guid rideId, DateTimeOffset finalisedAt) =>
        fleet.Database.Execute(CopyOfAFare(rideId, finalisedAt, $"billing.open_for('{finalisedAt:O}')"), null, Stop);

    protected Task<IReadOnlyList<string>> TablesOf(string parent, Guid rideId) =>
        fleet.Column<string>($"select tableoid::regclass::text from billing.{parent} where ride_id = @rideId", new { rideId });
}

using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Tariffs are rows, and a change is a new row.</summary>
public sealed class FarePolicyTests(BillingFleet fleet)
{
    /// <summary>Else the rides worked out by hand would prove nothing about the fleet.</summary>
    [Fact]
    public async Task The_seeded_tariffs_are_those_that_the_other_tests_calculate_with()
    {
        var seeded = (await fleet.Database.List<PolicyRow>(PolicyRow.Select, null, Stop)).Select(row => row.ToPolicy()).ToList();

        foreach (var expected in new[] { Samples.NycTaxi, Samples.Nebengjek })
        {
            var actual = seeded.Single(policy => policy.PolicyId == expected.PolicyId && policy.Version == expected.Version);
            Assert.Equal(JsonSerializer.Serialize(expected, Json.Options), JsonSerializer.Serialize(actual, Json.Options));
        }
    }

    [Fact]
    public async Task A_new_version_is_quoted_seconds_later_and_the_old_one_stays()
    {
        await using var connection = await fleet.Owner.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync("""
            insert into billing.fare_policies (
                policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units, distance_minor_units,
                distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units, commission_basis_points,
                cancellation_fee_minor_units, cancellation_grace_seconds, valid_from)
            select policy_id, 2, name, city_id, vehicle_class, pricing_mode, 'Linear', currency, 9900, 0, 1, 0, 1, 0, 1, 1000, 0, 0, valid_from
            from   billing.fare_policies
            where  (city_id, vehicle_class, version) = ('nyc', 'Van', 1)
            """);

        await Books.Until("both copies quote the new tariff", async () => await VanFare(at: 0) == 9_900 && await VanFare(at: 1) == 9_900);

        Assert.Equal(1, await fleet.Count("billing.fare_policies where (city_id, vehicle_class, version) = (@City, 'Van', 1)", new { City = "nyc" }));
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="at">The copy by name: others take turns with them as well.</param>
    async Task<long> VanFare(int at)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", Guid.CreateVersion7(), at: at);
        request.Content = JsonContent.Create(new { pickup = Ride.InNewYork().Pickup, dropOff = Ride.InNewYork().DropOff });
        using var answer = await fleet.Send(request);
        var quotes = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("quotes").EnumerateArray();
        return quotes.Single(quote => quote.GetProperty("vehicleClass").GetString() == "Van").GetProperty("fare").GetProperty("minorUnits").GetInt64();
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

public sealed class QuoteRidesTests(BillingFleet fleet)
{
    static readonly GeoPoint TimesSquare = new(40.7580, -73.9855);
    static readonly GeoPoint GrandCentral = new(40.7527, -73.9772);
    static readonly GeoPoint Monas = new(-6.1754, 106.8272);

    [Fact]
    public async Task Every_class_of_the_city_has_a_quote_whose_lines_sum_to_its_fare()
    {
        var quotes = await Quotes(TimesSquare, GrandCentral);

        Assert.Equal(["Standard", "Premium", "Van"], quotes.Select(quote => quote.GetProperty("vehicleClass").GetString()));
        Assert.All(quotes, quote => Assert.Equal(
            Amount(quote.GetProperty("fare")),
            quote.GetProperty("breakdown").EnumerateArray().Sum(line => Amount(line.GetProperty("amount")))));
    }

    [Fact]
    public async Task The_token_says_what_the_answer_says_and_binds_one_passenger_for_five_minutes()
    {
        var passenger = Guid.CreateVersion7();

        var quote = (await Quotes(TimesSquare, GrandCentral, passenger))[0];
        var signed = fleet.Tokens.Read(quote.GetProperty("token").GetString()!)!;

        Assert.Equal(passenger, signed.PassengerId);
        Assert.Equal(quote.GetProperty("quoteId").GetGuid(), signed.QuoteId);
        Assert.Equal(Amount(quote.GetProperty("fare")), signed.Fare.MinorUnits);
        Assert.Equal(TimeSpan.FromMinutes(5), signed.ExpiresAt - signed.QuotedAt);
        Assert.Equal(signed.ExpiresAt, quote.GetProperty("expiresAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_token_that_was_touched_is_nobodys()
    {
        var token = (await Quotes(TimesSquare, GrandCentral))[0].GetProperty("token").GetString()!;

        Assert.NotNull(fleet.Tokens.Read(token));
        Assert.Null(fleet.Tokens.Read(token[..^6] + "AAAAAA"));
        Assert.Null(fleet.Tokens.Read("A" + token[1..^1] + "B"));
        Assert.Null(fleet.Tokens.Read("not a token"));
    }

    [Fact]
    public async Task Jakarta_is_priced_by_the_kilometre_in_whole_rupiah()
    {
        var quote = (await Quotes(Monas, new(-6.2000, 106.8456))).Single(each => each.GetProperty("vehicleClass").GetString() == "Motorcycle");

        // 300 minor units a metre
        Assert.Equal("IDR", quote.GetProperty("fare").GetProperty("currency").GetString());
        Assert.Equal(quote.GetProperty("distanceMetres").GetInt32() * 300L, Amount(quote.GetProperty("fare")));
    }

    [Fact]
    public async Task A_scheduled_ride_is_priced_for_the_time_of_its_pickup()
    {
        var day = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(1);
        while (day.DayOfWeek != DayOfWeek.Tuesday) day = day.AddDays(1);

        // Noon or one o'clock in New York, and half past five or six. Two days apart no two holidays fall.
        var surcharges = new[] { await Surcharge(day), await Surcharge(day.AddDays(2)) };

        Assert.Contains(100, surcharges);

        async Task<long> Surcharge(DateTimeOffset midnight)
        {
            var (calm, peak) = (midnight.AddHours(17), midnight.AddHours(22.5));
            var (atNoon, atFive) = ((await Quotes(TimesSquare, GrandCentral, pickupAt: calm))[0], (await Quotes(TimesSquare, GrandCentral, pickupAt: peak.AddTicks(1_234_567)))[0]);
            Assert.Equal(peak, fleet.Tokens.Read(atFive.GetProperty("token").GetString()!)!.PickupAt);
            return Amount(atFive.GetProperty("fare")) - Amount(atNoon.GetProperty("fare"));
        }
    }

    [Theory]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"pickupAt":"2001-01-01T00:00:00Z"}""", 422, "pickup-time-invalid", "pickupAt")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"pickupAt":"2999-01-01T00:00:00Z"}""", 422, "pickup-time-invalid", "pickupAt")]
    [InlineData("""{"dropOff":{"latitude":40.75,"longitude":-73.97}}""", 400, "invalid-request", "pickup")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97}}""", 400, "invalid-request", "dropOff")]
    [InlineData("""{"pickup":{"latitude":91,"longitude":-73.97},"dropOff":{"latitude":40.75,"longitude":-73.97}}""", 400, "invalid-request", "pickup")]
    [InlineData("""{"pickup":{"latitude":0,"longitude":0},"dropOff":{"latitude":40.75,"longitude":-73.97}}""", 400, "invalid-request", "pickup")]
    [InlineData("""{"pickup":{"latitude":51.5,"longitude":-0.1},"dropOff":{"latitude":40.75,"longitude":-73.97}}""", 422, "outside-service-area", "pickup")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":-6.17,"longitude":106.8}}""", 422, "outside-service-area", "dropOff")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.75,"longitude":-73.97}}""", 422, "trip-too-short", "dropOff")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"stops":[null]}""", 400, "invalid-request", "stops[0]")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"stops":[{"latitude":40.75,"longitude":-73.97}]}""", 422, "trip-too-short", "stops[0]")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"stops":[{"latitude":51.5,"longitude":-0.1}]}""", 422, "outside-service-area", "stops[0]")]
    [InlineData("""{"pickup":{"latitude":40.75,"longitude":-73.97},"dropOff":{"latitude":40.76,"longitude":-73.98},"stops":[null,null,null,null,null,null]}""", 400, "invalid-request", "stops")]
    public async Task What_cannot_be_priced_is_refused_with_the_field_at_fault(string body, int status, string code, string field)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", Guid.CreateVersion7());
        request.Content = new StringContent(body, null, "application/json");

        using var answer = await fleet.Send(request);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);

        Assert.Equal((status, code, field), ((int)answer.StatusCode, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_way_with_stops_is_priced_through_all_of_them_there_and_back()
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", Guid.CreateVersion7());
        request.Content = JsonContent.Create(new { pickup = TimesSquare, dropOff = TimesSquare, stops = new[] { GrandCentral } });
        using var answer = await fleet.Send(request);
        var round = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("quotes")[0];

        var (there, back) = ((await Quotes(TimesSquare, GrandCentral))[0], (await Quotes(GrandCentral, TimesSquare))[0]);
        var quote = fleet.Tokens.Read(round.GetProperty("token").GetString()!)!;

        Assert.Equal(there.GetProperty("distanceMetres").GetInt32() + back.GetProperty("distanceMetres").GetInt32(), quote.DistanceMetres);
        Assert.Equal(1, quote.Inputs!.Stops);
        Assert.Equal([GrandCentral], quote.Stops!);
    }

    [Fact]
    public async Task Nobody_is_quoted_without_logging_in()
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", user: null);

        using var answer = await fleet.Send(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    async Task<IReadOnlyList<JsonElement>> Quotes(GeoPoint pickup, GeoPoint dropOff, Guid? passenger = null, DateTimeOffset? pickupAt = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", passenger ?? Guid.CreateVersion7());
        request.Content = JsonContent.Create(new { pickup, dropOff, pickupAt });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("quotes").EnumerateArray()];
    }

    static long Amount(JsonElement money) => money.GetProperty("minorUnits").GetInt64();
}

using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.RecordedDay;

/// <summary>What operators do before the day: a tariff with every part that it can have, and a promotion.</summary>
public static class Opening
{
    /// <summary>What one passenger in ten types.</summary>
    public const string PromotionCode = "TENTH";

    /// <summary>From copies in turn.</summary>
    const int AnswersToBelieve = 10;

    const long KilometreInMicrometres = 1_000_000_000;

    /// <summary>Returns when both are in use.</summary>
    public static async Task Prepare(Office office, DayRecord record, CancellationToken ct)
    {
        await office.Must(office.FirstOperator, HttpMethod.Post, "billing", "/v1/ops/fare-policies", Tariff(record), ct);
        await office.Must(office.FirstOperator, HttpMethod.Post, "billing", "/v1/ops/promotions", Promotion(office, record), ct);
        for (var inUse = 0; inUse < AnswersToBelieve;)
        {
            inUse = await IsInUse(office, record.Trips[0], ct) ? inUse + 1 : 0;
            await Task.Delay(100, ct);
        }
    }

    /// <summary>Whether the copy that answers quotes by the tariff and knows the code.</summary>
    static async Task<bool> IsInUse(Office office, DayTrip trip, CancellationToken ct)
    {
        var asking = new Caller(Guid.CreateVersion7(), Role.Passenger);
        var body = new { trip.Pickup, trip.DropOff, promotionCode = PromotionCode };
        var reply = await office.Ask(asking, HttpMethod.Post, "billing", "/v1/quotes", body, ct);
        return reply.IsSuccess && reply.Body.GetProperty("quotes").EnumerateArray()
            .Any(quote => quote.GetProperty("breakdown").EnumerateArray().Any(line => line.GetProperty("code").GetString() == "booking"));
    }

    /// <summary>Invented: it has a price for everything that a tariff can price, so that everything is accounted for.</summary>
    static object Tariff(DayRecord record) => new
    {
        name = "recorded-day",
        record.CityId,
        vehicleClass = nameof(VehicleClass.Standard),
        mode = "Metered",
        tariff = "Linear",
        baseMinorUnits = 310,
        distance = new { minorUnits = 140, unitMicrometres = KilometreInMicrometres },
        distanceSections = new[] { new { fromMetres = 10_000, minorUnits = 110, unitMicrometres = KilometreInMicrometres } },
        time = new { minorUnits = 28, unitSeconds = 60 },
        minimumMinorUnits = 500,
        night = new { basisPoints = 1_500, from = "22:00", to = "05:00" },
        surcharges = new[] { new { code = "peak", minorUnits = 100, from = "16:00", to = "20:00" } },
        waiting = new { freeSeconds = 120, perMinuteMinorUnits = 30 },
        pickup = new { freeMetres = 500, minorUnits = 50, unitMicrometres = KilometreInMicrometres },
        bookingMinorUnits = 75,
        salesTax = new { basisPoints = 850, inclusive = false },
        commission = new { basisPoints = 1_800 },
        cancellation = new { feeMinorUnits = 400, graceSeconds = 120 },
    };

    static object Promotion(Office office, DayRecord record) => new
    {
        record.CityId,
        name = "A tenth off",
        code = PromotionCode,
        basisPoints = 1_000,
        mostMinorUnits = 300,
        budgetMinorUnits = 10_000_000,
        usesPerPassenger = 1_000,
        validTo = office.Clock.GetUtcNow().AddDays(7),
    };
}

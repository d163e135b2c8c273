using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Tests;

/// <summary>The seeded tariffs as the pure rules see them, and tariffs that nobody would publish.</summary>
static class Samples
{
    static readonly DayOfWeek[] Weekdays = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    /// <summary>A calm hour: no surcharge of any city.</summary>
    public static LocalPickup MondayAtTwo { get; } = Local("2013-11-18 14:00");

    public static FarePolicy NycTaxi { get; } = new()
    {
        PolicyId = new("0190b000-0000-7000-8000-000000000001"),
        Version = 1,
        Name = "nyc-taxi",
        CityId = "nyc",
        VehicleClass = VehicleClass.Standard,
        Mode = PricingMode.Metered,
        Tariff = TariffKind.TaxiMeter,
        Currency = "USD",
        BaseMinorUnits = 250,
        Distance = new(50, 321_868_800),
        Time = new(50, 60),
        CommissionBasisPoints = 1_000,
        TaxCode = "mta-tax",
        TaxMinorUnits = 50,
        Surcharges =
        [
            new("peak", 100, new(16, 0), new(20, 0), Weekdays, ExceptHolidays: true),
            new("night", 50, new(20, 0), new(6, 0)),
        ],
        Cancellation = new(500, TimeSpan.FromMinutes(5)),
        ValidFrom = new(2012, 9, 4, 4, 1, 0, TimeSpan.Zero),
    };

    public static FarePolicy Nebengjek { get; } = new()
    {
        PolicyId = new("0190b000-0000-7000-8000-000000000101"),
        Version = 1,
        Name = "nebengjek",
        CityId = "jakarta",
        VehicleClass = VehicleClass.Standard,
        Mode = PricingMode.Metered,
        Tariff = TariffKind.Linear,
        Currency = "IDR",
        BaseMinorUnits = 0,
        Distance = new(300_000, 1_000_000_000),
        Time = new(0, 60),
        RoundingMinorUnits = 100,
        CommissionBasisPoints = 500,
        Cancellation = new(0, TimeSpan.FromMinutes(5)),
        ValidFrom = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };

    /// <summary>A place that costs something to meet.</summary>
    public static Guid Bridge { get; } = new("0190b000-0000-7000-8000-00000000b41d");

    /// <summary>Any lawful tariff, linear or metered, in steps of 1 to 100 000 minor units, with every component.</summary>
    public static Gen<FarePolicy> Policies() =>
        from policy in PlainPolicies()
        from sections in Gen.Choose(0, 3)
        from perSection in Gen.Choose(0, 900_000)
        from night in Gen.Choose(0, 20_000)
        from waiting in Gen.Choose(0, 5_000)
        from pickup in Gen.Choose(0, 5_000)
        from extra in Gen.Choose(0, 5_000)
        from salesTax in Gen.Choose(0, 10_000)
        from inclusive in Gen.Elements(true, false)
        from fixedCommission in Gen.Choose(0, 20_000)
        from cancellation in Cancellations()
        select policy with
        {
            DistanceSections = policy.Tariff == TariffKind.TaxiMeter
                ? []
                : [.. Enumerable.Range(1, sections).Select(number => new DistanceSection(number * 3_000, new(perSection / number, 1_000_000_000)))],
            Night = new(night, new(22, 0), new(5, 0)),
            Waiting = new(120, waiting),
            Pickup = new(500, new(pickup, 1_000_000_000)),
            StopMinorUnits = extra,
            BookingMinorUnits = extra / 2,
            ZoneFees = [new(Bridge, ZoneMeeting.Crossing, "toll", extra), new(Bridge, ZoneMeeting.Pickup, "airport-fee", extra / 3)],
            SalesTax = new(salesTax, inclusive),
            CommissionMinorUnits = fixedCommission,
            Cancellation = cancellation,
        };

    /// <summary>Any lawful one: it never falls from phase to phase.</summary>
    public static Gen<CancellationRule> Cancellations() =>
        from fee in Gen.Choose(0, 1_000)
        from grace in Gen.Choose(0, 600)
        from atPickup in Gen.Choose(0, 1_000)
        from noShow in Gen.Choose(0, 1_000)
        from says in Gen.Elements(0, 1, 2, 3)
        from ofDriver in Gen.Choose(0, 1_000)
        from graceOfDriver in Gen.Choose(0, 600)
        from saysOfDriver in Gen.Elements(0, 1, 2)
        select new CancellationRule(
            fee, TimeSpan.FromSeconds(grace), says % 2 == 1 ? fee + atPickup : null, says > 1 ? fee + (says % 2 == 1 ? atPickup : 0) + noShow : null,
            saysOfDriver > 0 ? ofDriver : null, saysOfDriver > 1 ? TimeSpan.FromSeconds(graceOfDriver) : null);

    /// <summary>Any lawful tariff of base, distance and time.</summary>
    public static Gen<FarePolicy> PlainPolicies() =>
        from taxi in Gen.Elements(true, false)
        from basis in Gen.Choose(0, 10_000)
        from perDistance in Gen.Choose(0, 900_000)
        from distanceUnit in Gen.Choose(1, 2_000_000_000)
        from perTime in Gen.Choose(0, 90_000)
        from timeUnit in Gen.Choose(1, 3_600)
        from step in Gen.Elements(1, 5, 100, 100_000)
        from steps in Gen.Choose(0, 50)
        from commission in Gen.Choose(0, 10_000)
        from tax in Gen.Choose(0, 500)
        select Nebengjek with
        {
            Tariff = taxi ? TariffKind.TaxiMeter : TariffKind.Linear,
            BaseMinorUnits = basis,
            Distance = new(perDistance, distanceUnit),
            Time = new(taxi ? perDistance : perTime, timeUnit),
            RoundingMinorUnits = step,
            MinimumMinorUnits = (long)steps * step,
            CommissionBasisPoints = commission,
            TaxCode = "tax",
            TaxMinorUnits = tax,
            Surcharges = NycTaxi.Surcharges,
        };

    /// <summary>Up to 200 km and six hours, partly slow, in any two weeks' hour, with waits, stops and zones.</summary>
    public static Gen<FareInputs> Rides() =>
        from distance in Gen.Choose(0, 200_000)
        from duration in Gen.Choose(0, 21_600)
        from slowDistance in Gen.Choose(0, distance)
        from slow in Gen.Choose(0, duration)
        from minutes in Gen.Choose(0, 60 * 24 * 14)
        from waited in Gen.Choose(0, 1_800)
        from came in Gen.Choose(0, 5_000)
        from stops in Gen.Choose(0, 3)
        from share in Gen.Choose(0, 12_000)
        from most in Gen.Choose(1, 500_000)
        from surge in Gen.Choose(0, 40)
        from meetings in Gen.Elements<ZoneMeeting[]>([], [ZoneMeeting.Crossing], [ZoneMeeting.Crossing, ZoneMeeting.Pickup])
        select new FareInputs(distance, duration, slowDistance, slow, new DateTime(2013, 11, 18).AddMinutes(minutes), IsHoliday(new DateTime(2013, 11, 18).AddMinutes(minutes)))
        {
            WaitedSeconds = waited,
            PickupMetres = came,
            Stops = stops,
            Promotion = share switch
            {
                0 or > 11_000 => null,
                > 10_000 => new(Bridge, "amount", most, FirstRideOnly: false, 1),
                _ => new(Bridge, "share", most, FirstRideOnly: false, 1, share),
            },
            Surge = surge > 10 ? new(surge * 1_000, new(1, 1), 1, 1) : null,
            ZonesMet = [.. meetings.Select(meeting => new ZoneMet(Bridge, meeting))],
        };

    /// <summary>What the wall clock of the city shows. Thanksgiving 2013 is a holiday.</summary>
    public static LocalPickup Local(string wallClock) => new(DateTime.Parse(wallClock), IsHoliday(DateTime.Parse(wallClock)));

    static bool IsHoliday(DateTime local) => DateOnly.FromDateTime(local) == new DateOnly(2013, 11, 28);
}

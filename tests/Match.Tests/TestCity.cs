using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>A city of one test: it has no people until the test invites them.</summary>
sealed class TestCity(MatchFleet fleet, CityKind kind, int number)
{
    public static string IdOf(CityKind kind, int number) => $"{kind}{number}".ToLowerInvariant();

    public static GeoPoint CentreOf(CityKind kind, int number) => new(10 + (int)kind, 10 + number);

    public string Id { get; } = IdOf(kind, number);

    public GeoPoint Centre { get; } = CentreOf(kind, number);

    public MatchFleet Fleet => fleet;

    /// <summary>A passenger at the centre with a card that match knows.</summary>
    public async Task<Passenger> Passenger() => (await Passengers(1))[0];

    public async Task<Passenger[]> Passengers(int count)
    {
        var passengers = Enumerable.Range(0, count).Select(_ => new Passenger(this)).ToArray();
        await fleet.Tell([.. passengers.Select(passenger => passenger.PaymentMethod)]);
        var ids = passengers.Select(passenger => passenger.PaymentMethodId).ToArray();
        await Eventually.Is(count, () => fleet.Count("match.payment_methods where payment_method_id = any(@ids)", new { ids }));
        return passengers;
    }

    /// <summary>An approved driver, online this many metres north of the centre.</summary>
    public async Task<Driver> Driver(int metresAway = 100) => (await Drivers(1, metresAway))[0];

    /// <summary>Approved drivers in a line north of the centre, <paramref name="metresApart"/> each.</summary>
    public async Task<Driver[]> Drivers(int count, int metresApart = 10)
    {
        var drivers = Enumerable.Range(1, count).Select(place => new Driver(this, place * metresApart)).ToArray();
        await fleet.Tell([.. drivers.Select(driver => driver.Approval)]);
        var ids = drivers.Select(driver => driver.Id).ToArray();
        await Eventually.Is(count, () => fleet.Count("match.drivers where driver_id = any(@ids)", new { ids }));
        foreach (var driver in drivers)
        {
            driver.GoOnline();
        }

        return drivers;
    }

    public static DateTimeOffset Now => DateTimeOffset.UtcNow;
}

/// <summary>A phone's answer: status, and the parts of the body that tests look at.</summary>
sealed record Reply(HttpStatusCode Status, Body Body)
{
    public static async Task<Reply> Of(HttpResponseMessage answer) => new(answer.StatusCode, answer switch
    {
        { IsSuccessStatusCode: true } => (await answer.Content.ReadFromJsonAsync<Body>(Json.Options, TestContext.Current.CancellationToken))!,
        { Content.Headers.ContentType.MediaType: "application/problem+json" } =>
            (await answer.Content.ReadFromJsonAsync<Refusal>(Json.Options, TestContext.Current.CancellationToken))!.AsBody,
        _ => new(),
    });

    public bool Succeeded => (int)Status is >= 200 and < 300;
}

/// <summary>Of problem details, whose status is a number.</summary>
sealed record Refusal(string? Code = null, string? State = null)
{
    public Body AsBody => new() { Code = Code, State = State };
}

sealed record Body
{
    public Guid RideRequestId { get; init; }
    public Guid OfferId { get; init; }
    public Guid? RideId { get; init; }
    public Guid? DriverId { get; init; }
    public string? Status { get; init; }
    public string? Code { get; init; }
    public string? State { get; init; }
    public int PickupDistanceMetres { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public Money Fare { get; init; }
    public Money? Tip { get; init; }
    public Guid? AfterRideId { get; init; }
    public GeoPoint Pickup { get; init; }
    public GeoPoint DropOff { get; init; }
}

/// <summary>Waits for what takes a moment, with a deadline.</summary>
static class Eventually
{
    /// <summary>Only a broken service uses it up.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Task Is<T>(T expected, Func<Task<T>> actual)
        where T : struct =>
        Holds(async () => EqualityComparer<T>.Default.Equals(await actual(), expected) ? (object)expected : null, $"{expected}");

    public static async Task<T> Holds<T>(Func<Task<T?>> probe, string what = "it")
        where T : class
    {
        var deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            if (await probe() is { } found)
            {
                return found;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{what} did not come within {Patience.TotalSeconds} s.");
    }
}

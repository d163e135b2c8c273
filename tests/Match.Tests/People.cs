using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>A phone: everything it knows it learns over HTTP.</summary>
abstract class Phone(TestCity city, bool driver)
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string CityId => city.Id;

    protected TestCity City => city;

    public async Task<Reply> Post(string path, object? body = null, string? key = null)
    {
        using var client = city.Fleet.ClientOf(Id, driver);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Reply.Of(answer);
    }

    public async Task<Reply> Get(string path)
    {
        using var client = city.Fleet.ClientOf(Id, driver);
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return await Reply.Of(answer);
    }
}

/// <summary>Somebody who wants to go.</summary>
sealed class Passenger(TestCity city) : Phone(city, driver: false)
{
    public Guid PaymentMethodId { get; } = Guid.CreateVersion7();

    /// <summary>As payment would tell it.</summary>
    public PaymentMethodAdded PaymentMethod => new(PaymentMethodId, Id, PaymentMethodKind.Card) { OccurredAt = TestCity.Now, Version = 1 };

    /// <summary>As billing would quote it.</summary>
    public Quote Quote(TimeSpan? validFor = null, DateTimeOffset? pickupAt = null) => new(
        Guid.CreateVersion7(), Id, City.Id, VehicleClass.Standard, City.Centre, new(City.Centre.Latitude - 0.02, City.Centre.Longitude),
        Guid.CreateVersion7(), 1, 2_300, 480, new(1_250, "USD"), [new("base", 1_250)], TestCity.Now, TestCity.Now + (validFor ?? TimeSpan.FromMinutes(5)),
        pickupAt);

    public string Token(Quote? quote = null) => City.Fleet.Quotes.Sign(quote ?? Quote());

    public Task<Reply> Request(string? token = null, Guid? paymentMethodId = null, string? key = null) =>
        Post("/v1/ride-requests", new { quoteToken = token ?? Token(), paymentMethodId = paymentMethodId ?? PaymentMethodId }, key);

    /// <summary>Orders a ride for later.</summary>
    public Task<Reply> Schedule(DateTimeOffset pickupAt) => Request(Token(Quote(pickupAt: pickupAt)));

    /// <summary>A request that must succeed; its id.</summary>
    public async Task<Guid> Requests()
    {
        var reply = await Request();
        Assert.True(reply.Succeeded, $"{reply}");
        return reply.Body.RideRequestId;
    }

    public Task<Reply> Cancel(Guid rideRequestId) => Post($"/v1/ride-requests/{rideRequestId}/cancel");

    public Task<Reply> Confirm(Guid rideRequestId, bool accept) => Post($"/v1/ride-requests/{rideRequestId}/confirm", new { accept });

    public async Task<Body> See(Guid rideRequestId) => (await Get($"/v1/ride-requests/{rideRequestId}")).Body;

    /// <summary>Looks until the request is in this status.</summary>
    public Task<Body> Sees(Guid rideRequestId, RideRequestStatus status) =>
        Eventually.Holds(async () => await See(rideRequestId) is { } seen && seen.Status == status.ToString() ? seen : null, $"{status}");
}

/// <summary>Somebody who drives.</summary>
sealed class Driver(TestCity city, int metresAway) : Phone(city, driver: true)
{
    const double MetresPerDegree = 111_195;

    public GeoPoint Position => new(City.Centre.Latitude + (metresAway / MetresPerDegree), City.Centre.Longitude);

    /// <summary>As user would tell it.</summary>
    public DriverApproved Approval => new(Id, VehicleType.Car, VehicleClass.Standard) { OccurredAt = TestCity.Now, Version = 1 };

    public void GoOnline() => City.Fleet.Location.Add(Id, City.Id, Position);

    /// <summary>As location does when a match is confirmed.</summary>
    public void LeavesThePool() => City.Fleet.Location.Remove(Id);

    public async Task GoOffline()
    {
        City.Fleet.Location.Remove(Id);
        await City.Fleet.Tell(new DriverWentOffline(Id, "beacon-off") { OccurredAt = TestCity.Now, Version = 2 });
    }

    public Task<Reply> CurrentOffer() => Get("/v1/offers/current");

    /// <summary>Looks until there is an offer.</summary>
    public Task<Body> GetsAnOffer() => Eventually.Holds(async () => await CurrentOffer() is { Succeeded: true } reply ? reply.Body : null, "An offer");

    public Task<Reply> Accept(Guid offerId, string? key = null) => Post($"/v1/offers/{offerId}/accept", key: key);

    public Task<Reply> Decline(Guid offerId) => Post($"/v1/offers/{offerId}/decline");

    /// <summary>Waits for an offer and takes it; the ride's id.</summary>
    public async Task<Guid> TakesAnOffer()
    {
        var reply = await Accept((await GetsAnOffer()).OfferId);
        Assert.True(reply.Succeeded, $"{reply}");
        return reply.Body.RideId!.Value;
    }
}

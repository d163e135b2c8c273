using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;

namespace Tumpang.Matching.Tests;

/// <summary>
/// The other side of match's one synchronous call, on a real socket: a pool of drivers that the tests fill. It knows nothing of busy
/// drivers or open offers, so that match's own guards are what is tested.
/// </summary>
sealed class FakeLocation : IAsyncDisposable
{
    readonly ConcurrentDictionary<Guid, (string CityId, GeoPoint Position)> pool = new();
    readonly ConcurrentDictionary<string, bool> silent = new();
    readonly ConcurrentDictionary<string, int> refused = new();
    readonly ConcurrentDictionary<string, int> searches = new();
    readonly WebApplication app;

    public FakeLocation()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<JsonOptions>(options => options.SerializerOptions.PropertyNameCaseInsensitive = true);
        app = builder.Build();
        app.MapPost("/internal/nearby", Nearby);
    }

    /// <summary>Where it listens, once started.</summary>
    public string Url => app.Urls.First();

    public Task Start() => app.StartAsync();

    public void Add(Guid driverId, string cityId, GeoPoint position) => pool[driverId] = (cityId, position);

    public void Remove(Guid driverId) => pool.TryRemove(driverId, out _);

    /// <summary>Fails every search in this city until told otherwise.</summary>
    public void GoSilent(string cityId) => silent[cityId] = true;

    public void Recover(string cityId) => silent.TryRemove(cityId, out _);

    /// <summary>How many searches failed here.</summary>
    public int RefusedIn(string cityId) => refused.GetValueOrDefault(cityId);

    /// <summary>How many searches came for this city: one per waiting request and round.</summary>
    public int SearchesIn(string cityId) => searches.GetValueOrDefault(cityId);

    IResult Nearby(NearbyRequest search)
    {
        searches.AddOrUpdate(search.CityId, 1, (_, soFar) => soFar + 1);
        if (silent.ContainsKey(search.CityId))
        {
            refused.AddOrUpdate(search.CityId, 1, (_, soFar) => soFar + 1);
            return Results.StatusCode(503);
        }

        var near = from driver in pool
                   where driver.Value.CityId == search.CityId && !search.Exclude.Contains(driver.Key)
                   let metres = driver.Value.Position.MetresTo(search.Pickup)
                   where metres <= search.RadiusMetres
                   orderby metres
                   select new NearbyDriver(driver.Key, driver.Value.Position, metres, DateTimeOffset.UtcNow);
        return Results.Ok(new NearbyDrivers([.. near.Take(search.Limit)]));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

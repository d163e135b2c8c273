using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Tests;

/// <summary>match and location, as far as billing asks them how many wait and how many are free, on a real socket. The tests say what they answer.</summary>
sealed class FakeCounts : IAsyncDisposable
{
    readonly ConcurrentDictionary<(VehicleClass, MapCell), int> waiting = [], free = [];
    readonly WebApplication app;
    int asked;

    public FakeCounts()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapGet("/internal/waiting", (string cityId) => Answer(cityId, waiting, count: true));
        app.MapGet("/internal/free-drivers", (string cityId) => Answer(cityId, free, count: false));
    }

    /// <summary>Where it listens, once started.</summary>
    public string Url => app.Urls.First();

    /// <summary>How often billing asked who waits: once per round and city.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Answers nothing but 503 while it is true.</summary>
    public bool Silent { get; set; }

    public Task Start() => app.StartAsync();

    /// <summary>So many passengers and drivers of Premium are at this place from now on.</summary>
    public void Set(GeoPoint place, int waitingPassengers, int freeDrivers)
    {
        waiting[(VehicleClass.Premium, MapCell.Of(place))] = waitingPassengers;
        free[(VehicleClass.Premium, MapCell.Of(place))] = freeDrivers;
    }

    /// <summary>Nobody is anywhere, and it answers again.</summary>
    public void Clear()
    {
        waiting.Clear();
        free.Clear();
        Silent = false;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    IResult Answer(string cityId, ConcurrentDictionary<(VehicleClass Class, MapCell Cell), int> counts, bool count)
    {
        if (count) Interlocked.Increment(ref asked);
        if (Silent) return Results.StatusCode(503);
        return Results.Json(
            new CellCounts(cityId == "nyc" ? [.. counts.Select(each => new CellCount(each.Key.Class, each.Key.Cell, each.Value))] : []), Json.Options);
    }
}

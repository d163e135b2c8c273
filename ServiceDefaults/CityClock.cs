using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// City time: the clock of the business. Fares, waits, expiries and everything a passenger would call "minutes" use it, so that
/// a ride in a compressed city costs what the real one would. Infrastructure (leases, retries, token lifetimes) uses
/// <see cref="TimeProvider.System"/>. Without settings both are the same.
/// </summary>
public sealed class CityClock : TimeProvider
{
    readonly TimeProvider system;
    readonly DateTimeOffset cityStart;
    readonly DateTimeOffset systemStart;

    public CityClock(IOptions<CityClockOptions> options, TimeProvider system)
    {
        this.system = system;
        Factor = options.Value.Factor;
        cityStart = options.Value.CityStart ?? DateTimeOffset.UnixEpoch;
        systemStart = options.Value.SystemStart ?? options.Value.CityStart ?? DateTimeOffset.UnixEpoch;
        if (options.Value is { Factor: not 1, SystemStart: null })
        {
            throw new OptionsValidationException("CityClock", typeof(CityClockOptions), ["A factor other than 1 needs CityStart and SystemStart."]);
        }
    }

    /// <summary>City seconds per system second.</summary>
    public double Factor { get; }

    /// <summary>Now, in city time, UTC, to the microsecond: what Postgres can store, so that an answer equals its row.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        var elapsedTicks = (long)((system.GetUtcNow() - systemStart).Ticks * Factor);
        return cityStart.AddTicks(elapsedTicks - (elapsedTicks % TimeSpan.TicksPerMicrosecond)).ToUniversalTime();
    }

    /// <summary>How long a span of city time takes on the wall: for timers and for the TTL of keys.</summary>
    public TimeSpan ToSystem(TimeSpan cityTime) => cityTime / Factor;
}

/// <summary>Compresses city time; shared by all services and phones of one run.</summary>
public sealed class CityClockOptions
{
    /// <summary>What the city's clocks showed at <see cref="SystemStart"/>.</summary>
    public DateTimeOffset? CityStart { get; set; }

    /// <summary>The system instant at which city time began to run.</summary>
    public DateTimeOffset? SystemStart { get; set; }

    /// <summary>City seconds per system second, 0.01 to 1 000.</summary>
    [Range(0.01, 1_000)]
    public double Factor { get; set; } = 1;
}

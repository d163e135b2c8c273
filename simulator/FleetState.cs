using System.Text.Json;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Simulator;

/// <summary>What ./fleet wrote down about the running fleet: where its door is, which clock it keeps, how the auditor reads its databases.</summary>
public sealed record FleetState(Uri Gateway, string AuditorPostgres, CityClock Clock)
{
    /// <summary>Reads the file that the variable FLEET_STATE names.</summary>
    public static FleetState Read()
    {
        var path = Environment.GetEnvironmentVariable("FLEET_STATE")
            ?? throw new InvalidOperationException("FLEET_STATE is not set: start the simulator by ./fleet demo.");
        var state = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        var clock = new CityClockOptions();
        if (state.TryGetProperty("clock", out var settings) && settings.ValueKind == JsonValueKind.Object)
        {
            clock.CityStart = settings.GetProperty("cityStart").GetDateTimeOffset();
            clock.SystemStart = settings.GetProperty("systemStart").GetDateTimeOffset();
            clock.Factor = settings.GetProperty("factor").GetDouble();
        }

        return new(
            new Uri(state.GetProperty("gateway").GetString()!),
            state.GetProperty("auditorPostgres").GetString()!,
            new CityClock(Options.Create(clock), TimeProvider.System));
    }
}

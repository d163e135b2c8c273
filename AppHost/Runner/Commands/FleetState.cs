using System.Text.Json;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>
/// What runs, for whoever wants to use it: state.json. It holds connection strings, so only its owner reads it.
/// </summary>
/// <param name="Supervisor">The process of ./fleet up.</param>
/// <param name="Gateway">The public door.</param>
/// <param name="Sandbox">The outside world of development, without the gateway in front.</param>
/// <param name="AuditorPostgres">Reads every schema, changes nothing.</param>
/// <param name="Postgres">Connection string of the database's owner.</param>
/// <param name="Clock">City time; absent when it is system time.</param>
/// <param name="IsReady">Whether everything was healthy once.</param>
internal sealed record FleetState(
    ProcessIdentity Supervisor, Uri Gateway, Uri Sandbox, string AuditorPostgres, string Postgres, string Redis, string RabbitMq,
    ClockSetting? Clock, int PortBase, int Replicas, DateTimeOffset StartedAt, bool IsReady, IReadOnlyList<RunningProcess> Processes)
{
    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Where it is kept.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "state.json");

    /// <summary>The state of the fleet that runs in <paramref name="dataDirectory"/>; null when none does.</summary>
    public static FleetState? OfRunning(string dataDirectory)
    {
        try
        {
            var state = JsonSerializer.Deserialize<FleetState>(File.ReadAllBytes(PathIn(dataDirectory)), Format);
            return state?.Supervisor.IsAlive == true ? state : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What is running in these stores and this fleet.</summary>
    public static FleetState Of(Stores stores, FleetOptions options, Fleet? fleet) => new(
        ProcessIdentity.Of(Environment.ProcessId)!.Value,
        ProcessEnvironment.Url(Topology.Services[0], 0, options),
        ProcessEnvironment.Url(Topology.Find("sandbox"), 0, options),
        stores.Addresses.Of(Store.Postgres, Topology.Auditor, stores.Secrets),
        stores.Addresses.Postgres, stores.Addresses.Redis, stores.Addresses.RabbitMq,
        options.Clock, options.PortBase, options.Replicas, TimeProvider.System.GetUtcNow(), fleet is not null,
        [
            .. new Server[] { stores.Postgres, stores.Redis, stores.RabbitMq }.Select(server =>
                new RunningProcess(server.Name, new($"tcp://127.0.0.1:{server.Port}"), server.Running?.Pid, server.LogFile, IsStore: true)),
            .. (fleet?.Processes ?? []).Select(process => new RunningProcess(process.Name, process.Url, process.Running?.Pid, process.LogFile, IsStore: false)),
        ]);

    /// <summary>Writes it down, whole or not at all.</summary>
    public void Save(string dataDirectory)
    {
        var draft = PathIn(dataDirectory) + ".new";
        PrivateFile.Write(draft, JsonSerializer.Serialize(this, Format));
        File.Move(draft, PathIn(dataDirectory), overwrite: true);
    }
}

/// <summary>One process of a running fleet.</summary>
internal sealed record RunningProcess(string Name, Uri Url, int? Pid, string LogFile, bool IsStore);

using Dapper;
using Tumpang.Runner.Fleets;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Sandbox.Tests.SandboxServices))]

namespace Tumpang.Sandbox.Tests;

/// <summary>Two copies of the sandbox on one database, one more in production, and a receiver of webhooks in place of payment.</summary>
public sealed class SandboxServices : IAsyncLifetime
{
    public static readonly TimeSpan AnswerDelay = TimeSpan.FromMilliseconds(700);
    public static readonly TimeSpan LateBy = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan DisputeFor = TimeSpan.FromMilliseconds(500);

    readonly List<HttpClient> clients = [];
    TestServers servers = null!;
    HttpClient[] copies = [];
    int turn;

    internal Receiver Receiver { get; } = new();

    internal HttpClient NextCopy => copies[(uint)Interlocked.Increment(ref turn) % copies.Length];

    internal HttpClient InProduction { get; private set; } = null!;

    internal string ApiKey => servers.Secrets["ProviderApiKey"];

    internal string SigningKey => servers.Secrets["WebhookSigningKey"];

    public async ValueTask InitializeAsync()
    {
        await Receiver.Start();
        servers = await TestServers.Start("Sandbox.Tests");
        copies = Clients(await Run("Development", copies: 2));
        InProduction = Clients(await Run("Production", copies: 1))[0];
    }

    /// <summary>Starts a process for one call, and ends it.</summary>
    internal async Task<T> OnACopyOfItsOwn<T>(Func<HttpClient, Task<T>> call)
    {
        await using var fleet = await Run("Development", copies: 1);
        return await call(Clients(fleet)[0]);
    }

    /// <summary>Does something of which the test has to stop the end before it comes by itself; again with another where a busy machine was late for it.</summary>
    /// <param name="stop">Says how many rows it has stopped.</param>
    internal async Task<T> InTimeFor<T>(Func<Task<T>> begin, string stop, Func<T, object> parameters)
    {
        while (true)
        {
            var begun = await begin();
            if (await Count($"with stopped as ({stop} returning 1) select count(*) from stopped", parameters(begun)) > 0) return begun;
        }
    }

    internal async Task<long> Count(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await servers.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    Task<Fleet> Run(string environment, int copies) => servers.Run(["sandbox"], copies, new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = environment,
        ["Sandbox__WebhookUrl"] = Receiver.Url.ToString(),
        ["Sandbox__AnswerDelay"] = AnswerDelay.ToString(),
        ["Sandbox__PendingFor"] = "00:00:00.3",
        ["Sandbox__DuplicateAfter"] = "00:00:00.3",
        ["Sandbox__DisputeFor"] = DisputeFor.ToString(),
        ["Sandbox__ReturnAfter"] = "00:00:00.3",
        ["Sandbox__LateBy"] = LateBy.ToString(),
    });

    HttpClient[] Clients(Fleet fleet)
    {
        HttpClient[] added = [.. fleet.Processes.Select(process => new HttpClient { BaseAddress = process.Url })];
        clients.AddRange(added);
        return added;
    }
}

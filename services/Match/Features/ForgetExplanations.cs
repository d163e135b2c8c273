using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>Explanations are kept for three days: as long as anybody asks why.</summary>
sealed class ForgetExplanations(Database database, TimeProvider system) : ISweep
{
    const int BatchSize = 5_000;

    static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    // Ids of requests grow with system time, so the key is also the order of age.
    const string Forget = """
        delete from match.explanations
        where  ride_request_id in (select ride_request_id from match.explanations where ride_request_id < @Before order by ride_request_id limit @BatchSize)
        """;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct) =>
        await database.Execute(Forget, new { Before = Guid.CreateVersion7(system.GetUtcNow() - Kept), BatchSize }, ct) == BatchSize;
}

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>Archived events are kept for three days, inbox ids for a week: longer than anything that could be delivered again.</summary>
sealed class ForgetOldMessages(Database database, SchemaName schema) : ISweep
{
    const int BatchSize = 5_000;

    public TimeSpan Every => TimeSpan.FromMinutes(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var archived = await database.Execute(
            $"delete from {schema.Value}.outbox_archive where id in (select id from {schema.Value}.outbox_archive where published_at < now() - interval '3 days' limit {BatchSize})", null, ct);
        var received = await database.Execute(
            $"""
            delete from {schema.Value}.inbox
            where (consumer, event_id) in (select consumer, event_id from {schema.Value}.inbox where received_at < now() - interval '7 days' limit {BatchSize})
            """, null, ct);
        return archived == BatchSize || received == BatchSize;
    }
}

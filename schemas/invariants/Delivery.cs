using Tumpang.Contracts;

namespace Tumpang.Invariants;

/// <summary>Every event in an outbox reaches every consumer. Its query follows from the list of subscriptions instead of from a file.</summary>
public static class Delivery
{
    /// <summary>Schemas with outbox and inbox, by service.</summary>
    static readonly IReadOnlyDictionary<string, string> SchemaOf = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["user"] = "users",
        ["location"] = "location",
        ["match"] = "match",
        ["ride"] = "ride",
        ["billing"] = "billing",
        ["payment"] = "payment",
    };

    /// <summary>Rows: events that are still in an outbox, and events that the inbox of a consumer does not know.</summary>
    public static Invariant Invariant { get; } = new("00_every_event_reaches_every_consumer", $"""
        with waiting as ({OfEach((_, schema) => $"select '{schema} outbox' as missing_in, event_type, event_id from {schema}.outbox")}),
        sent as ({OfEach((_, schema) => $"select event_type, event_id from {schema}.outbox_archive")}),
        heard as ({OfEach((service, schema) => $"select '{service}' as service, consumer, event_id from {schema}.inbox")}),
        wanted (service, queue, event_type) as (values {string.Join(", ", Wanted())})
        select missing_in, event_type, event_id from waiting
        union all
        select wanted.queue, event_type, sent.event_id
        from   sent join wanted using (event_type)
        where  not exists (
            select from heard
            where  heard.service = wanted.service and heard.consumer = 'On' || wanted.event_type and heard.event_id = sent.event_id)
        """);

    static string OfEach(Func<string, string, string> query) => string.Join(" union all ", SchemaOf.Select(entry => query(entry.Key, entry.Value)));

    static IEnumerable<string> Wanted() => Subscriptions.All.Where(subscription => subscription.Remembered)
        .Select(subscription => $"('{subscription.Service}', '{subscription.Queue}', '{subscription.Event.Name}')");
}

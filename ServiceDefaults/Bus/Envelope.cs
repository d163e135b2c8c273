using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// MassTransit's JSON envelope, written by hand around a payload that is JSON already, so that a relayed event is
/// serialised once in its life. The format is MassTransit's documented interoperability format.
/// </summary>
public static class Envelope
{
    public const string ContentType = "application/vnd.masstransit+json";

    static readonly FrozenDictionary<string, Type> Types = Subscriptions.Events.ToFrozenDictionary(type => type.Name);

    /// <summary>The event type of this name; null for one that this build does not know.</summary>
    public static Type? TypeOf(string eventType) => Types.GetValueOrDefault(eventType);

    /// <summary>The broker's exchange for an event type, as MassTransit names it.</summary>
    public static string ExchangeOf(Type eventType) => $"{eventType.Namespace}:{eventType.Name}";

    /// <summary>The message body. The event's id is the message's id.</summary>
    public static ReadOnlyMemory<byte> Wrap(Guid eventId, string eventType, string payload, string? traceParent)
    {
        var buffer = new ArrayBufferWriter<byte>(payload.Length + 400);
        using var json = new Utf8JsonWriter(buffer, new() { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("messageId", eventId);
        json.WriteStartArray("messageType");
        json.WriteStringValue($"urn:message:Tumpang.Contracts:{eventType}");
        json.WriteEndArray();
        json.WritePropertyName("message");
        json.WriteRawValue(payload, skipInputValidation: true);
        json.WriteStartObject("headers");
        if (traceParent is not null)
        {
            // The header under which MassTransit's own diagnostics look for the parent.
            json.WriteString("MT-Activity-Id", traceParent);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

using System.Text.Json.Nodes;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>An answer as Stripe gives it.</summary>
/// <param name="Broken">The answer says 500 whatever was done.</param>
sealed record StripeReply(int Status, JsonObject Body, bool Broken = false);

/// <summary>What all of Stripe's objects, lists and errors have in common.</summary>
static class StripeObjects
{
    /// <summary>Newest first, as Stripe lists.</summary>
    public static StripeReply Page(IEnumerable<JsonObject> all, IReadOnlyDictionary<string, string> query)
    {
        var newestFirst = all.Reverse().ToList();
        var from = query.TryGetValue("starting_after", out var last) ? newestFirst.FindIndex(each => Id(each) == last) + 1 : 0;
        var limit = query.TryGetValue("limit", out var asked) ? int.Parse(asked) : 10;
        var page = newestFirst.Skip(from).Take(limit).Select(each => (JsonNode)Copy(each)).ToArray();
        return new(200, new() { ["object"] = "list", ["data"] = new JsonArray(page), ["has_more"] = newestFirst.Count > from + limit, ["url"] = "/v1" });
    }

    public static StripeReply Missing(string message) => Refused("resource_missing", message, status: 404);

    public static StripeReply Refused(string? code, string message, int status = 400) => new(status, Error("invalid_request_error", code, message));

    public static JsonObject Error(string type, string? code, string message) =>
        new() { ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = message } };

    public static JsonObject Metadata(IReadOnlyDictionary<string, string> form) => new(form
        .Where(field => field.Key.StartsWith("metadata[", StringComparison.Ordinal))
        .Select(field => KeyValuePair.Create(field.Key[9..^1], (JsonNode?)field.Value)));

    /// <summary>Whether our own id stands in an object's metadata.</summary>
    public static bool Ours(JsonObject held, string key, Guid id) => held["metadata"]![key]?.GetValue<string>() == id.ToString();

    /// <summary>How many of our objects, in that status if one is given, and what they come to.</summary>
    public static (int Count, long Amount) Sum(IEnumerable<JsonObject> all, string key, Guid id, string? status, string amount)
    {
        var ours = all.Where(each => Ours(each, key, id) && (status is null || Text(each, "status") == status)).ToList();
        return (ours.Count, ours.Sum(each => each[amount]!.GetValue<long>()));
    }

    public static string Id(JsonObject held) => Text(held, "id");

    public static string Text(JsonObject held, string name) => held[name]!.GetValue<string>();

    public static JsonObject Copy(JsonObject held) => held.DeepClone().AsObject();
}

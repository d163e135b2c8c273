using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing.Template;

namespace Tumpang.Gateway;

/// <summary>
/// Puts several OpenAPI documents together. Schemas of the same name and shape are one; of the same name and another shape, the later
/// gets its service's name in front.
/// </summary>
internal sealed class OpenApiMerge(IReadOnlyList<PublicPath> publicPaths)
{
    const string SchemaReference = "#/components/schemas/";

    readonly JsonObject paths = [];
    readonly JsonObject schemas = [];
    readonly JsonArray missing = [];

    /// <summary>Adds a service's document; null when it has none.</summary>
    public void Add(string service, JsonObject? document)
    {
        if (document is null)
        {
            missing.Add(service);
            return;
        }

        var renamed = RenameClashes(service, document["components"]?["schemas"] as JsonObject ?? []);
        foreach (var (path, operations) in document["paths"] as JsonObject ?? [])
        {
            if (IsPublic(service, path) && operations is not null && !paths.ContainsKey(path))
            {
                paths[path] = Rewrite(operations.DeepClone(), renamed);
            }
        }
    }

    public JsonObject Document() => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject { ["title"] = "Tumpang", ["version"] = "v1", ["description"] = "The public API of the fleet." },
        ["paths"] = paths,
        ["components"] = new JsonObject
        {
            ["schemas"] = schemas,
            ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
        },
        ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
        ["x-missing"] = missing,
    };

    bool IsPublic(string service, string path) => publicPaths.Any(known =>
        known.Service == service && new TemplateMatcher(TemplateParser.Parse(known.Path.TrimStart('/')), []).TryMatch(path, []));

    Dictionary<string, string> RenameClashes(string service, JsonObject theirs)
    {
        var renamed = theirs
            .Where(schema => schemas.TryGetPropertyValue(schema.Key, out var known) && !JsonNode.DeepEquals(known, schema.Value))
            .ToDictionary(schema => schema.Key, schema => char.ToUpperInvariant(service[0]) + service[1..] + schema.Key);
        foreach (var (name, schema) in theirs)
        {
            schemas[renamed.GetValueOrDefault(name, name)] = schema is null ? null : Rewrite(schema.DeepClone(), renamed);
        }

        return renamed;
    }

    static JsonNode Rewrite(JsonNode node, Dictionary<string, string> renamed)
    {
        if (node is JsonArray array)
        {
            array.OfType<JsonNode>().ToList().ForEach(item => Rewrite(item, renamed));
        }
        else if (node is JsonObject found)
        {
            if (found["$ref"]?.GetValue<string>() is { } target && target.StartsWith(SchemaReference, StringComparison.Ordinal)
                && renamed.TryGetValue(target[SchemaReference.Length..], out var name))
            {
                found["$ref"] = SchemaReference + name;
            }

            found.Select(member => member.Value).OfType<JsonNode>().ToList().ForEach(member => Rewrite(member, renamed));
        }

        return node;
    }
}

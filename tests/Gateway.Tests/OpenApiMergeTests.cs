using System.Text.Json.Nodes;
using Xunit;

namespace Tumpang.Gateway.Tests;

public sealed class OpenApiMergeTests
{
    readonly OpenApiMerge merge = new([new("ride", "/v1/rides/{**rest}"), new("billing", "/v1/rides/{rideId}/fare")]);

    [Fact]
    public void Public_paths_are_merged_and_internal_ones_stay_inside()
    {
        merge.Add("ride", Document("/v1/rides/{rideId}/start", """{"Money":{"type":"object"}}"""));
        merge.Add("billing", Document("/v1/rides/{rideId}/fare", """{"Money":{"type":"object"}}"""));
        merge.Add("ride", Document("/internal/rides", "{}"));

        var paths = merge.Document()["paths"]!.AsObject().Select(path => path.Key);

        Assert.Equal(["/v1/rides/{rideId}/start", "/v1/rides/{rideId}/fare"], paths);
    }

    [Fact]
    public void Equal_schemas_are_one_and_different_ones_of_a_name_are_told_apart()
    {
        merge.Add("ride", Document("/v1/rides", """{"Request":{"type":"object"},"Money":{"type":"string"}}"""));
        merge.Add("billing", Document("/v1/rides/{rideId}/fare", """{"Request":{"type":"array"},"Money":{"type":"string"}}"""));

        var document = merge.Document();

        Assert.Equal(["Request", "Money", "BillingRequest"], document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key));
        Assert.Equal("#/components/schemas/BillingRequest", Reference(document, "/v1/rides/{rideId}/fare"));
        Assert.Equal("#/components/schemas/Request", Reference(document, "/v1/rides"));
    }

    [Fact]
    public void A_service_that_never_answered_is_named()
    {
        merge.Add("ride", null);

        Assert.Equal("ride", merge.Document()["x-missing"]![0]!.GetValue<string>());
    }

    static string Reference(JsonObject document, string path) =>
        document["paths"]![path]!["get"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();

    static JsonObject Document(string path, string schemas) => new()
    {
        ["paths"] = new JsonObject { [path] = JsonNode.Parse(Operation) },
        ["components"] = new JsonObject { ["schemas"] = JsonNode.Parse(schemas) },
    };

    const string Operation = """
        {"get": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}}}}}
        """;
}

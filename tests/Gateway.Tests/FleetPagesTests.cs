using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Gateway.Tests;

/// <summary>What the gateway says about the fleet.</summary>
public sealed class FleetPagesTests(GatewayFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 37: the health checks of the compose file asked for a page that no service had.
    [Fact]
    public async Task Health_is_503_and_names_the_service_that_is_down()
    {
        // On a busy machine another one may not answer in time; that passes.
        var (status, health) = await Eventually.Get(
            () => Get(fleet.Development, "/health"), answer => answer.Body.GetProperty("down").GetArrayLength() == 1 && CopiesAnswer(answer.Body) == 1, Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(GatewayFleet.DeadService, Assert.Single(health.GetProperty("down").EnumerateArray()).GetString());
        Assert.Equal("Degraded", health.GetProperty("services").GetProperty(GatewayFleet.HalfDeadService).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await fleet.Development.GetAsync("/alive", Ct)).StatusCode);
    }

    [Fact]
    public async Task Health_is_200_when_all_are_well()
    {
        var (_, health) = await Eventually.Get(() => Get(fleet.Production, "/health"), answer => answer.Status is HttpStatusCode.OK, Ct);

        Assert.Equal("Healthy", health.GetProperty("status").GetString());
    }

    [Fact]
    public async Task One_document_describes_the_public_paths_of_all_who_answer()
    {
        var (_, document) = await Eventually.Get(
            () => Get(fleet.Development, "/openapi/v1.json"), answer => answer.Body.GetProperty("x-missing").GetArrayLength() == 1, Ct);

        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order();
        Assert.Equal(["/v1/ride-requests", "/v1/rides"], paths);
        Assert.Equal(GatewayFleet.DeadService, Assert.Single(document.GetProperty("x-missing").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/docs.js", "text/javascript")]
    [InlineData("/docs/docs.css", "text/css")]
    public async Task The_page_works_without_a_network(string path, string mediaType)
    {
        using var answer = await fleet.Production.GetAsync(path, Ct);

        Assert.Equal(mediaType, answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("//", (await answer.Content.ReadAsStringAsync(Ct)).Replace("// ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    static async Task<(HttpStatusCode Status, JsonElement Body)> Get(HttpClient gateway, string path)
    {
        using var answer = await gateway.GetAsync(path, Ct);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Ct));
    }

    static int CopiesAnswer(JsonElement health) =>
        health.GetProperty("services").GetProperty(GatewayFleet.HalfDeadService).GetProperty("healthyCopies").GetInt32();
}

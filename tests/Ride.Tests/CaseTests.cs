using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Lost things and complaints.</summary>
public sealed class CaseTests(RideFleet fleet)
{
    const int Callers = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_report_many_times_is_one_case_that_one_operator_closes()
    {
        var match = await fleet.Ride(RideStatus.Completed);

        var opened = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Open(match, match.PassengerId, "LostItem", "a red umbrella")));
        var caseId = Assert.Single(opened.Select(answer => answer.GetProperty("caseId").GetGuid()).Distinct());
        var listed = (await All()).Single(one => one.GetProperty("caseId").GetGuid() == caseId);
        using var read = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/ops/cases/{caseId}");
        var closed = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Close(caseId, "returned")));
        var own = Assert.Single(await Own(match, match.PassengerId));
        var again = await Open(match, match.PassengerId, "LostItem", "a red umbrella");

        Assert.Equal("a red umbrella", (await read.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("text").GetString());
        Assert.False(listed.TryGetProperty("text", out _));
        Assert.Single(closed, HttpStatusCode.NoContent);
        Assert.Equal(Callers - 1, closed.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal("a red umbrella", own.GetProperty("text").GetString());
        Assert.True(own.TryGetProperty("closedAt", out _) && !own.TryGetProperty("note", out _));
        Assert.NotEqual(caseId, again.GetProperty("caseId").GetGuid());
        var told = Assert.Single(await fleet.Bus.Published<CaseOpened>("ride", caseId, Ct));
        Assert.Equal((match.RideId, Party.Passenger, CaseKind.LostItem), (told.RideId, told.By, told.Kind));
        Assert.DoesNotContain("umbrella", JsonSerializer.Serialize(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_reports_of_one_side_at_once_five_become_cases_and_the_other_side_has_its_own()
    {
        var match = await fleet.Ride(RideStatus.InProgress);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(report => Open(match, match.PassengerId, "Complaint", $"report {report}")));
        var driver = await Open(match, match.DriverId, "Complaint", "left a mess");

        var numbers = answers.Where(answer => answer.TryGetProperty("number", out _)).Select(answer => answer.GetProperty("number").GetInt32());
        Assert.Equal([1, 2, 3, 4, 5], numbers.Order());
        Assert.Equal(Callers - 5, answers.Count(answer => answer.TryGetProperty("code", out var code) && code.GetString() == "too-many-cases"));
        Assert.Equal(1, driver.GetProperty("number").GetInt32());
        Assert.Equal(5, (await Own(match, match.PassengerId)).Length);
    }

    [Fact]
    public async Task Nothing_is_lost_before_the_start_or_reported_a_month_later()
    {
        var waiting = await fleet.Ride(RideStatus.DriverArrived);
        var match = await fleet.Ride(RideStatus.Completed);
        await fleet.Scalar<int>("""
            update ride.rides set arrived_at = arrived_at - interval '31 days', started_at = started_at - interval '31 days',
                completed_at = completed_at - interval '31 days'
            where ride_id = @RideId; select 1
            """, match);

        var early = await Open(waiting, waiting.PassengerId, "LostItem", "a bag");
        var noShow = await Open(waiting, waiting.PassengerId, "Complaint", "the driver shouts");
        var late = await Open(match, match.PassengerId, "Complaint", "slow");

        Assert.Equal(("wrong-ride-status", "DriverArrived"), (early.GetProperty("code").GetString(), early.GetProperty("state").GetString()));
        Assert.True(noShow.TryGetProperty("caseId", out _));
        Assert.Equal("ride-too-old", late.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(null, "text", "kind")]
    [InlineData("1", "text", "kind")]
    [InlineData("lostItem", "text", "kind")]
    [InlineData("Complaint", null, "text")]
    [InlineData("Complaint", "  ", "text")]
    [InlineData("Complaint", "no\0text", "text")]
    public async Task A_report_that_cannot_be_is_refused_by_its_field(string? kind, string? text, string field)
    {
        var match = await fleet.Ride(RideStatus.InProgress);

        var refused = await Open(match, match.PassengerId, kind, text);

        Assert.Equal(("invalid-request", field), (refused.GetProperty("code").GetString(), refused.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Strangers_report_nothing_and_only_operators_see_what_others_said()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var caseId = (await Open(match, match.PassengerId, "Complaint", "the driver shouts")).GetProperty("caseId").GetGuid();

        var stranger = await Open(match, Guid.CreateVersion7(), "Complaint", "none of mine");
        using var strangersList = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/cases", Guid.CreateVersion7());
        using var listed = await fleet.Send(HttpMethod.Get, "/v1/ops/cases", match.DriverId);
        using var read = await fleet.Send(HttpMethod.Get, $"/v1/ops/cases/{caseId}", match.DriverId);
        using var closed = await fleet.Send(HttpMethod.Post, $"/v1/ops/cases/{caseId}/close", match.DriverId, new { note = "no" });
        using var unknown = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/ops/cases/{Guid.CreateVersion7()}");

        Assert.Equal("not-found", stranger.GetProperty("code").GetString());
        Assert.All([strangersList, unknown], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.All([listed, read, closed], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
        Assert.Empty(await Own(match, match.DriverId));
        Assert.Equal(HttpStatusCode.NotFound, await Close(Guid.CreateVersion7(), "?"));
        Assert.Equal(HttpStatusCode.BadRequest, await Close(caseId, " "));
    }

    async Task<JsonElement> Open(MatchConfirmed match, Guid user, string? kind, string? text)
    {
        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cases", user, new { kind, text });
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    async Task<HttpStatusCode> Close(Guid caseId, string note)
    {
        using var answer = await fleet.SendAsOperator(HttpMethod.Post, $"/v1/ops/cases/{caseId}/close", new { note });
        return answer.StatusCode;
    }

    async Task<JsonElement[]> Own(MatchConfirmed match, Guid user)
    {
        using var answer = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/cases", user);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("cases").EnumerateArray()];
    }

    async Task<JsonElement[]> All()
    {
        using var answer = await fleet.SendAsOperator(HttpMethod.Get, "/v1/ops/cases?all=true&limit=200");
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("cases").EnumerateArray()];
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Roads;
using Xunit;

namespace Tumpang.Location.Tests.Service;

/// <summary>Where finished tracks lie, and for how long.</summary>
[Collection<LocationCollection>]
public sealed class TrackStorageTests(LocationCity city)
{
    const string MonthOf = "select tableoid::regclass::text from location.tracks where ride_id = @Id";

    [Fact]
    public async Task A_finished_track_is_one_line_in_the_table_of_its_month()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(200, 20));
        await ride.Complete(300, afterSeconds: 30);
        await ride.GraceIsOver();
        var closed = await ride.Closed();

        Assert.Equal($"location.tracks_{closed.OccurredAt.UtcDateTime:yyyy_MM}", await city.Query<string>(MonthOf, ride.RideId));
        Assert.Equal(closed.Polyline, await LineOf(ride));
    }

    [Fact]
    public async Task There_is_room_for_the_months_to_come()
    {
        var months = Enumerable.Range(0, 3).Select(ahead => $"tracks_{city.Now.UtcDateTime.AddMonths(ahead):yyyy_MM}");

        foreach (var month in months) await Test.Until(() => city.Query<bool>($"select to_regclass('location.{month}') is not null", Guid.Empty));
    }

    [Fact]
    public async Task A_line_that_was_dropped_is_drawn_through_the_positions_that_are_left()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(200, 20));
        await ride.Complete(300, afterSeconds: 30);
        await ride.GraceIsOver();
        await ride.Closed();

        await city.Query<string>("delete from location.tracks where ride_id = @Id returning ''", ride.RideId);

        Assert.Equal(4, EncodedPolyline.Decode(await LineOf(ride)).Count);
    }

    [Fact]
    public async Task Months_are_dropped_whole_when_they_are_over()
    {
        await using var connection = await city.Postgres.OpenConnectionAsync(Test.Ct);
        Task<int> Drop(string before) => connection.QuerySingleAsync<int>("select location.drop_track_months(@before::timestamptz)", new { before });

        Assert.True(await connection.QuerySingleAsync<bool>("select location.create_track_month('2001-05-31T23:59:59Z')"));
        Assert.False(await connection.QuerySingleAsync<bool>("select location.create_track_month('2001-05-01T00:00:00Z')"));
        await connection.ExecuteAsync("insert into location.tracks values (gen_random_uuid(), '2001-05-31T23:59:59Z', '')");

        Assert.Equal(0, await Drop("2001-05-31T23:59:59Z"));
        Assert.Equal(1, await Drop("2001-06-01T00:00:00Z"));
        Assert.Equal(0, await Drop("2001-06-01T00:00:00Z"));
    }

    /// <summary>A track that is closed while its month is being made waits for the month and does not fail.</summary>
    [Fact]
    public async Task Of_eight_who_make_a_month_at_once_one_does_and_nobody_fails()
    {
        foreach (var month in Enumerable.Range(1, 12))
        {
            var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Make(new(2097, month, 15, 0, 0, 0, DateTimeKind.Utc))));

            Assert.Single(made, mine => mine);
        }

        async Task<bool> Make(DateTime at)
        {
            await using var connection = await city.Postgres.OpenConnectionAsync(Test.Ct);
            return await connection.QuerySingleAsync<bool>("select location.create_track_month(@at)", new { at });
        }
    }

    [Fact]
    public async Task Only_location_may_make_and_drop_months()
    {
        await using var connection = await city.Postgres.OpenConnectionAsync(Test.Ct);
        const string Sql = """
            select rolname from pg_roles
            where  rolname like 'tumpang\_%' and has_function_privilege(oid, 'location.drop_track_months(timestamptz)', 'execute')
            """;

        Assert.Equal("tumpang_location", Assert.Single(await connection.QueryAsync<string>(Sql)));
    }

    internal static async Task<string> LineOf(TestRide ride)
    {
        var track = await ride.Driver.Http.GetFromJsonAsync<JsonElement>($"/v1/rides/{ride.RideId}/track", Test.Ct);
        return track.GetProperty("polyline").GetString()!;
    }
}

/// <summary>In a city that forgets positions after a minute of its time, six seconds of ours.</summary>
[Collection<SilenceCollection>]
public sealed class ForgetTrackPointsTests(CompressedCity city)
{
    [Fact]
    public async Task Positions_of_a_finished_ride_are_forgotten_and_its_line_is_not()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(200, 20));
        await ride.Complete(300, afterSeconds: 30);
        var closed = await ride.Closed();

        await Test.Until(() => city.Query<bool>("select not points_kept from location.rides where ride_id = @Id", ride.RideId));

        Assert.Equal(0, await city.Query<long>("select count(*) from location.track_points where ride_id = @Id", ride.RideId));
        Assert.Equal(closed.Polyline, await TrackStorageTests.LineOf(ride));
    }
}

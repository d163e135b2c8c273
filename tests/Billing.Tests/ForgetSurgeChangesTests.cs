using Microsoft.Extensions.Options;
using Npgsql;
using Tumpang.Billing.Features.Surge;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Changes of multipliers go in the end, and what may still be asked for does not, whoever wants it gone.</summary>
public sealed class ForgetSurgeChangesTests(BillingFleet fleet)
{
    readonly string city = $"forgotten-{Guid.CreateVersion7()}";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_changes_go_and_the_last_of_a_cell_before_them_stays()
    {
        await Change(place: 1, days: [400, 300, 200, 100, 1]);
        await Change(place: 2, days: [400]);
        var sweep = new ForgetSurgeChanges(fleet.Database, Options.Create(new SurgeOptions { ChangesKeptFor = TimeSpan.FromDays(180) }));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => sweep.Sweep(Stop)));

        Assert.Equal([200, 100, 1], await Days(place: 1));
        Assert.Equal([400], await Days(place: 2));
    }

    [Fact]
    public async Task What_held_in_the_last_thirty_five_days_cannot_be_deleted()
    {
        await Change(place: 1, days: [60, 50, 30, 1]);

        foreach (var days in new[] { 50, 30, 1 })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner($"{Delete} and round = {-days}"));
            Assert.Equal((days, PostgresErrorCodes.InsufficientPrivilege), (days, refused.SqlState));
        }

        await fleet.ExecuteAsOwner($"{Delete} and round = -60");
        await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(Delete));
        Assert.Equal([50, 30, 1], await Days(place: 1));
    }

    string Delete => $"delete from billing.surge_changes where city_id = '{city}'";

    /// <summary>Rounds are numbered by their age, so that the newest is the last.</summary>
    Task Change(int place, int[] days) => fleet.Database.Execute("""
        insert into billing.surge_changes (city_id, vehicle_class, line, place, round, multiplier_basis_points, waiting, quoting, free, created_at)
        select @city, 'Van', 1, @place, -days, 12000, 5, 0, 1, now() - make_interval(days => days)
        from   unnest(@days) as days
        """, new { city, place, days }, Stop);

    Task<IReadOnlyList<int>> Days(int place) =>
        fleet.Column<int>("select (-round)::int from billing.surge_changes where (city_id, place) = (@city, @place) order by round", new { city, place });
}

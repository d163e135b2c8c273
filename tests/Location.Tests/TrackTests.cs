using Tumpang.Contracts;
using Tumpang.Locations;
using Xunit;

namespace Tumpang.Location.Tests;

/// <summary>What counts as driven. Distances in metres, due north unless said otherwise.</summary>
public sealed class TrackTests
{
    static readonly LocationOptions Rules = new();
    static readonly GeoPoint Start = new(40.7580, -73.9855);
    static readonly DateTimeOffset StartedAt = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    /// <summary>NebengJek 16: legs under a kilometre were thrown away, so a driver who reported often was never billed.</summary>
    [Fact]
    public void Nine_hundred_steps_of_twenty_metres_are_eighteen_kilometres()
    {
        var track = Drive(Enumerable.Range(1, 900).Select(step => North(20 * step, step)));

        Assert.Equal(18_000, track.DistanceMetres, 18_000 * 0.001);
        Assert.Equal(900, track.AcceptedPoints);
    }

    /// <summary>NebengJek 16.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Steps_shorter_than_the_noise_add_up(double metresPerStep)
    {
        var track = Drive(Enumerable.Range(1, 1_000).Select(step => North(metresPerStep * step, step)));

        Assert.InRange(track.DistanceMetres, (metresPerStep * 1_000) - Rules.MinNoiseMetres, metresPerStep * 1_000 * 1.001);
    }

    /// <summary>NebengJek 23: the fare took whatever the receiver said.</summary>
    [Fact]
    public void Standing_for_ten_minutes_adds_next_to_nothing()
    {
        var random = new Random(11);
        var ride = Enumerable.Range(1, 300).Select(step => North(10 * step, step));
        var standing = Enumerable.Range(301, 600).Select(second => At(3_000 + Noise(random, 3), Noise(random, 3), second, accuracy: 4.5));

        var track = Drive(ride.Concat(standing));

        Assert.InRange(track.DistanceMetres, 2_985, 3_000 * 1.03);
    }

    /// <summary>NebengJek 23: no filter for jumps of the receiver.</summary>
    [Fact]
    public void A_teleport_is_refused_and_the_ride_goes_on_as_if_it_had_not_been()
    {
        var honest = Enumerable.Range(1, 100).Select(step => North(12 * step, step)).ToList();
        var jump = At(12 * 50, 5_000, 50.5);

        var step = Drive(honest.Take(50)).Add(jump, Rules);

        Assert.Equal(Refusal.Teleport, step.Refusal);
        Assert.Equal(0, step.AddedMetres);
        Assert.Equal(Drive(honest), Drive(honest.Take(50).Append(jump).Concat(honest.Skip(50))));
    }

    [Fact]
    public void Sixty_metres_per_second_are_plausible_and_sixty_one_are_not()
    {
        Assert.Null(Drive([]).Add(North(59.9 * 10, 10), Rules).Refusal);
        Assert.Equal(Refusal.Teleport, Drive([]).Add(North(61 * 10, 10), Rules).Refusal);
    }

    [Fact]
    public void After_a_minute_in_the_wrong_place_the_new_one_is_believed_but_the_jump_is_not_charged()
    {
        var track = Drive([At(0, 20_000, 61), At(0, 20_100, 71)]);

        Assert.Equal(100, track.DistanceMetres, 1.0);
    }

    /// <summary>NebengJek 23: out-of-order points were charged, there and back.</summary>
    [Fact]
    public void A_point_older_than_the_last_is_refused()
    {
        var track = Drive([North(100, 10), North(200, 20)]);

        Assert.Equal(Refusal.OutOfOrder, track.Add(North(150, 15), Rules).Refusal);
        Assert.Equal(Refusal.Duplicate, track.Add(North(200, 20), Rules).Refusal);
    }

    /// <summary>NebengJek 23: the way to the pickup leaked into the fare.</summary>
    [Fact]
    public void What_was_driven_before_the_start_does_not_count()
    {
        Assert.Equal(Refusal.OutOfOrder, Drive([]).Add(North(-500, -30), Rules).Refusal);
        Assert.Equal(20, Drive([North(20, 5)]).DistanceMetres, 0.5);
    }

    [Fact]
    public void The_last_metres_to_the_drop_off_count()
    {
        var track = Drive([North(100, 10)]);

        Assert.Equal(160, track.End(new Fix(North(160, 20).Position, StartedAt.AddSeconds(20)), Rules).DistanceMetres, 0.2);
    }

    [Fact]
    public void A_drop_off_that_nobody_could_have_reached_adds_nothing()
    {
        var track = Drive([North(100, 10)]);

        Assert.Equal(track, track.End(new Fix(North(9_000, 20).Position, StartedAt.AddSeconds(20)), Rules));
    }

    /// <summary>Anchors 2.3 item 8: a trip without positions was worth 0; here billing sees that nothing was measured.</summary>
    [Fact]
    public void Without_a_single_position_the_track_says_so()
    {
        var track = Drive([]).End(new Fix(North(3_000, 600).Position, StartedAt.AddSeconds(600)), Rules);

        Assert.Equal(0, track.AcceptedPoints);
        Assert.Equal(0, track.DistanceMetres);
    }

    [Fact]
    public void Time_spent_below_twelve_miles_an_hour_is_slow_and_the_rest_is_not()
    {
        var fast = Enumerable.Range(1, 100).Select(second => North(10 * second, second));
        var standing = Enumerable.Range(101, 60).Select(second => North(1_000, second));
        var crawling = Enumerable.Range(161, 100).Select(second => North(1_000 + (2 * (second - 160)), second));

        var track = Drive(fast.Concat(standing).Concat(crawling));

        Assert.Equal(160, track.SlowSeconds, 10.0);
        Assert.Equal(200, track.SlowDistanceMetres, 20.0);
        Assert.Equal(1_200, track.DistanceMetres, 20.0);
    }

    [Theory]
    [InlineData(5, 25)]
    [InlineData(10, 40)]
    [InlineData(20, 80)]
    [InlineData(30, 120)]
    public void Standing_with_noise_for_ten_minutes_adds_next_to_nothing(double sigma, double mostMetres)
    {
        var random = new Random(11);
        for (var stand = 0; stand < 20; stand++)
        {
            var track = Drive(Enumerable.Range(1, 600).Select(second => At(Noise(random, sigma), Noise(random, sigma), second, 1.51 * sigma)));

            Assert.InRange(track.DistanceMetres, 0, mostMetres);
        }
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(5, 10)]
    [InlineData(10, 1)]
    [InlineData(10, 10)]
    [InlineData(20, 1)]
    [InlineData(20, 10)]
    [InlineData(30, 1)]
    [InlineData(30, 10)]
    [InlineData(30, 30)]
    public void A_straight_drive_of_six_kilometres_with_noise_is_within_three_per_cent(double sigma, int interval)
    {
        var random = new Random(12);
        for (var drive = 0; drive < 20; drive++)
        {
            var track = Drive(Enumerable.Range(1, 600 / interval).Select(step => step * interval)
                .Select(second => At((10 * second) + Noise(random, sigma), Noise(random, sigma), second, 1.51 * sigma)));

            Assert.Equal(6_000, track.End(new Fix(North(6_000, 600).Position, StartedAt.AddSeconds(600)), Rules).DistanceMetres, 180.0);
        }
    }

    /// <summary>The line between two positions cuts the corner between them; the drive is four times 500 m, round a block and on.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(15)]
    public void Corners_are_not_cut(int interval)
    {
        GeoPoint[] corners = [Start, At(500, 0, 0).Position, At(500, 500, 0).Position, At(1_000, 500, 0).Position, At(1_000, 0, 0).Position];
        var track = Drive(Enumerable.Range(1, 200 / interval).Select(step => step * interval).Select(second =>
        {
            var (leg, along) = (Math.Min(second / 50, 3), (second / 50.0) - Math.Min(second / 50, 3));
            var (from, to) = (corners[leg], corners[leg + 1]);
            return new LocationUpdate(
                from.Latitude + (along * (to.Latitude - from.Latitude)), from.Longitude + (along * (to.Longitude - from.Longitude)),
                StartedAt.AddSeconds(second));
        }));

        Assert.Equal(2_000, track.End(new Fix(corners[^1], StartedAt.AddSeconds(200)), Rules).DistanceMetres, 60.0);
    }

    /// <summary>From 20 m/s to nothing in five seconds, between two positions; then the ride ends.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void A_car_that_brakes_hard_is_not_carried_on(int interval)
    {
        var driving = Drive(Enumerable.Range(1, 100 / interval).Select(step => North(20 * step * interval, step * interval)));

        Assert.Equal(2_050, driving.End(new Fix(North(2_050, 105).Position, StartedAt.AddSeconds(105)), Rules).DistanceMetres, 15.0);
    }

    /// <summary>Too near to be impossible, too far to be true.</summary>
    [Fact]
    public void A_position_forty_metres_off_hardly_adds_anything()
    {
        var honest = Enumerable.Range(1, 200).Select(step => North(10 * step, step)).ToList();
        var jumps = honest.Select((update, index) => index % 50 == 25 ? At(10 * (index + 1), 40, index + 1) : update);

        Assert.Equal(2_000, Drive(jumps).DistanceMetres, 2_000 * 0.015);
    }

    [Fact]
    public void What_the_meter_shows_never_shrinks()
    {
        var random = new Random(13);
        var (track, shown) = (Drive([]), 0.0);
        foreach (var second in Enumerable.Range(1, 300))
        {
            track = track.Add(At((8 * second) + Noise(random, 20), Noise(random, 20), second, accuracy: 30), Rules).Track;
            Assert.True(track.DistanceMetres >= shown);
            shown = track.DistanceMetres;
        }
    }

    [Fact]
    public void A_state_of_another_release_is_not_read()
    {
        var bytes = Drive([North(100, 10), North(200, 20)]).Smoother!.ToBytes();

        Assert.NotNull(Smoother.FromBytes(bytes));
        bytes[0]++;
        Assert.Null(Smoother.FromBytes(bytes));
    }

    static Track Drive(IEnumerable<LocationUpdate> updates) =>
        updates.Aggregate(Track.From(new Fix(Start, StartedAt)), (track, update) => track.Add(update, Rules).Track);

    static LocationUpdate North(double metres, double seconds) => At(metres, 0, seconds);

    static LocationUpdate At(double north, double east, double seconds, double? accuracy = null) => new(
        Start.Latitude + (north / 111_195), Start.Longitude + (east / (111_195 * Math.Cos(double.DegreesToRadians(Start.Latitude)))),
        StartedAt.AddSeconds(seconds), accuracy);

    static double Noise(Random random, double sigma) =>
        sigma * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

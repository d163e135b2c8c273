using Tumpang.Contracts;

namespace Tumpang.Location.Tests.Service;

/// <summary>A ride due north from where it started.</summary>
sealed class TestRide(LocationCity city, TestDriver driver, RideStory story, GeoPoint start, DateTimeOffset startedAt) : IAsyncDisposable
{
    public TestDriver Driver => driver;

    public RideStory Story => story;

    public Guid RideId => story.RideId;

    public Guid PassengerId => story.PassengerId;

    public GeoPoint Start => start;

    public DateTimeOffset StartedAt => startedAt;

    public object Point(double metresNorth, double secondsAfterStart) => Places.Point(start.North(metresNorth), startedAt.AddSeconds(secondsAfterStart));

    public RideCompleted Completion(double metresNorth, double afterSeconds) =>
        story.Completed(start.North(metresNorth), startedAt, startedAt.AddSeconds(afterSeconds));

    public async Task Complete(double metresNorth, double afterSeconds)
    {
        await city.Publish(Completion(metresNorth, afterSeconds));
        await Test.Until(() => city.Query<bool>("select completed_at is not null from location.rides where ride_id = @Id", RideId));
    }

    /// <summary>As if the time in which points in flight are waited for had passed.</summary>
    public Task GraceIsOver() => city.GraceIsOver(RideId);

    public async Task<RideTrackClosed> Closed()
    {
        await Test.Until(async () => (await city.Published<RideTrackClosed>(RideId)).Count > 0);
        return (await city.Published<RideTrackClosed>(RideId))[0];
    }

    public ValueTask DisposeAsync() => driver.DisposeAsync();
}

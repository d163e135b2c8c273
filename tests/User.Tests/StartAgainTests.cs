using Xunit;

namespace Tumpang.Users.Tests;

/// <summary>A fleet once did not come up, because the first connection of one service to Redis stayed open and mute.</summary>
public sealed class StartAgainTests(UserServices user)
{
    [Fact]
    public async Task A_service_whose_connection_to_Redis_is_mute_from_the_first_ping_is_started_again_and_comes_up()
    {
        await using var wire = user.Wire();
        wire.MuteFromTheFirst("PING");

        var said = await user.StartAnotherBehind(wire);

        Assert.Contains(said, line => line.Contains("asked to be started again", StringComparison.Ordinal));
    }
}

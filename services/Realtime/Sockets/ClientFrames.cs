using System.Text.Json;
using Tumpang.Realtime.Positions;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Sockets;

/// <summary>What a phone may say: positions, ping. Anything else gets an error frame, and the socket stays open.</summary>
static class ClientFrames
{
    sealed record ClientFrame(string Type, IReadOnlyList<ReportedPosition>? Points = null);

    public static void Take(ReadOnlySpan<byte> json, Connection connection, CurrentUser user, PositionLanes positions)
    {
        try
        {
            var frame = JsonSerializer.Deserialize<ClientFrame>(json, Json.Options) ?? throw new JsonException("A frame is an object.");
            Take(frame, connection, user, positions);
        }
        catch (JsonException)
        {
            Refuse(connection, "invalid-frame", "The frame is not the JSON that this socket expects.");
        }
    }

    static void Take(ClientFrame frame, Connection connection, CurrentUser user, PositionLanes positions)
    {
        switch (frame)
        {
            case { Type: "ping" }:
                connection.Answer(new { type = "pong" });
                break;
            case { Type: "positions" } when !user.IsDriver:
                Refuse(connection, "forbidden", "Only drivers send positions.");
                break;
            case { Type: "positions", Points: { Count: > 0 and <= PositionLanes.MostPointsPerFrame } points }:
                if (!positions.TryAdd(connection, points))
                {
                    Refuse(connection, "too-many-requests", "Positions come faster than they can be taken; send the newest a little later.");
                }

                break;
            case { Type: "positions" }:
                Refuse(connection, "invalid-frame", $"A frame of positions has 1 to {PositionLanes.MostPointsPerFrame} points.");
                break;
            default:
                Refuse(connection, "unknown-type", "This socket takes frames of the types positions and ping.");
                break;
        }
    }

    static void Refuse(Connection connection, string code, string detail) => connection.Answer(new { type = "error", data = new { code, detail } });
}

using System.Net;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Roads;

namespace Tumpang.Simulator.Phones;

/// <summary>What a driver is like; drawn by the seed.</summary>
/// <param name="ReactionTime">From hearing an offer to touching the screen, city time.</param>
/// <param name="DeclineShare">Share of offers declined, 0..1.</param>
/// <param name="IgnoreShare">Share of offers left to expire, 0..1.</param>
public sealed record DriverNature(TimeSpan ReactionTime, double DeclineShare, double IgnoreShare, int Stars, int Seed);

/// <summary>A driver who works through the rush: online, offer, pickup, ride, next.</summary>
public sealed class DriverPhone(City city, IPAddress address, string phoneNumber, GeoPoint start, DriverNature nature) : Phone(city, address, phoneNumber)
{
    /// <summary>How often a standing car says where it is, city time; well inside the minute after which a phone counts as dead.</summary>
    static readonly TimeSpan IdleBeat = TimeSpan.FromSeconds(20);

    /// <summary>How often a driving car says where it is, city time.</summary>
    static readonly TimeSpan DrivingBeat = TimeSpan.FromSeconds(4);
    static readonly TimeSpan PassengerPatience = TimeSpan.FromMinutes(6);

    readonly Random random = new(nature.Seed);
    GeoPoint position = start;
    bool cancelled;
    Assignment? next;

    /// <summary>What this driver does right now.</summary>
    public string State { get; private set; } = "new";

    /// <summary>Registers, connects and switches the beacon on.</summary>
    public async Task Prepare(CancellationToken ct)
    {
        await LogIn(ct);
        if (!(await Send(HttpMethod.Get, "/v1/me/driver", null, ct)).IsSuccess)
        {
            var vehicle = new { type = "Car", plate = $"T{PhoneNumber[^7..]}", @class = "Standard" };
            await Must(Send(HttpMethod.Post, "/v1/me/driver", new { vehicle }, ct));
        }

        await RefreshTokens(ct);
        await Socket.Open(ct);
        await GoOnline(ct);
    }

    /// <summary>Drives until the city has no more demand.</summary>
    public async Task Work(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            State = "free";
            if (next is { } ride)
            {
                next = null;
                await Drive(ride, ct);
            }
            else if (await NextFrame(IdleBeat, ct) is { } frame)
            {
                await Hear(frame, ct);
            }
            else
            {
                await Report(position, ct);
            }
        }
    }

    /// <summary>The beacon off, at the end of the shift.</summary>
    public async Task GoOffline(CancellationToken ct) => await Must(Send(HttpMethod.Put, "/v1/me/availability", new { online = false }, ct));

    /// <summary>The approval travels as an event; until location has heard of it, it answers 409 or 403.</summary>
    async Task GoOnline(CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await Send(HttpMethod.Put, "/v1/me/availability", new { online = true, position }, ct);
            if (answer.IsSuccess)
            {
                return;
            }

            if (attempt == MostLooks)
            {
                await Must(Task.FromResult(answer));
            }

            await Task.Delay(100, ct);
        }
    }

    /// <summary>An offer, perhaps for the time after the present ride; or the passenger of the next ride does not want it any more.</summary>
    async Task Hear(Frame frame, CancellationToken ct)
    {
        if (frame.Type == "offer-made")
        {
            await Consider(frame.Data, ct);
        }
        else if (frame.Type == "ride-cancelled" && frame.Data.GetProperty("rideId").GetGuid() == next?.RideId)
        {
            next = null;
        }
    }

    async Task Consider(JsonElement offer, CancellationToken ct)
    {
        var offerId = offer.GetProperty("offerId").GetGuid();
        Measured.Count("offers");
        var mood = random.NextDouble();
        if (mood < nature.IgnoreShare)
        {
            return;
        }

        await Rest(nature.ReactionTime, ct);
        if (mood < nature.IgnoreShare + nature.DeclineShare)
        {
            Expect(await Send(HttpMethod.Post, $"/v1/offers/{offerId}/decline", new { }, ct), "decline", 404, 409);
            return;
        }

        var accepted = await Send(HttpMethod.Post, $"/v1/offers/{offerId}/accept", new { }, ct);
        Expect(accepted, "accept", 404, 409);
        if (accepted.IsSuccess && accepted.Body.TryGetProperty("rideId", out var rideId))
        {
            next = new(rideId.GetGuid(), PointOf(offer, "pickup"));
            if (offer.TryGetProperty("afterRideId", out var before) && before.ValueKind == JsonValueKind.String)
            {
                Measured.Count("promised ahead");
            }
        }
    }

    async Task Drive(Assignment ride, CancellationToken ct)
    {
        var (rideId, pickup) = ride;
        cancelled = false;
        State = "to pickup";
        await Follow(rideId, City.Roads.Find(position, pickup), ct);
        if (cancelled || !await Step(rideId, "arrive", new { position }, ct))
        {
            return;
        }

        State = "at pickup";
        var pin = await City.Street.AskPin(rideId, City.Clock.ToSystem(PassengerPatience), ct);
        if (pin is null)
        {
            await Step(rideId, "cancel", new { reason = "passenger-no-show" }, ct);
            return;
        }

        if (await Step(rideId, "start", new { pin, position }, ct))
        {
            // The passenger may have changed it since the offer.
            await Carry(rideId, PointOf(await Must(Send(HttpMethod.Get, $"/v1/rides/{rideId}", null, ct)), "dropOff"), ct);
        }
    }

    async Task Carry(Guid rideId, GeoPoint dropOff, CancellationToken ct)
    {
        State = "on ride";
        var route = City.Roads.Find(position, dropOff);
        await Follow(rideId, route, ct);
        if (!await Step(rideId, "complete", new { position }, ct))
        {
            Measured.Error($"driver {UserId}: could not complete {rideId}");
            return;
        }

        Measured.Count("completed");
        City.Driven(rideId, route.DistanceMetres);
        await TakeCash(rideId, ct);
        Expect(await Send(HttpMethod.Post, $"/v1/rides/{rideId}/rating", new { stars = nature.Stars }, ct), "rate");
    }

    /// <summary>A cash ride ends when the driver says that the money is there; the fare tells how it is paid.</summary>
    async Task TakeCash(Guid rideId, CancellationToken ct)
    {
        var deadline = City.Clock.GetUtcNow() + TimeSpan.FromMinutes(15);
        while (City.Clock.GetUtcNow() < deadline)
        {
            if (await NextFrame(TimeSpan.FromSeconds(20), ct) is not { } frame)
            {
                await Report(position, ct);
                continue;
            }

            await Hear(frame, ct);
            if (frame.Type == "fare-finalised" && frame.Data.GetProperty("rideId").GetGuid() == rideId)
            {
                if (frame.Data.GetProperty("payment").GetProperty("kind").GetString() == "Cash")
                {
                    await ConfirmCash(rideId, ct);
                }

                return;
            }
        }

        Measured.Error($"driver {UserId}: no fare within 15 city minutes of completing {rideId}");
    }

    /// <summary>The order travels behind the fare: 404 until payment has it.</summary>
    async Task ConfirmCash(Guid rideId, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await Send(HttpMethod.Post, $"/v1/rides/{rideId}/payment/cash-received", new { }, ct);
            if (answer.Status != HttpStatusCode.NotFound || attempt == MostLooks)
            {
                Expect(answer, "cash-received");
                return;
            }

            await Task.Delay(100, ct);
        }
    }

    /// <summary>One step of the ride. 404 while the ride is still on its way to ride; 409 when the passenger cancelled.</summary>
    async Task<bool> Step(Guid rideId, string step, object body, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await Send(HttpMethod.Post, $"/v1/rides/{rideId}/{step}", body, ct);
            // The ride comes with an event: while the broker is down, a driver around the corner is there before it.
            if (answer.Status == HttpStatusCode.NotFound && attempt < MostLooks)
            {
                await Task.Delay(100, ct);
                continue;
            }

            Expect(answer, step, 409);
            return answer.IsSuccess;
        }
    }

    /// <summary>Moves the car along the route at the hour's measured speed and reports the position on the way.</summary>
    async Task Follow(Guid rideId, Route route, CancellationToken ct)
    {
        var left = City.Clock.GetUtcNow();
        while (!cancelled)
        {
            var elapsed = City.Clock.GetUtcNow() - left;
            position = route.PositionAt(elapsed);
            await Report(position, ct);
            if (elapsed.TotalSeconds >= route.DurationSeconds)
            {
                position = route.Points[^1].Position;
                await Report(position, ct);
                return;
            }

            await NextBeat(rideId, ct);
        }
    }

    /// <summary>Lets one beat pass while listening for a cancellation.</summary>
    async Task NextBeat(Guid rideId, CancellationToken ct)
    {
        var until = City.Clock.GetUtcNow() + DrivingBeat;
        while (until - City.Clock.GetUtcNow() is { Ticks: > 0 } remaining)
        {
            if (await NextFrame(remaining, ct) is not { } frame)
            {
                continue;
            }

            if (frame.Type == "ride-cancelled" && frame.Data.GetProperty("rideId").GetGuid() == rideId)
            {
                cancelled = true;
                return;
            }

            await Hear(frame, ct);
        }
    }

    async Task Report(GeoPoint at, CancellationToken ct)
    {
        var point = new { at.Latitude, at.Longitude, recordedAt = City.Clock.GetUtcNow(), accuracyMetres = 8 };
        if (await Socket.Send(new { type = "positions", points = new[] { point } }, ct))
        {
            Measured.Count("positions");
        }
    }

    async Task<Frame?> NextFrame(TimeSpan patience, CancellationToken ct)
    {
        if (Socket.Frames.TryRead(out var waiting))
        {
            return waiting;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(City.Clock.ToSystem(patience));
        try
        {
            return await Socket.Frames.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    Task Rest(TimeSpan cityTime, CancellationToken ct) => Task.Delay(City.Clock.ToSystem(cityTime), ct);

    void Expect(Answer answer, string step, params int[] alsoFine)
    {
        if (!answer.IsSuccess && !alsoFine.Contains((int)answer.Status))
        {
            Measured.Error($"driver {UserId} {step}: {(int)answer.Status} {answer.Body}");
        }
        else if (!answer.IsSuccess)
        {
            Measured.Count($"refused: {step} {answer.Code}");
        }
    }

    /// <summary>A ride that this driver has taken on.</summary>
    sealed record Assignment(Guid RideId, GeoPoint Pickup);

    static GeoPoint PointOf(JsonElement element, string name) =>
        new(element.GetProperty(name).GetProperty("latitude").GetDouble(), element.GetProperty(name).GetProperty("longitude").GetDouble());
}

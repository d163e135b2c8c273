using System.Net;
using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.Simulator.Phones;

/// <summary>What a passenger is like; drawn by the seed.</summary>
/// <param name="CardToken">One of the sandbox's magic cards; null pays cash.</param>
/// <param name="Impatient">Gives up when no driver is found within a city minute.</param>
/// <param name="Undecided">Wants to go a few blocks further once the driver is on the way.</param>
/// <param name="Generous">Gives the driver something when the ride is paid, by card.</param>
public sealed record PassengerNature(string? CardToken, bool Impatient, int Stars, bool Undecided = false, bool Generous = false);

/// <summary>A passenger who lives through one recorded trip: quote, request, wait, ride, pay, rate.</summary>
public sealed class PassengerPhone(City city, IPAddress address, string phoneNumber, RecordedTrip trip, PassengerNature nature) : Phone(city, address, phoneNumber)
{
    /// <summary>Without any push for so long (city time) the app looks for itself.</summary>
    static readonly TimeSpan PushPatience = TimeSpan.FromMinutes(4);
    static readonly TimeSpan SearchPatience = TimeSpan.FromMinutes(1);

    const long TipMinorUnits = 200;

    /// <summary>Two and a half blocks north.</summary>
    const double FurtherDegrees = 0.002;

    Guid paymentMethodId;
    Guid requestId;
    Guid? rideId;
    DateTimeOffset requestedAt;

    /// <summary>Where this passenger's evening stands.</summary>
    public string State { get; private set; } = "new";

    /// <summary>Logs in and adds a way to pay, before the rush.</summary>
    public async Task Prepare(CancellationToken ct)
    {
        await LogIn(ct);
        var method = nature.CardToken is { } cardToken ? (object)new { kind = "Card", cardToken } : new { kind = "Cash" };
        paymentMethodId = (await Must(Send(HttpMethod.Post, "/v1/payment-methods", method, ct))).GetProperty("paymentMethodId").GetGuid();
    }

    /// <summary>The whole trip, from opening the app to the receipt.</summary>
    public async Task Travel(CancellationToken ct)
    {
        await Socket.Open(ct);
        await RequestRide(ct);
        while (!IsOver)
        {
            var frame = await NextFrame(ct);
            if (frame is null)
            {
                await LookForMyself(ct);
            }
            else if (IsMine(frame.Data))
            {
                await React(frame, ct);
            }
        }

        if (State == "paid")
        {
            await Must(Send(HttpMethod.Post, $"/v1/rides/{rideId}/rating", new { stars = nature.Stars, comment = "simulated" }, ct));
            if (nature is { Generous: true, CardToken: not null }) await TipDriver(ct);
        }
    }

    async Task TipDriver(CancellationToken ct)
    {
        await Must(Send(HttpMethod.Post, $"/v1/rides/{rideId}/payment/tip", new { amountMinorUnits = TipMinorUnits }, ct));
        Measured.Count("tips");
    }

    /// <summary>Paid, cancelled or unserved: nothing more will come.</summary>
    public bool IsOver => State is "paid" or "cancelled" or "unserved";

    async Task RequestRide(CancellationToken ct)
    {
        var request = await RequestUnderQuote(ct);
        while (request.Code == "quote-expired")
        {
            // The fleet was away for longer than the price was good for: its five minutes are seconds where the clock runs fast.
            Measured.Count("refused: request quote-expired");
            request = await RequestUnderQuote(ct);
        }

        requestId = (await Must(Task.FromResult(request))).GetProperty("rideRequestId").GetGuid();
        Measured.Count("requests");
        State = "searching";
    }

    async Task<Answer> RequestUnderQuote(CancellationToken ct)
    {
        var quotes = await Must(Send(HttpMethod.Post, "/v1/quotes", new { pickup = trip.Pickup, dropOff = trip.DropOff }, ct));
        var quote = quotes.GetProperty("quotes").EnumerateArray().First(each => each.GetProperty("vehicleClass").GetString() == "Standard");
        requestedAt = City.Clock.GetUtcNow();
        return await Send(HttpMethod.Post, "/v1/ride-requests", new { quoteToken = quote.GetProperty("token").GetString(), paymentMethodId }, ct);
    }

    async Task<Frame?> NextFrame(CancellationToken ct)
    {
        var patience = State == "searching" && nature.Impatient ? SearchPatience : PushPatience;
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

    /// <summary>After a loss of both broker and Redis an event of an earlier ride may be told again.</summary>
    bool IsMine(JsonElement happened) =>
        happened.TryGetProperty("rideRequestId", out var request) ? request.GetGuid() == requestId
        : happened.TryGetProperty("rideId", out var ride) && ride.GetGuid() == rideId;

    Task React(Frame frame, CancellationToken ct) => frame.Type switch
    {
        "ride-created" => MeetDriver(frame.Data, ct),
        "driver-arrived" => Arrived(),
        "ride-started" => Become("riding"),
        "ride-completed" => Become("arrived"),
        "fare-finalised" => Charged(frame.Data),
        "payment-succeeded" => Become("paid"),
        "payment-failed" => Unpaid(frame.Data),
        "no-driver-found" => Become("unserved"),
        "ride-request-cancelled" or "ride-cancelled" => Become("cancelled"),
        _ => Task.CompletedTask,
    };

    async Task MeetDriver(JsonElement ride, CancellationToken ct)
    {
        rideId = ride.GetProperty("rideId").GetGuid();
        Measured.Count("matched");
        Measured.Record("match wait s", (City.Clock.GetUtcNow() - requestedAt).TotalSeconds);
        State = "waiting";
        var pin = await Must(Send(HttpMethod.Get, $"/v1/rides/{rideId}/pin", null, ct));
        City.Street.TellPin(rideId.Value, pin.GetProperty("pin").GetString()!);
        if (nature.Undecided) await GoElsewhere(ct);
    }

    /// <summary>At the price that is shown first. The driver may be quicker, or give up.</summary>
    async Task GoElsewhere(CancellationToken ct)
    {
        var quote = await Price(trip.DropOff with { Latitude = trip.DropOff.Latitude + FurtherDegrees }, ct);
        var agreed = quote.IsSuccess
            ? await Send(HttpMethod.Post, $"/v1/rides/{rideId}/reroute", new { quoteToken = quote.Body.GetProperty("token").GetString() }, ct)
            : quote;
        Measured.Count(agreed.IsSuccess ? "other ways" : $"refused: reroute {agreed.Code}");
    }

    /// <summary>The ride travels to billing as an event: 404 until it is there.</summary>
    async Task<Answer> Price(GeoPoint dropOff, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var quote = await Send(HttpMethod.Post, $"/v1/rides/{rideId}/reroute-quote", new { dropOff }, ct);
            if (quote.Status != HttpStatusCode.NotFound || attempt == MostLooks) return quote;

            await Task.Delay(100, ct);
        }
    }

    Task Arrived()
    {
        Measured.Record("pickup wait s", (City.Clock.GetUtcNow() - requestedAt).TotalSeconds);
        return Become("boarding");
    }

    Task Charged(JsonElement fare)
    {
        Measured.Record("charged minor units", fare.GetProperty("total").GetProperty("minorUnits").GetInt64());
        Measured.Record("commission minor units", fare.GetProperty("commission").GetProperty("minorUnits").GetInt64());
        Measured.Record("earning minor units", fare.GetProperty("driverEarning").GetProperty("minorUnits").GetInt64());
        Measured.Record("tax minor units", fare.GetProperty("tax").GetProperty("minorUnits").GetInt64());
        City.Metered(fare.GetProperty("rideId").GetGuid(), fare.GetProperty("distanceMetres").GetInt32());
        return Task.CompletedTask;
    }

    Task Unpaid(JsonElement payment)
    {
        Measured.Error($"passenger {UserId}: payment of a good card failed: {payment}");
        return Become("cancelled");
    }

    Task Become(string state)
    {
        State = state;
        return Task.CompletedTask;
    }

    /// <summary>The push did not come, or patience is at its end: read the state over HTTP, or give up the search.</summary>
    async Task LookForMyself(CancellationToken ct)
    {
        if (rideId is { } ride)
        {
            await LookAtRide(ride, ct);
            return;
        }

        if (nature.Impatient && State == "searching")
        {
            // 409 means that a driver was quicker: then the ride goes on.
            await Send(HttpMethod.Post, $"/v1/ride-requests/{requestId}/cancel", new { }, ct);
        }

        var request = await Must(Send(HttpMethod.Get, $"/v1/ride-requests/{requestId}", null, ct));
        State = request.GetProperty("status").GetString() switch
        {
            "Cancelled" => "cancelled",
            "NoDriverFound" => "unserved",
            _ => State,
        };
    }

    async Task LookAtRide(Guid ride, CancellationToken ct)
    {
        var status = (await Must(Send(HttpMethod.Get, $"/v1/rides/{ride}", null, ct))).GetProperty("status").GetString();
        if (status == "Cancelled")
        {
            State = "cancelled";
        }
        else if (status == "Completed" && await IsSettled(ride, ct))
        {
            Measured.Count("learned of the payment by looking");
            State = "paid";
        }
    }

    async Task<bool> IsSettled(Guid ride, CancellationToken ct)
    {
        var payment = await Send(HttpMethod.Get, $"/v1/rides/{ride}/payment", null, ct);
        return payment.IsSuccess && payment.Body.GetProperty("status").GetString() == "Settled";
    }
}

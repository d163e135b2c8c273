using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>The SQL that several features share: finding a ride, and moving it on if it is still where we saw it.</summary>
sealed class RideStore(Database database)
{
    const string Select = """
        select ride_id, ride_request_id, passenger_id, driver_id, status, version,
               st_y(pickup::geometry) as pickup_latitude, st_x(pickup::geometry) as pickup_longitude,
               st_y(drop_off::geometry) as drop_off_latitude, st_x(drop_off::geometry) as drop_off_longitude,
               quote_id, payment_method_id, payment_method_kind, start_pin, pin_tries, assigned_at, started_at, arrived_at, driver_due_at,
               coalesce(closed_at, completed_at, cancelled_at) as ended_at, quoted_fare_minor_units, quoted_fare_currency, stops,
               away_from_stop_at, priced_until
        from   ride.rides
        where  ride_id = @RideId
        """;

    // Whoever begins a ride behind another locks that one first, so a queued ride is seen here or begins at once.
    const string BeginQueued = """
        update ride.rides
        set    status = 'DriverAssigned', assigned_at = @Now, driver_due_at = @Now + (driver_due_at - assigned_at), version = version + 1, updated_at = now()
        where  driver_id = (select driver_id from ride.rides where ride_id = @RideId) and status = 'Queued'
        returning ride_id, passenger_id, driver_id, version
        """;

    const string Remember = """
        insert into ride.transitions (ride_id, version, from_status, status, by, at, reason) values (@RideId, @Version, @From, @To, @By, @At, @Reason)
        """;

    const string RememberOnTheWay = """
        insert into ride.on_the_way (ride_id, version, status, what, by, at, stop, quote_id, quoted_fare_minor_units, drop_off)
        values (@RideId, @Version, @Status, @What, @By, @At, @Stop, @QuoteId, @QuotedFare,
                case when @Latitude::float8 is not null then platform.point(@Latitude::float8, @Longitude::float8) end)
        """;

    /// <summary>The ride, if <paramref name="userId"/> is its passenger or driver: not there and not yours are the same answer.</summary>
    public async Task<Ride?> Find(Guid rideId, Guid userId, CancellationToken ct) =>
        (await database.Find<Row>(Select, new { rideId }, ct))?.ToRide() is { } ride && ride.SideOf(userId) is not null ? ride : null;

    /// <inheritdoc cref="Find(Guid, Guid, CancellationToken)"/>
    public static async Task<Ride?> Find(Transaction transaction, Guid rideId, Guid userId, CancellationToken ct) =>
        await Find(transaction, rideId, ct) is { } ride && ride.SideOf(userId) is not null ? ride : null;

    /// <summary>The ride, whoever asks, inside a transaction.</summary>
    public static async Task<Ride?> Find(Transaction transaction, Guid rideId, CancellationToken ct) =>
        (await transaction.Find<Row>(Select, new { rideId }, ct))?.ToRide();

    /// <summary>Why an update that repeats the expected version changed nothing: another request was quicker, and this is where it led.</summary>
    public static async Task<Problem> LostTheRace(Transaction transaction, Guid rideId, CancellationToken ct) =>
        RideProblems.LostTheRace((await Find(transaction, rideId, ct))!.Status);

    /// <summary>
    /// Runs an update that repeats the expected version, remembers the transition and publishes the event. When the ride ends, the one queued behind it
    /// begins. False when another request was quicker: then nothing is changed.
    /// </summary>
    public static async Task<bool> Move(Transaction transaction, string update, object parameters, Event happened, Transition step, CancellationToken ct)
    {
        if (await transaction.Execute(update, parameters, ct) == 0)
        {
            return false;
        }

        Record(transaction, happened, step);
        if (step.To is RideStatus.Completed or RideStatus.Cancelled) await Begin(transaction, happened.AggregateId, happened.OccurredAt, ct);
        return true;
    }

    /// <summary>As <see cref="Move"/>, of what happens to a ride between its transitions.</summary>
    public static async Task<bool> Proceed(Transaction transaction, string update, object parameters, Event happened, OnTheWay step, CancellationToken ct)
    {
        if (await transaction.Execute(update, parameters, ct) == 0) return false;

        var row = new
        {
            RideId = happened.AggregateId,
            happened.Version,
            Status = step.In.ToString(),
            step.What,
            By = step.By.ToString(),
            At = happened.OccurredAt,
            step.Stop,
            step.Agreed?.QuoteId,
            QuotedFare = step.Agreed?.QuotedFare.MinorUnits,
            step.Agreed?.DropOff.Latitude,
            step.Agreed?.DropOff.Longitude,
        };
        transaction.Later(RememberOnTheWay, row);
        transaction.Publish(happened);
        return true;
    }

    static async Task Begin(Transaction transaction, Guid endedRideId, DateTimeOffset now, CancellationToken ct)
    {
        if (await transaction.Find<QueuedRow>(BeginQueued, new { RideId = endedRideId, Now = now }, ct) is { } next)
        {
            var began = new QueuedRideBegan(next.RideId, next.PassengerId, next.DriverId) { OccurredAt = now, Version = next.Version };
            Record(transaction, began, new(RideStatus.Queued, RideStatus.DriverAssigned, Party.System));
        }
    }

    /// <summary>Adds the transition to the ride's history and the event to the outbox.</summary>
    public static void Record(Transaction transaction, Event happened, Transition step)
    {
        var row = new
        {
            RideId = happened.AggregateId,
            happened.Version,
            From = step.From?.ToString(),
            To = step.To.ToString(),
            By = step.By.ToString(),
            At = happened.OccurredAt,
            step.Reason,
        };
        transaction.Later(Remember, row);
        transaction.Publish(happened);
    }

    sealed record QueuedRow(Guid RideId, Guid PassengerId, Guid DriverId, long Version);

    sealed record Row(
        Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string Status, long Version,
        double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
        Guid QuoteId, Guid PaymentMethodId, string PaymentMethodKind, string StartPin, short PinTries, DateTimeOffset AssignedAt, DateTimeOffset? StartedAt,
        DateTimeOffset? ArrivedAt, DateTimeOffset? DriverDueAt, DateTimeOffset? EndedAt, long QuotedFareMinorUnits, string QuotedFareCurrency, string? Stops,
        DateTimeOffset? AwayFromStopAt, DateTimeOffset? PricedUntil)
    {
        public Ride ToRide() => new(
            RideId, RideRequestId, PassengerId, DriverId, Enum.Parse<RideStatus>(Status), Version,
            new(PickupLatitude, PickupLongitude), new(DropOffLatitude, DropOffLongitude), QuoteId,
            new(PaymentMethodId, Enum.Parse<PaymentMethodKind>(PaymentMethodKind)), StartPin, PinTries, AssignedAt, StartedAt,
            ArrivedAt, DriverDueAt, EndedAt)
        {
            Stops = Rides.Stops.Read(Stops),
            QuotedFare = new(QuotedFareMinorUnits, QuotedFareCurrency),
            AwayFromStopAt = AwayFromStopAt,
            PricedUntil = PricedUntil,
        };
    }
}

/// <summary>One step of a ride.</summary>
/// <param name="From">Null for the first.</param>
/// <param name="Reason">Of a cancellation, or of a rule that acted.</param>
readonly record struct Transition(RideStatus? From, RideStatus To, Party By, string? Reason = null);

/// <summary>What happened to a ride between its transitions.</summary>
/// <param name="What">As the event says it.</param>
/// <param name="In">The status that the ride was in, and stays in.</param>
/// <param name="Stop">The number of the place that was reached or left.</param>
/// <param name="Agreed">The other way that the passenger agreed to.</param>
readonly record struct OnTheWay(string What, RideStatus In, Party By, short? Stop = null, RideRerouted? Agreed = null);

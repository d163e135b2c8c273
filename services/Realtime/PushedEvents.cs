using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime;

/// <summary>Which events reach which phone. The one list of it: an event that is not here is not pushed.</summary>
static class PushedEvents
{
    /// <summary>Listens to every event of the list.</summary>
    public static void Register(BusHandlers bus) => bus
        .Listen<ScheduledSearchStarted, Push<ScheduledSearchStarted>>()
        .Listen<OfferMade, Push<OfferMade>>()
        .Listen<OfferImproved, Push<OfferImproved>>()
        .Listen<TipRaised, Push<TipRaised>>()
        .Listen<OfferAccepted, Push<OfferAccepted>>()
        .Listen<OfferExpired, Push<OfferExpired>>()
        .Listen<OfferWithdrawn, Push<OfferWithdrawn>>()
        .Listen<MatchConfirmed, Push<MatchConfirmed>>()
        .Listen<NoDriverFound, Push<NoDriverFound>>()
        .Listen<RideRequestCancelled, Push<RideRequestCancelled>>()
        .Listen<RideCreated, Push<RideCreated>>()
        .Listen<QueuedRideBegan, Push<QueuedRideBegan>>()
        .Listen<DriverArrived, Push<DriverArrived>>()
        .Listen<RideStarted, Push<RideStarted>>()
        .Listen<RideProgressed, Push<RideProgressed>>()
        .Listen<StopReached, Push<StopReached>>()
        .Listen<StopLeft, Push<StopLeft>>()
        .Listen<RideRerouted, Push<RideRerouted>>()
        .Listen<RideCompleted, Push<RideCompleted>>()
        .Listen<RideCancelled, Push<RideCancelled>>()
        .Listen<RideFellSilent, Push<RideFellSilent>>()
        .Listen<FareProgressed, Push<FareProgressed>>()
        .Listen<PromotionNotApplied, Push<PromotionNotApplied>>()
        .Listen<FareFinalised, Push<FareFinalised>>()
        .Listen<WalletToppedUp, Push<WalletToppedUp>>()
        .Listen<WalletTopUpFailed, Push<WalletTopUpFailed>>()
        .Listen<TipPaid, Push<TipPaid>>()
        .Listen<TipFailed, Push<TipFailed>>()
        .Listen<CardAuthorisationFailed, Push<CardAuthorisationFailed>>()
        .Listen<PaymentSucceeded, Push<PaymentSucceeded>>()
        .Listen<PaymentFailed, Push<PaymentFailed>>()
        .Listen<FareAdjusted, Push<FareAdjusted>>()
        .Listen<RefundSucceeded, Push<RefundSucceeded>>()
        .Listen<PayoutSent, Push<PayoutSent>>()
        .Listen<PayoutFailed, Push<PayoutFailed>>()
        .Listen<PayoutReturned, Push<PayoutReturned>>()
        .Listen<DriverSubscriptionRenewed, Push<DriverSubscriptionRenewed>>()
        .Listen<DriverSubscriptionLapsed, Push<DriverSubscriptionLapsed>>()
        .Listen<DriverWentOffline, Push<DriverWentOffline>>();

    /// <summary>Whom an event concerns: at most its passenger and its driver.</summary>
    public static Recipients Of(Event happened) => happened switch
    {
        ScheduledSearchStarted request => new(Passenger: request.PassengerId),
        OfferMade offer => new(Driver: offer.DriverId),
        OfferImproved offer => new(Driver: offer.DriverId),
        TipRaised request => new(Passenger: request.PassengerId),
        OfferAccepted offer => new(Passenger: offer.PassengerId),
        OfferExpired offer => new(Driver: offer.DriverId),
        OfferWithdrawn offer => new(Driver: offer.DriverId),
        MatchConfirmed match => new(match.PassengerId, match.DriverId),
        NoDriverFound request => new(Passenger: request.PassengerId),
        RideRequestCancelled request => new(Passenger: request.PassengerId),
        RideCreated ride => new(ride.PassengerId, ride.DriverId),
        QueuedRideBegan ride => new(ride.PassengerId, ride.DriverId),
        DriverArrived ride => new(ride.PassengerId, ride.DriverId),
        RideStarted ride => new(ride.PassengerId, ride.DriverId),
        RideProgressed ride => new(ride.PassengerId, ride.DriverId),
        StopReached ride => new(ride.PassengerId, ride.DriverId),
        StopLeft ride => new(ride.PassengerId, ride.DriverId),
        RideRerouted ride => new(ride.PassengerId, ride.DriverId),
        RideCompleted ride => new(ride.PassengerId, ride.DriverId),
        RideCancelled ride => new(ride.PassengerId, ride.DriverId),
        RideFellSilent ride => new(ride.PassengerId, ride.DriverId),
        FareProgressed fare => new(fare.PassengerId, fare.DriverId),
        PromotionNotApplied promotion => new(Passenger: promotion.PassengerId),
        FareFinalised fare => new(fare.PassengerId, fare.DriverId),
        WalletToppedUp topUp => new(Passenger: topUp.PassengerId),
        WalletTopUpFailed topUp => new(Passenger: topUp.PassengerId),
        TipPaid tip => new(tip.PassengerId, tip.DriverId),
        TipFailed tip => new(Passenger: tip.PassengerId),
        CardAuthorisationFailed authorisation => new(Passenger: authorisation.PassengerId),
        PaymentSucceeded payment => new(payment.PassengerId, payment.DriverId),
        PaymentFailed payment => new(Passenger: payment.PassengerId),
        FareAdjusted fare => new(fare.PassengerId, fare.DriverId),
        RefundSucceeded refund => new(Passenger: refund.PassengerId),
        PayoutSent payout => new(Driver: payout.DriverId),
        PayoutFailed payout => new(Driver: payout.DriverId),
        PayoutReturned payout => new(Driver: payout.DriverId),
        DriverSubscriptionRenewed subscription => new(Driver: subscription.DriverId),
        DriverSubscriptionLapsed subscription => new(Driver: subscription.DriverId),
        DriverWentOffline driver => new(Driver: driver.DriverId),
        _ => default,
    };

    /// <summary>As phones may see it: the token of a quote says more of the price than concerns a driver.</summary>
    public static Event ForPhones(Event happened) => happened is RideRerouted rerouted ? rerouted with { QuoteToken = null } : happened;
}

/// <summary>The phones to push to.</summary>
readonly record struct Recipients(Guid? Passenger = null, Guid? Driver = null);

/// <summary>Puts an event into the inboxes of its recipients; a duplicate delivery finds it there already.</summary>
sealed class Push<TEvent>(InboxStore inboxes) : IEventListener<TEvent>
    where TEvent : Event
{
    public async Task Hear(TEvent happened, CancellationToken ct)
    {
        var (passenger, driver) = PushedEvents.Of(happened);
        var frame = EventFrame.Of(PushedEvents.ForPhones(happened));
        await Task.WhenAll(Append(passenger, happened, frame), Append(driver, happened, frame));
    }

    Task Append(Guid? user, TEvent happened, byte[] frame) => user is { } id ? inboxes.Append(id, happened.EventId, frame) : Task.CompletedTask;
}

/// <summary>An event as the phones read it, without the id that its place in an inbox gives it.</summary>
static class EventFrame
{
    static readonly FrozenDictionary<Type, string> Names = Subscriptions.Events.ToFrozenDictionary(type => type, type => NameOf(type.Name));

    /// <summary>{"type":"offer-made","at":…,"data":{…}}</summary>
    public static byte[] Of(Event happened)
    {
        // Room for nearly every frame at once: growing, the writer would ask for four kilobytes more.
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", Names[happened.GetType()]);
            json.WriteString("at", happened.OccurredAt);
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, happened, happened.GetType(), Json.Options);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The frame with its id in front, ready to be sent.</summary>
    public static byte[] WithId(string id, ReadOnlySpan<byte> frame)
    {
        var head = System.Text.Encoding.ASCII.GetBytes($"{{\"id\":\"{id}\",");
        return [.. head, .. frame[1..]];
    }

    static string NameOf(string type) =>
        string.Concat(type.Select((letter, index) => char.IsUpper(letter) ? (index > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}

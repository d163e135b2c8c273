namespace Tumpang.Contracts;

/// <summary>One queue: what a handler of a service listens to.</summary>
/// <param name="Service">The consuming service, as in the topology.</param>
/// <param name="Queue">Broker name of the queue, prefixed by the service.</param>
/// <param name="Event">The event type bound to it.</param>
/// <param name="Remembered">By an inbox; false for what is only listened to, where a lost event is replaced by the next.</param>
public sealed record Subscription(string Service, string Queue, Type Event, bool Remembered = true);

/// <summary>
/// Who hears what: the whole fleet's queues in one list. Every process declares all of it before it publishes anything,
/// because the broker confirms, and drops, what is published to an exchange whose queue does not exist yet.
/// A service refuses to start when its handlers and this list differ.
/// </summary>
public static class Subscriptions
{
    public static IReadOnlyList<Subscription> All { get; } =
    [
        .. Of("user", typeof(SosRaised)),
        .. Of("location", typeof(DriverApproved), typeof(DriverSuspended), typeof(MatchConfirmed), typeof(RideStarted), typeof(StopReached),
            typeof(RideRerouted), typeof(RideCompleted), typeof(RideCancelled)),
        .. Of("match", typeof(DriverApproved), typeof(DriverSuspended), typeof(DriverWentOffline), typeof(RideNearsEnd), typeof(RideCompleted),
            typeof(RideCancelled), typeof(PaymentMethodAdded), typeof(PaymentMethodRemoved), typeof(PassengerDebtIncurred), typeof(PassengerDebtSettled),
            typeof(WalletDebtIncurred), typeof(WalletDebtSettled), typeof(FavouriteDriverAdded), typeof(FavouriteDriverRemoved)),
        .. Of("ride", typeof(DriverApproved), typeof(MatchConfirmed)),
        .. Heard("ride", typeof(RideProgressed)),
        .. Of("billing", typeof(ZoneChanged), typeof(RideRequested), typeof(DropOffChanged), typeof(NoDriverFound), typeof(RideRequestCancelled),
            typeof(RideCreated), typeof(QueuedRideBegan), typeof(DriverArrived), typeof(RideProgressed), typeof(StopReached), typeof(RideRerouted),
            typeof(RideCompleted), typeof(RideTrackClosed), typeof(RideCancelled),
            typeof(WalletToppedUp), typeof(WalletChargeDue), typeof(TipPaid), typeof(PaymentPartCollected), typeof(PaymentSucceeded), typeof(PaymentFailed),
            typeof(RefundSucceeded), typeof(SurplusReceived), typeof(SurplusReturned), typeof(ChargebackReceived), typeof(ChargebackWon),
            typeof(ChargebackLost), typeof(ChargebackSetOff), typeof(TopUpChargebackReceived), typeof(TopUpChargebackWon), typeof(TopUpChargebackLost),
            typeof(PaymentWrittenOff), typeof(PaymentVoided), typeof(PayoutAccountChanged),
            typeof(PayoutSent), typeof(PayoutFailed), typeof(PayoutReturned), typeof(ProviderSettled)),
        .. Of("payment", typeof(RideCreated), typeof(CancellationWaived), typeof(FareFinalised), typeof(WalletCharged), typeof(WalletChargeRefused),
            typeof(FareAdjusted), typeof(PayoutDue)),
        .. Heard("realtime", typeof(ScheduledSearchStarted), typeof(OfferMade), typeof(OfferImproved), typeof(TipRaised), typeof(OfferAccepted),
            typeof(OfferExpired), typeof(OfferWithdrawn),
            typeof(MatchConfirmed), typeof(NoDriverFound), typeof(RideRequestCancelled), typeof(RideCreated), typeof(QueuedRideBegan), typeof(DriverArrived),
            typeof(RideStarted), typeof(RideProgressed), typeof(StopReached), typeof(StopLeft), typeof(RideRerouted), typeof(RideCompleted),
            typeof(RideCancelled), typeof(RideFellSilent), typeof(FareProgressed), typeof(PromotionNotApplied), typeof(FareFinalised),
            typeof(WalletToppedUp), typeof(WalletTopUpFailed), typeof(TipPaid), typeof(TipFailed), typeof(CardAuthorisationFailed), typeof(PaymentSucceeded), typeof(PaymentFailed),
            typeof(FareAdjusted), typeof(RefundSucceeded), typeof(PayoutSent), typeof(PayoutFailed), typeof(PayoutReturned), typeof(DriverWentOffline),
            typeof(DriverSubscriptionRenewed), typeof(DriverSubscriptionLapsed)),
    ];

    /// <summary>Every event type of the fleet; each gets an exchange, heard or not.</summary>
    public static IReadOnlyList<Type> Events { get; } =
        [.. typeof(Event).Assembly.GetExportedTypes().Where(type => type.IsSealed && type.IsSubclassOf(typeof(Event)))];

    /// <summary>The queue on which <paramref name="service"/> hears <paramref name="eventType"/>, for example billing-on-ride-completed.</summary>
    public static string QueueName(string service, Type eventType) =>
        $"{service}-on" + string.Concat(eventType.Name.Select(letter => char.IsUpper(letter) ? "-" + char.ToLowerInvariant(letter) : letter.ToString()));

    static IEnumerable<Subscription> Of(string service, params Type[] events) =>
        events.Select(eventType => new Subscription(service, QueueName(service, eventType), eventType));

    static IEnumerable<Subscription> Heard(string service, params Type[] events) =>
        Of(service, events).Select(subscription => subscription with { Remembered = false });
}

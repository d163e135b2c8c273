using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>A passenger asks for a ride under a quote, at once or for later. One live request per passenger and one request per quote, by constraint.</summary>
static class RequestRide
{
    static readonly TimeSpan PaymentMethodPoll = TimeSpan.FromMilliseconds(50);

    const string InsertAndLook = """
        insert into match.ride_requests (
            ride_request_id, passenger_id, city_id, vehicle_class, pickup, drop_off, quote_id, quoted_fare_minor_units, quoted_fare_currency,
            payment_method_id, payment_method_kind, status, pickup_at, requested_at, search_ends_at, updated_at, stops)
        select @RideRequestId, @PassengerId, @CityId, @VehicleClass,
               platform.point(@PickupLatitude, @PickupLongitude), platform.point(@DropOffLatitude, @DropOffLongitude), @QuoteId,
               @FareMinorUnits, @FareCurrency, payment_method_id, kind, @Status, @PickupAt, @Now, @SearchEndsAt, @Now, @Stops::jsonb
        from   match.payment_methods
        where  payment_method_id = @PaymentMethodId and passenger_id = @PassengerId and not removed
        on conflict do nothing;

        select exists (select from match.ride_requests where ride_request_id = @RideRequestId) as inserted,
               exists (select from match.busy_parties where user_id = @PassengerId) and @Status = 'Searching' as on_a_ride,
               exists (select from match.ride_requests where passenger_id = @PassengerId and status in ('Searching', 'Offered', 'AwaitingPassenger')
                       and ride_request_id <> @RideRequestId) and @Status = 'Searching' as another_is_live,
               exists (select from match.debts where passenger_id = @PassengerId and not settled) as in_debt,
               exists (select from match.wallet_debts where passenger_id = @PassengerId and not settled) as wallet_overdrawn,
               exists (select from match.ride_requests where quote_id = @QuoteId and ride_request_id <> @RideRequestId) as quote_used,
               exists (select from match.ride_requests where passenger_id = @PassengerId and status = 'Scheduled' and ride_request_id <> @RideRequestId
                       and date_bin('30 minutes', pickup_at, timestamptz '2000-01-01 00:00:00+00')
                         = date_bin('30 minutes', @PickupAt::timestamptz, timestamptz '2000-01-01 00:00:00+00')) as already_scheduled,
               (select kind from match.payment_methods
                where payment_method_id = @PaymentMethodId and passenger_id = @PassengerId and not removed) as payment_method_kind;
        """;

    /// <param name="QuoteToken">From POST /v1/quotes; not older than its expiry. It also says for when the ride is.</param>
    public sealed record Request(string QuoteToken, Guid PaymentMethodId);

    public static async Task<Results<Created<RideRequestView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction transaction, QuoteToken quotes, MatchingRules matching, CityClock clock, Dispatcher dispatcher,
        MatchMetrics metrics, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var quote = quotes.Read(request.QuoteToken);
        if (RideRequestGuards.WhyNotUse(quote, user.Id, now) is { } unusable)
        {
            return unusable.ToHttp();
        }

        var (rideRequestId, rules) = (Guid.CreateVersion7(), matching.Of(quote!.CityId));
        if (rules.WhyNotPickUpAt(quote.PickupAt, now) is { } untimely)
        {
            return untimely.ToHttp();
        }

        var searchEndsAt = quote.PickupAt + rules.PickupPatience ?? now + rules.SearchTime;
        var parameters = Parameters(rideRequestId, quote, request.PaymentMethodId, searchEndsAt, now);
        var guards = await InsertWithPatience(transaction, parameters, rules.PaymentMethodPatience, ct);
        var decision = guards.Decide(rideRequestId, quote, request.QuoteToken, request.PaymentMethodId, searchEndsAt, now);
        if (decision.Event is not { } requested)
        {
            return decision.Problem!.ToHttp();
        }

        var zone = new Zone(quote.CityId, quote.VehicleClass);
        transaction.Publish(requested);
        if (quote.PickupAt is null)
        {
            transaction.OnCommitted(() => dispatcher.Wake(zone));
        }

        metrics.Requested(zone);
        return TypedResults.Created($"/v1/ride-requests/{rideRequestId}", View(requested) with { Stops = quote.Stops });
    }

    static async Task<RideRequestGuards> InsertWithPatience(Transaction transaction, object parameters, TimeSpan patience, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + patience;
        while (true)
        {
            var guards = (await transaction.Find<RideRequestGuards>(InsertAndLook, parameters, ct))!;
            var unknownOnly = guards is { Inserted: false, OnARide: false, AnotherIsLive: false, InDebt: false, WalletOverdrawn: false, QuoteUsed: false, AlreadyScheduled: false };
            if (!unknownOnly || TimeProvider.System.GetUtcNow() >= deadline)
            {
                return guards;
            }

            await Task.Delay(PaymentMethodPoll, ct);
        }
    }

    static object Parameters(Guid rideRequestId, Quote quote, Guid paymentMethodId, DateTimeOffset searchEndsAt, DateTimeOffset now) => new
    {
        RideRequestId = rideRequestId,
        quote.PassengerId,
        quote.CityId,
        VehicleClass = quote.VehicleClass.ToString(),
        PickupLatitude = quote.Pickup.Latitude,
        PickupLongitude = quote.Pickup.Longitude,
        DropOffLatitude = quote.DropOff.Latitude,
        DropOffLongitude = quote.DropOff.Longitude,
        quote.QuoteId,
        FareMinorUnits = quote.Fare.MinorUnits,
        FareCurrency = quote.Fare.Currency,
        PaymentMethodId = paymentMethodId,
        Status = StatusOf(quote.PickupAt).ToString(),
        quote.PickupAt,
        Now = now,
        SearchEndsAt = searchEndsAt,
        Stops = StopsColumn.Write(quote.Stops),
    };

    static RideRequestView View(RideRequested requested) => new(
        requested.RideRequestId, StatusOf(requested.PickupAt), requested.CityId, requested.VehicleClass, requested.Pickup, requested.DropOff,
        requested.QuotedFare, requested.QuoteId, requested.Payment, requested.OccurredAt, requested.SearchEndsAt, null, null, null,
        requested.PickupAt);

    static RideRequestStatus StatusOf(DateTimeOffset? pickupAt) => pickupAt is null ? RideRequestStatus.Searching : RideRequestStatus.Scheduled;
}

using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// The ride has another quote; the one before is released with its promotion. The ride's end names its quote too, so a ride that ends before this is
/// heard waits for it.
/// </summary>
internal sealed class OnRideRerouted(RequestedQuotes quotes) : IEventHandler<RideRerouted>
{
    const string Take = """
        insert into billing.rides as ride (ride_id, passenger_id, driver_id, quote_id, quoted_fare_minor_units, quoted_fare_currency, quote_version)
        values (@RideId, @PassengerId, @DriverId, @QuoteId, @MinorUnits, @Currency, @Version)
        on conflict (ride_id) do update
        set    quote_id = excluded.quote_id, quoted_fare_minor_units = excluded.quoted_fare_minor_units,
               quoted_fare_currency = excluded.quoted_fare_currency, quote_version = excluded.quote_version
        where  ride.quote_version < excluded.quote_version and ride.status = 'Open'
        """;

    public async Task Handle(RideRerouted happened, Transaction transaction, CancellationToken ct)
    {
        await QuoteReleases.Release(happened.PreviousQuoteId, nameof(RideRerouted), happened.OccurredAt, transaction, ct);
        await transaction.Execute(Take, Row(happened), ct);
        await quotes.Store(
            happened.QuoteToken ?? "", (happened.QuoteId, happened.PassengerId, happened.CityId, happened.VehicleClass, happened.QuotedFare),
            happened.RideRequestId, transaction, ct);
    }

    static object Row(RideRerouted ride) => new
    {
        ride.RideId,
        ride.PassengerId,
        ride.DriverId,
        ride.QuoteId,
        ride.QuotedFare.MinorUnits,
        ride.QuotedFare.Currency,
        ride.Version,
    };
}

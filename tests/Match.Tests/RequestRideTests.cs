using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

public sealed class RequestRideTests(MatchFleet fleet)
{
    // Anchors 2.3, 3: twenty parallel bookings by one rider made ten.
    [Fact]
    public async Task Twenty_parallel_requests_of_one_passenger_make_exactly_one()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => passenger.Request()));

        Assert.Single(replies, reply => reply.Status == HttpStatusCode.Created);
        Assert.Equal(19, replies.Count(reply => reply is { Status: HttpStatusCode.Conflict, Body.Code: "already-requested" }));
        Assert.Equal([1L], await fleet.Rows<long>("select count(*) from match.ride_requests where passenger_id = @Id", new { passenger.Id }));
    }

    // Anchors 2.3, 1: twenty parallel requests with one idempotency key made seven rides and killed the process.
    [Fact]
    public async Task Twenty_parallel_requests_with_one_key_have_one_effect_and_one_answer()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var (token, key) = (passenger.Token(), $"{Guid.NewGuid()}");

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => passenger.Request(token, key: key)));
        var later = await passenger.Request(token, key: key);

        Assert.All(replies, reply => Assert.True(reply is { Status: HttpStatusCode.Created } or { Body.Code: "request-in-flight" }, $"{reply}"));
        Assert.Equal(HttpStatusCode.Created, later.Status);
        Assert.All(replies.Where(reply => reply.Succeeded), reply => Assert.Equal(later.Body.RideRequestId, reply.Body.RideRequestId));
        Assert.Equal([nameof(RideRequested)], await fleet.EventsOf(later.Body.RideRequestId));
        Assert.Equal([1L], await fleet.Rows<long>("select count(*) from match.ride_requests where passenger_id = @Id", new { passenger.Id }));
    }

    [Fact]
    public async Task A_key_used_again_for_another_request_is_refused()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var key = $"{Guid.NewGuid()}";
        await passenger.Request(key: key);

        var reply = await passenger.Request(key: key);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (reply.Status, reply.Body.Code));
    }

    [Fact]
    public async Task A_quote_buys_one_request_even_after_that_was_cancelled()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var token = passenger.Token();
        var first = await passenger.Request(token);
        await passenger.Cancel(first.Body.RideRequestId);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => passenger.Request(token)));

        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.Conflict, "quote-used"), (reply.Status, reply.Body.Code)));
    }

    [Fact]
    public async Task Only_a_fresh_quote_of_ours_for_this_passenger_counts()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, other) = ((await city.Passengers(2))[0], new Passenger(city));
        var token = passenger.Token();
        var tampered = token[..^4] + (token[^4] == 'A' ? 'B' : 'A') + token[^3..];

        Assert.Equal("quote-invalid", (await passenger.Request(tampered)).Body.Code);
        Assert.Equal("quote-invalid", (await passenger.Request("not a token")).Body.Code);
        Assert.Equal("quote-invalid", (await passenger.Request(other.Token())).Body.Code);
        Assert.Equal("quote-expired", (await passenger.Request(passenger.Token(passenger.Quote(TimeSpan.FromSeconds(-1))))).Body.Code);
    }

    [Fact]
    public async Task The_payment_method_must_be_known_and_ones_own()
    {
        var passengers = await fleet.City(CityKind.Plain).Passengers(2);
        var (passenger, other) = (passengers[0], passengers[1]);
        await fleet.Tell(new PaymentMethodRemoved(passenger.PaymentMethodId, passenger.Id) { OccurredAt = TestCity.Now, Version = 2 });
        await Eventually.Is(1L, () => fleet.Count("match.payment_methods where payment_method_id = @PaymentMethodId and removed",
            new { passenger.PaymentMethodId }));

        var replies = await Task.WhenAll(
            passenger.Request(), passenger.Request(paymentMethodId: other.PaymentMethodId), passenger.Request(paymentMethodId: Guid.NewGuid()));

        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.UnprocessableEntity, "payment-method-unknown"), (reply.Status, reply.Body.Code)));
    }

    [Fact]
    public async Task A_method_that_was_added_this_moment_is_waited_for()
    {
        var passenger = new Passenger(fleet.City(CityKind.Patient));

        var asking = passenger.Request();
        await fleet.Tell(new PaymentMethodAdded(passenger.PaymentMethodId, passenger.Id, PaymentMethodKind.Cash) { OccurredAt = TestCity.Now, Version = 1 });

        Assert.Equal(HttpStatusCode.Created, (await asking).Status);
    }

    [Fact]
    public async Task Who_owes_for_a_ride_pays_first()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var (rideId, amount) = (Guid.CreateVersion7(), new Money(900, "USD"));
        await fleet.Tell(new PassengerDebtIncurred(passenger.Id, rideId, amount) { OccurredAt = TestCity.Now, Version = 1 });
        await Eventually.Is(1L, () => Debts(rideId));
        var indebted = await passenger.Request();

        // The settlement, and the debt once more, late and out of order.
        await fleet.Tell(new PassengerDebtSettled(passenger.Id, rideId, amount) { OccurredAt = TestCity.Now, Version = 2 });
        await Eventually.Is(0L, () => Debts(rideId));
        await fleet.Tell(new PassengerDebtIncurred(passenger.Id, rideId, amount) { OccurredAt = TestCity.Now, Version = 1 });
        var settled = await passenger.Request();

        Assert.Equal((HttpStatusCode.Conflict, "debt-outstanding"), (indebted.Status, indebted.Body.Code));
        Assert.Equal(HttpStatusCode.Created, settled.Status);
    }

    [Fact]
    public async Task Whose_wallet_is_below_zero_tops_it_up_first()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        await fleet.Tell(new WalletDebtIncurred(passenger.Id, new(900, "USD")) { OccurredAt = TestCity.Now, Version = 1 });
        await fleet.Tell(new WalletDebtIncurred(passenger.Id, new(5_000, "IDR")) { OccurredAt = TestCity.Now, Version = 1 });
        await Eventually.Is(2L, () => WalletDebts(passenger.Id));

        // One of the two is made good; and told of as owed once more, late and out of order.
        await fleet.Tell(new WalletDebtSettled(passenger.Id, new(0, "USD")) { OccurredAt = TestCity.Now, Version = 3 });
        await Eventually.Is(1L, () => WalletDebts(passenger.Id));
        await fleet.Tell(new WalletDebtIncurred(passenger.Id, new(400, "USD")) { OccurredAt = TestCity.Now, Version = 2 });
        var overdrawn = await passenger.Request();
        await fleet.Tell(new WalletDebtSettled(passenger.Id, new(0, "IDR")) { OccurredAt = TestCity.Now, Version = 2 });
        await Eventually.Is(0L, () => WalletDebts(passenger.Id));
        var settled = await passenger.Request();

        Assert.Equal((HttpStatusCode.Conflict, "wallet-overdrawn"), (overdrawn.Status, overdrawn.Body.Code));
        Assert.Equal(HttpStatusCode.Created, settled.Status);
    }

    // Anchors 2.3, 4: the booking's answer carried the rider's password. Ours carries what was asked for and nothing else.
    [Fact]
    public async Task The_answer_says_what_was_asked_and_until_when_we_search()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var quote = passenger.Quote();

        var made = (await passenger.Request(passenger.Token(quote))).Body;
        var seen = await passenger.See(made.RideRequestId);
        var current = await passenger.Get("/v1/ride-requests/current");

        Assert.Equal((nameof(RideRequestStatus.Searching), quote.Fare, quote.Pickup, quote.DropOff), (made.Status, made.Fare, made.Pickup, made.DropOff));
        Assert.Equal(made, seen with { Status = made.Status });
        Assert.Equal(made.RideRequestId, current.Body.RideRequestId);
    }

    [Fact]
    public async Task Another_passengers_request_is_not_there()
    {
        var passengers = await fleet.City(CityKind.Plain).Passengers(2);
        var rideRequestId = await passengers[0].Requests();

        Assert.Equal(HttpStatusCode.NotFound, (await passengers[1].Get($"/v1/ride-requests/{rideRequestId}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await passengers[1].Cancel(rideRequestId)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await passengers[1].Get("/v1/ride-requests/current")).Status);
    }

    Task<long> WalletDebts(Guid passengerId) => fleet.Count("match.wallet_debts where passenger_id = @passengerId and not settled", new { passengerId });

    Task<long> Debts(Guid rideId) => fleet.Count("match.debts where ride_id = @rideId and not settled", new { rideId });
}

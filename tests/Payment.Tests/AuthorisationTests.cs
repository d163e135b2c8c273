using System.Net;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// Money is held on the card while a ride lasts, and captured at its end. Whatever happens between, nobody is charged twice and nothing stays held:
/// both are counted in the provider's own books.
/// </summary>
public sealed class AuthorisationTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_held_is_captured_as_far_as_the_fare_goes_and_the_rest_is_free_again()
    {
        var (passenger, fare) = await Begun("tok_ok", minorUnits: 1_300);
        await fleet.HoldBecomes(fare, "Authorised", Ct);
        var held = await fleet.HeldAtProvider(fare, Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("Authorised", 1_500, 0), held);
        Assert.Equal(("Captured", 1_500, 1_300), await fleet.HeldAtProvider(fare, Ct));
        Assert.Equal((1, 1_300), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(HttpStatusCode.OK, (await passenger.Get($"/v1/rides/{fare.RideId}/payment/authorisation", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Passenger().Get($"/v1/rides/{fare.RideId}/payment/authorisation", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_fare_beyond_what_is_held_takes_all_of_it_and_charges_the_rest()
    {
        var (_, fare) = await Begun("tok_ok", minorUnits: 2_000);
        await fleet.HoldBecomes(fare, "Authorised", Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("Captured", 1_500, 1_500), await fleet.HeldAtProvider(fare, Ct));
        Assert.Equal((2, 2_000), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
        Assert.Equal(["PaymentPartCollected", "PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task Of_two_parts_the_newest_goes_back_first_and_never_more_than_there_is()
    {
        var (_, fare) = await Begun("tok_ok", minorUnits: 2_000);
        await fleet.HoldBecomes(fare, "Authorised", Ct);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);

        await fleet.Publish(fare.LoweredBy(700), Ct);

        Assert.Equal(["Succeeded", "Succeeded"], await fleet.RefundsEnd(fare, 2, Ct));
        Assert.Equal((2, 700), await fleet.RefundedFor(fare, Ct));
        Assert.Equal(1_300, await fleet.HeldFor(fare, Ct));
    }

    [Fact]
    public async Task When_the_rest_is_refused_only_the_rest_is_owed()
    {
        var (passenger, fare) = await Begun("tok_charge_declined", minorUnits: 2_000);
        await fleet.HoldBecomes(fare, "Authorised", Ct);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        var collected = await fleet.HeldFor(fare, Ct);
        var voided = await fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/closures", new { kind = "Void", reason = "wrong" }, Ct);

        var other = await passenger.AddCard("tok_ok", Ct);
        await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = other }, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((1_500, 2_000), (collected, await fleet.HeldFor(fare, Ct)));
        Assert.Equal(HttpStatusCode.Conflict, voided.StatusCode);
        Assert.Equal(["PaymentPartCollected", "PaymentFailed", "PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    // Billing lowers the fare before it has heard that payment's operator wrote the rest off.
    [Fact]
    public async Task What_is_collected_beyond_a_fare_goes_back_also_when_the_rest_was_written_off()
    {
        var (_, fare) = await Begun("tok_charge_declined", minorUnits: 2_000);
        await fleet.HoldBecomes(fare, "Authorised", Ct);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        await fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/closures", new { kind = "WriteOff", reason = "the card is gone" }, Ct);
        await fleet.PaymentBecomes(fare, "WrittenOff", Ct);

        await fleet.Publish(fare.LoweredBy(1_000), Ct);

        Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1_000, (1, 500)), (await fleet.HeldFor(fare, Ct), await fleet.RefundedFor(fare, Ct)));
    }

    [Theory]
    [InlineData("tok_ok")]
    [InlineData("tok_void_timeout")]
    [InlineData("tok_void_error_after_charge")]
    [InlineData("tok_auth_pending")]
    [InlineData("tok_auth_timeout")]
    public async Task A_free_cancellation_lets_go_of_what_is_held_whatever_is_known_of_it(string cardToken)
    {
        var (_, fare) = await Begun(cardToken);

        await fleet.Publish(fare.Waived(), Ct);

        await fleet.HoldBecomes(fare, "Released", Ct);
        Assert.Contains(await fleet.HeldAtProvider(fare, Ct), new (string, long, long)[] { ("Voided", 1_500, 0), ("", 0, 0) });
    }

    [Fact]
    public async Task A_cancellation_with_a_fee_captures_the_fee_alone()
    {
        var (_, ride) = await Begun("tok_ok", minorUnits: 500);
        var fee = ride with { Kind = FareKind.Cancellation };
        await fleet.HoldBecomes(fee, "Authorised", Ct);

        await fleet.Publish(fee, Ct);

        await fleet.PaymentBecomes(fee, "Settled", Ct);
        Assert.Equal(("Captured", 1_500, 500), await fleet.HeldAtProvider(fee, Ct));
    }

    [Fact]
    public async Task A_ride_whose_end_is_heard_before_its_beginning_holds_nothing()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var (free, charged) = (passenger.Fare(), passenger.Fare());
        await fleet.Publish(free.Waived(), Ct);
        await fleet.Publish(charged, Ct);
        await fleet.PaymentBecomes(charged, "Settled", Ct);
        await PaymentFleet.Until(async () => await fleet.One<long>("select count(*) from payment.waived_rides where ride_id = @RideId", free, Ct) == 1, Ct);

        RideCreated[] beginnings = [free.Beginning(), charged.Beginning()];
        await Task.WhenAll(beginnings.Select(ride => fleet.Publish(ride, Ct)));

        await fleet.AllAreHandled(beginnings, Ct);
        Assert.Equal(("", ""), (await fleet.HoldOf(free, Ct), await fleet.HoldOf(charged, Ct)));
    }

    [Theory]
    [InlineData("tok_auth_declined", "card-declined", "Settled")]
    [InlineData("tok_auth_error", "provider-error", "Settled")]
    [InlineData("tok_declined", "card-declined", "Owed")]
    public async Task A_card_that_holds_nothing_is_told_of_and_charged_at_the_end(string cardToken, string code, string end)
    {
        var (_, fare) = await Begun(cardToken);
        await fleet.HoldBecomes(fare, "Declined", Ct);
        var told = await fleet.EventsOf(fare, Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, end, Ct);
        Assert.Equal(["CardAuthorisationFailed"], told);
        Assert.Equal(code, await fleet.One<string>("select decline_code from payment.authorisations where ride_id = @RideId", fare, Ct));
        Assert.Equal(end is "Settled" ? 1 : 0, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 20, 30: a call whose answer was lost was sent again without a key. The fare comes while nobody knows whether money is held.
    [Theory]
    [InlineData("tok_auth_timeout")]
    [InlineData("tok_auth_error_after_charge")]
    [InlineData("tok_auth_delay")]
    [InlineData("tok_auth_pending")]
    [InlineData("tok_auth_webhook_twice")]
    public async Task A_fare_waits_until_it_is_known_whether_money_is_held(string cardToken)
    {
        var (_, fare) = await Begun(cardToken);
        await PaymentFleet.Until(async () => await fleet.HoldOf(fare, Ct) is "Sent" or "Authorised", Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("Captured", 1_500, 1_250), await fleet.HeldAtProvider(fare, Ct));
        Assert.Equal((1, 1_250), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
    }

    [Theory]
    [InlineData("tok_capture_timeout")]
    [InlineData("tok_capture_error_after_charge")]
    [InlineData("tok_capture_delay")]
    [InlineData("tok_capture_pending")]
    [InlineData("tok_capture_webhook_twice")]
    public async Task A_capture_whose_answer_is_lost_or_late_takes_once(string cardToken)
    {
        var (_, fare) = await Begun(cardToken);
        await fleet.HoldBecomes(fare, "Authorised", Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("Captured", 1_500, 1_250), await fleet.HeldAtProvider(fare, Ct));
        Assert.Equal((1, 1_250), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Theory]
    [InlineData("tok_capture_declined")]
    [InlineData("tok_capture_pending_declined")]
    [InlineData("tok_capture_error")]
    public async Task A_refused_capture_is_owed_and_nothing_stays_held(string cardToken)
    {
        var (_, fare) = await Begun(cardToken);
        await fleet.HoldBecomes(fare, "Authorised", Ct);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Owed", Ct);
        await fleet.HoldBecomes(fare, "Released", Ct);
        Assert.Equal(("Voided", 1_500, 0), await fleet.HeldAtProvider(fare, Ct));
        Assert.Equal(0, await fleet.HeldFor(fare, Ct));
    }

    [Fact]
    public async Task What_expired_is_charged_at_the_end()
    {
        var (_, known) = await Begun("tok_auth_expired");
        await fleet.HoldBecomes(known, "Expired", Ct);
        await fleet.Publish(known, Ct);
        var (_, unknown) = await Begun("tok_ok");
        await fleet.HoldBecomes(unknown, "Authorised", Ct);
        await fleet.ExecuteAsOwner("update sandbox.authorisations set expires_at = now() where idempotency_key = (select id::text from payment.authorisations where ride_id = @RideId)", unknown, Ct);
        await fleet.Publish(unknown, Ct);

        await fleet.PaymentBecomes(known, "Settled", Ct);
        await fleet.PaymentBecomes(unknown, "Settled", Ct);
        Assert.Equal((1, 1), (await fleet.ChargesFor(known, Ct), await fleet.ChargesFor(unknown, Ct)));
        Assert.Equal((1_250, "Expired"), (await fleet.HeldFor(unknown, Ct), await fleet.HoldOf(unknown, Ct)));
    }

    [Fact]
    public async Task A_ride_whose_end_is_never_told_holds_nothing_for_ever()
    {
        var (_, fare) = await Begun("tok_ok");
        await fleet.HoldBecomes(fare, "Authorised", Ct);

        await fleet.ExecuteAsOwner("update payment.authorisations set created_at = created_at - interval '30 days' where ride_id = @RideId", fare, Ct);

        await fleet.HoldBecomes(fare, "Released", Ct);
        Assert.Equal(("Voided", 1_500, 0), await fleet.HeldAtProvider(fare, Ct));
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
    }

    // NebengJek 15: check, then write. Beginning, fare, lowering and waiver of twenty rides at once, each told twice, at two copies.
    [Fact]
    public async Task Beginnings_and_ends_at_once_in_any_order_charge_once_and_hold_nothing()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var (charged, lowered, free) = (Many(passenger), Many(passenger), Many(passenger));

        List<FareFinalised> fares = [.. charged, .. charged.Select(fare => fare with { EventId = Guid.CreateVersion7() }), .. lowered];
        var lowerings = lowered.Select(fare => fare.LoweredBy(1_250)).ToList();
        var waivers = free.Concat(free).Select(fare => fare.Waived()).ToList();
        var beginnings = charged.Concat(lowered).Concat(free).Select(fare => fare.Beginning()).ToList();
        await Task.WhenAll(Enumerable.Range(0, charged.Count).SelectMany(turn => new[]
        {
            Tell(beginnings, turn), Tell(fares, turn), Tell(fares, turn + 20), Tell(fares, turn + 40), Tell(lowerings, turn), Tell(beginnings, turn + 20),
            Tell(waivers, turn), Tell(beginnings, turn + 40), Tell(waivers, turn + 20),
        }));
        await fleet.AllAreHandled([.. fares, .. lowerings, .. waivers, .. beginnings], Ct);

        foreach (var fare in charged)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal((1, 1_250), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
        }

        foreach (var fare in lowered)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            await PaymentFleet.Until(async () => await fleet.HeldFor(fare, Ct) == 0, Ct);
        }

        foreach (var fare in charged.Concat(lowered).Concat(free))
        {
            await PaymentFleet.Until(async () => await fleet.HoldOf(fare, Ct) is "" or "Captured" or "Released", Ct);
            Assert.NotEqual("Authorised", (await fleet.HeldAtProvider(fare, Ct)).Status);
        }

        Task Tell<TEvent>(IReadOnlyList<TEvent> events, int which)
            where TEvent : Event => fleet.Publish(events[which], Ct);
    }

    [Fact]
    public async Task Where_the_city_does_not_have_it_so_nothing_is_held()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare();
        var beginning = fare.Beginning() with { CityId = "elsewhere" };

        await fleet.Publish(beginning, Ct);

        await fleet.AllAreHandled([beginning], Ct);
        Assert.Equal("", await fleet.HoldOf(fare, Ct));
    }

    [Fact]
    public async Task The_schema_refuses_to_capture_more_than_is_held_and_to_collect_more_than_is_owed()
    {
        var (_, fare) = await Begun("tok_ok", minorUnits: 2_000);
        await fleet.HoldBecomes(fare, "Authorised", Ct);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        const string attempt = """
            insert into payment.attempts (id, order_id, ordinal, payment_method_id, kind, amount_minor_units, currency, status, due_at, created_at, ended_at,
                                          authorisation_id, authorised_minor_units)
            select gen_random_uuid(), id, 9, payment_method_id, 'Card', @MinorUnits, currency, 'Succeeded', now(), now(), now(), @Held, @HeldMinorUnits
            from   payment.orders where ride_id = @RideId
            """;
        var held = await fleet.One<Guid>("select id from payment.authorisations where ride_id = @RideId", fare, Ct);

        var (_, other) = await Begun("tok_ok");
        await fleet.HoldBecomes(other, "Authorised", Ct);
        var free = await fleet.One<Guid>("select id from payment.authorisations where ride_id = @RideId", other, Ct);

        var beyond = await Refusal(attempt, new { fare.RideId, MinorUnits = 1_501L, Held = (Guid?)held, HeldMinorUnits = (long?)1_500 });
        var pretended = await Refusal(attempt, new { fare.RideId, MinorUnits = 1_501L, Held = (Guid?)free, HeldMinorUnits = (long?)9_999 });
        var again = await Refusal(attempt, new { fare.RideId, MinorUnits = 1L, Held = (Guid?)held, HeldMinorUnits = (long?)1_500 });
        var tooMuch = await Refusal(attempt, new { fare.RideId, MinorUnits = 1L, Held = (Guid?)null, HeldMinorUnits = (long?)null });

        Assert.Equal(
            ("attempts_capture_within_authorised", "attempts_capture_of", "attempts_one_capture", "orders_collected_within_amount"),
            (beyond.ConstraintName, pretended.ConstraintName, again.ConstraintName, tooMuch.ConstraintName));
    }

    [Theory]
    [InlineData(1_250, null, 1_500)]
    [InlineData(1_251, null, 1_501)]
    [InlineData(1_250, 300, 1_800)]
    public void What_is_held_is_the_quote_a_margin_and_the_tip(long quoted, int? tip, long held) => Assert.Equal(
        new Money(held, "USD"), Authorisation.AmountFor(new(quoted, "USD"), tip is { } given ? new Money(given, "USD") : null, 2_000));

    [Fact]
    public void Nobody_holds_a_fraction_of_a_rupiah() =>
        Assert.Equal(new Money(360_400, "IDR"), Authorisation.AmountFor(new(300_300, "IDR"), null, 2_000));

    static List<FareFinalised> Many(Person passenger) => [.. Enumerable.Range(0, 20).Select(_ => passenger.Fare())];

    Task<PostgresException> Refusal(string sql, object parameters) => Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(sql, parameters, Ct));

    /// <summary>A ride quoted at 12.50 has begun: 15.00 are to be held for it.</summary>
    async Task<(Person Passenger, FareFinalised Fare)> Begun(string cardToken, long minorUnits = 1_250)
    {
        var passenger = await fleet.PassengerWithCard(cardToken, Ct);
        var fare = passenger.Fare(minorUnits);
        await fleet.Publish(fare.Beginning(), Ct);
        await PaymentFleet.Until(async () => await fleet.HoldOf(fare, Ct) != "", Ct);
        return (passenger, fare);
    }
}

/// <summary>Rides in a city that holds money on cards, and what is held for them.</summary>
static class Holds
{
    public const string City = "holding";

    /// <summary>How ride told of the ride that this fare is for.</summary>
    public static RideCreated Beginning(this FareFinalised fare) => new(
        fare.RideId, Guid.CreateVersion7(), fare.PassengerId, fare.DriverId, City, VehicleClass.Standard, new(40.7580, -73.9855), new(40.7830, -73.9655),
        Guid.CreateVersion7(), new(1_250, fare.Total.Currency), fare.Payment)
    { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    /// <summary>What billing says in place of this fare when the ride is cancelled for nothing.</summary>
    public static CancellationWaived Waived(this FareFinalised fare) =>
        new(fare.RideId, fare.PassengerId, fare.DriverId) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    /// <summary>How the hold of a ride stands at payment; empty when there is none.</summary>
    public static async Task<string> HoldOf(this PaymentFleet fleet, FareFinalised fare, CancellationToken ct) =>
        await fleet.One<string?>("select status from payment.authorisations where ride_id = @RideId", fare, ct) ?? "";

    public static Task HoldBecomes(this PaymentFleet fleet, FareFinalised fare, string status, CancellationToken ct) =>
        PaymentFleet.Until(async () => await fleet.HoldOf(fare, ct) == status, ct);

    /// <summary>In the provider's books: how the hold of a ride stands, over how much, and what was captured of it.</summary>
    public static async Task<(string Status, long MinorUnits, long CapturedMinorUnits)> HeldAtProvider(this PaymentFleet fleet, FareFinalised fare, CancellationToken ct) =>
        await fleet.One<(string?, long, long)>(
            """
            select status, amount_minor_units, captured_minor_units
            from   sandbox.authorisations
            where  idempotency_key = (select id::text from payment.authorisations where ride_id = @RideId)
            """, fare, ct) is ({ } status, var minorUnits, var captured) ? (status, minorUnits, captured) : ("", 0, 0);
}

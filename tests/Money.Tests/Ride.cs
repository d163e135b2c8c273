using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>A ride of 8.00 dollars and what was promised on top: commission 0.75, tax 0.50, the rest is the driver's.</summary>
sealed class Ride(MoneyFleet fleet, PaymentChoice payment, Guid passengerId, long tip)
{
    public const long Fare = 800;

    static readonly Guid Policy = new("0190b000-0000-7000-8000-000000000001");
    static readonly DateTimeOffset StartedAt = new(2013, 11, 18, 19, 0, 0, TimeSpan.Zero);
    static readonly GeoPoint Pickup = new(40.7580, -73.9855);
    static readonly GeoPoint DropOff = new(40.7830, -73.9655);

    readonly Guid requestId = Guid.CreateVersion7();
    readonly Guid quoteId = Guid.CreateVersion7();

    public Guid RideId { get; } = Guid.CreateVersion7();

    public Guid PassengerId => passengerId;

    public Guid DriverId { get; } = Guid.CreateVersion7();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Driven, priced, and about to be paid by a card with that token.</summary>
    public static async Task<Ride> PaidBy(MoneyFleet fleet, string cardToken, long tip = 0, int factor = 10_000) =>
        await Driven(fleet, new { kind = "Card", cardToken }, PaymentMethodKind.Card, tip, factor);

    public static async Task<Ride> InCash(MoneyFleet fleet) => await Driven(fleet, new { kind = "Cash" }, PaymentMethodKind.Cash, tip: 0, factor: 10_000);

    /// <summary>About to be paid from a wallet that is there already.</summary>
    public static async Task<Ride> FromWallet(MoneyFleet fleet, Guid passengerId) =>
        await Driven(fleet, new { kind = "Wallet" }, PaymentMethodKind.Wallet, tip: 0, factor: 10_000, passengerId);

    /// <summary>With a code that waits for a phone.</summary>
    public static async Task<Ride> ByCode(MoneyFleet fleet) => await Driven(fleet, new { kind = "Qr" }, PaymentMethodKind.Qr, tip: 0, factor: 10_000);

    public Task<string> Code() => Eventually.Get(
        async () =>
        {
            using var answer = await fleet.AsDriver(DriverId, HttpMethod.Get, "payment", $"/v1/rides/{RideId}/payment/code");
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("url").GetString()! : "";
        }, url => url.Length > 0, Ct);

    /// <summary>What was paid with its codes once too often, by status.</summary>
    public Task SurplusBecomes(string status, int payments) => Eventually.Get(
        () => fleet.One<long>(
            "select count(*) from payment.surplus_payments s join payment.orders o on o.id = s.order_id where o.ride_id = @RideId and s.status = @Status",
            new { RideId, Status = status }),
        count => count == payments, Ct);

    public async Task<Ride> Becomes(string orderStatus)
    {
        await Eventually.Get(
            () => fleet.One<string>("select coalesce(max(settlement), '') from billing.fare_settlements where ride_id = @RideId", new { RideId }),
            status => status == orderStatus, Ct);
        return this;
    }

    /// <summary>The operators' page, once it satisfies.</summary>
    public Task<JsonElement> Money(Func<JsonElement, bool> until) => Eventually.Get(Money, until, Ct);

    public async Task<JsonElement> Money()
    {
        using var answer = await fleet.AsOperator(HttpMethod.Get, "billing", $"/v1/ops/rides/{RideId}/money");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).Clone();
    }

    public async Task LowerBy(long minorUnits, string bornBy = "Everybody")
    {
        using var answer = await fleet.AsOperator(
            HttpMethod.Post, "billing", $"/v1/ops/rides/{RideId}/adjustments", new { amountMinorUnits = minorUnits, reason = "a detour", bornBy });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    public async Task Close(string kind)
    {
        using var answer = await fleet.AsOperator(HttpMethod.Post, "payment", $"/v1/ops/rides/{RideId}/payment/closures", new { kind, reason = "agreed" });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    public async Task TakeCash()
    {
        using var taken = await fleet.AsDriver(DriverId, HttpMethod.Post, "payment", $"/v1/rides/{RideId}/payment/cash-received");
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    /// <summary>What the passenger gives once the ride is paid.</summary>
    /// <param name="cardToken">Of another card than the fare was paid by.</param>
    public async Task Tip(long minorUnits, string? cardToken = null)
    {
        using var added = cardToken is null
            ? null
            : await fleet.AsPassenger(PassengerId, HttpMethod.Post, "payment", "/v1/payment-methods", new { kind = "Card", cardToken });
        Guid? paymentMethodId = added is null
            ? null
            : (await added.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("paymentMethodId").GetGuid();
        using var given = await fleet.AsPassenger(
            PassengerId, HttpMethod.Post, "payment", $"/v1/rides/{RideId}/payment/tip", new { amountMinorUnits = minorUnits, paymentMethodId });
        Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
    }

    public async Task<JsonElement> Receipt()
    {
        using var answer = await fleet.AsPassenger(PassengerId, HttpMethod.Get, "billing", $"/v1/rides/{RideId}/receipt");
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).Clone();
    }

    /// <param name="accountNumber">Some say to the bank what to do with it: docs/sandbox.md.</param>
    public async Task PayDriver(string accountNumber = "DE89370400440532013000")
    {
        using var account = await fleet.AsDriver(
            DriverId, HttpMethod.Put, "payment", "/v1/me/bank-account",
            new { holderName = "Siti", bankCode = "BCA", accountNumber });
        account.EnsureSuccessStatusCode();
        await PayDriverAgain();
    }

    /// <summary>To the account that they have; every payout that was not returned has arrived then.</summary>
    public async Task PayDriverAgain()
    {
        await Eventually.Get(
            async () =>
            {
                using var payout = await fleet.AsDriver(DriverId, HttpMethod.Post, "billing", "/v1/me/payouts", new { currency = "USD" });
                return payout.StatusCode;
            }, status => status == HttpStatusCode.Accepted, Ct);
        await Eventually.Get(
            () => fleet.One<long>("select count(*) from billing.payouts where driver_id = @DriverId and status = 'Reserved'", new { DriverId }),
            reserved => reserved == 0, Ct);
    }

    /// <summary>Its cardholder takes a part back through their bank; all of it for zero.</summary>
    public async Task<Guid> Dispute(long minorUnits) => (await TryToDispute(minorUnits))!.Value;

    /// <summary>Null when nothing is charged, so much is not left, or a dispute is open.</summary>
    public async Task<Guid?> TryToDispute(long minorUnits)
    {
        const string charged = """
            select c.id from sandbox.charges c join payment.attempts a on a.id::text = c.idempotency_key join payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId and c.status = 'Succeeded'
            """;
        if ((await fleet.All<Guid>(charged, new { RideId })) is not [var chargeId, ..])
        {
            return null;
        }

        try
        {
            var dispute = await fleet.AtTheProvider(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits = minorUnits });
            return dispute.GetProperty("disputeId").GetGuid();
        }
        catch (HttpRequestException refused) when (refused.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }
    }

    /// <summary>Their bank decides, unless the card's token had it decide first.</summary>
    public async Task Decide(Guid dispute, string outcome)
    {
        try
        {
            await fleet.AtTheProvider(HttpMethod.Post, $"/sandbox/payments/disputes/{dispute}/decision", new { outcome });
        }
        catch (HttpRequestException decided) when (decided.StatusCode == HttpStatusCode.Conflict)
        {
        }
    }

    /// <summary>The driver's payouts as they see them, newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> Payouts()
    {
        using var answer = await fleet.AsDriver(DriverId, HttpMethod.Get, "billing", "/v1/me/payouts");
        var view = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct);
        return [.. view.GetProperty("payouts").EnumerateArray().Select(payout => payout.Clone())];
    }

    /// <summary>Once that payout has come back.</summary>
    public Task IsReturned(Guid payoutId) => Eventually.Get(
        () => fleet.One<string>("select status from billing.payouts where payout_id = @PayoutId", new { PayoutId = payoutId }),
        status => status == "Returned", Ct);

    static async Task<Ride> Driven(MoneyFleet fleet, object method, PaymentMethodKind kind, long tip, int factor, Guid? known = null)
    {
        var passengerId = known ?? Guid.CreateVersion7();
        using var added = await fleet.AsPassenger(passengerId, HttpMethod.Post, "payment", "/v1/payment-methods", method);
        var methodId = (await added.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("paymentMethodId").GetGuid();
        var ride = new Ride(fleet, new(methodId, kind), passengerId, tip);
        await fleet.Tell(ride.Requested(), ride.Created());
        // A ride that is over at the very instant in which billing takes up its request would wait for the deadline of tracks.
        await Eventually.Get(
            () => fleet.One<long>(
                "select count(*) from billing.quotes quote join billing.rides ride on ride.quote_id = quote.quote_id where ride.ride_id = @RideId", new { ride.RideId }),
            heard => heard == 1, Ct);
        await fleet.Tell(ride.Completed(factor), ride.Tracked());
        await Eventually.Get(
            () => fleet.One<long>("select count(*) from payment.orders where ride_id = @RideId", new { ride.RideId }), orders => orders == 1, Ct);
        return ride;
    }

    RideRequested Requested()
    {
        var price = new Money(1_200, "USD");
        var quote = new Quote(
            quoteId, PassengerId, "nyc", VehicleClass.Standard, Pickup, DropOff, Policy, 1, 5_000, 900, price,
            [new("base", 250), new("meter", 900), new("mta-tax", 50)], StartedAt.AddMinutes(-6), StartedAt.AddMinutes(-1));
        return new(
            requestId, PassengerId, "nyc", VehicleClass.Standard, Pickup, DropOff, quoteId, fleet.Quotes.Sign(quote), price, payment, StartedAt)
        { OccurredAt = StartedAt.AddMinutes(-5), Version = 1 };
    }

    RideCreated Created() => new(
        RideId, requestId, PassengerId, DriverId, "nyc", VehicleClass.Standard, Pickup, DropOff, quoteId, new(1_200, "USD"), payment,
        tip == 0 ? null : new(tip, "USD"))
    { OccurredAt = StartedAt.AddMinutes(-4), Version = 1 };

    RideCompleted Completed(int factor) => new(RideId, PassengerId, DriverId, DropOff, StartedAt, StartedAt.AddMinutes(12), factor)
    { OccurredAt = StartedAt.AddMinutes(12), Version = 4 };

    RideTrackClosed Tracked() => new(RideId, PassengerId, DriverId, 3_219, 720, 0, 0, 40, "_p~iF~ps|U_ulLnnqC")
    { OccurredAt = StartedAt.AddMinutes(12), Version = 9 };
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>
/// Charges, retries, lowerings, refunds, tips, givings-up, disputes of any part and their ends, in any order, at once, while webhooks come late and twice and
/// payment polls: what ended stays ended, every book says the same afterwards, and captured less refunded less taken back is what the ledger has.
/// </summary>
public sealed class InterleavingTests(MoneyFleet fleet)
{
    static readonly string[] Cards =
    [
        "tok_ok", "tok_ok", "tok_pending", "tok_pending_declined", "tok_declined", "tok_timeout", "tok_webhook_late", "tok_webhook_twice", "tok_error_after_charge",
        "tok_refund_pending", "tok_refund_timeout", "tok_refund_pending_declined", "tok_dispute_won", "tok_dispute_lost", "tok_dispute_late", "tok_dispute_twice",
    ];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [20_131_118, Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Captured_less_refunded_less_taken_back_is_what_the_ledger_has(int seed)
    {
        var rides = await Task.WhenAll(Cards.Select(card => Ride.PaidBy(fleet, card)));

        await Task.WhenAll(rides.Select((ride, turn) => Live(ride, new Random(seed + turn))));
        await fleet.TimeForEvidencePasses();

        await Eventually.Get(() => fleet.One<long>("select count(*) from sandbox.disputes where status = 'Open'", new { }), open => open == 0, Ct);
        var ends = await Task.WhenAll(rides.Select((ride, turn) => IsOver(ride, Cards[turn], seed)));
        await fleet.BooksAgree();
        foreach (var (ride, settlement) in rides.Zip(ends)) Assert.Equal(settlement, SettlementOf(await ride.Money()));
    }

    /// <summary>Eight acts at most, one after the other, at whatever state charge, refunds and disputes have reached meanwhile.</summary>
    async Task Live(Ride ride, Random random)
    {
        Guid? open = null;
        for (var step = 0; step < 8; step++)
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    await Ask("billing", ride, "adjustments", new { amountMinorUnits = random.Next(1, 99), reason = "a detour" });
                    break;
                case 2:
                    open = await ride.TryToDispute(random.Next(3) == 0 ? 0 : random.Next(1, 500)) ?? open;
                    break;
                case 3 when open is { } dispute:
                    await ride.Decide(dispute, random.Next(2) == 0 ? "won" : "lost");
                    open = null;
                    break;
                case 4:
                    await Retry(ride);
                    break;
                case 5:
                    await Ask("payment", ride, "payment/refund", new { reason = "they asked" });
                    break;
                case 6 when random.Next(3) == 0:
                    await Ask("payment", ride, "payment/closures", new { kind = random.Next(2) == 0 ? "Void" : "WriteOff", reason = "agreed" });
                    break;
                default:
                    await Task.Delay(random.Next(400), Ct);
                    break;
            }
        }
    }

    /// <summary>Nothing is under way any more, and all books say the same: how it was settled.</summary>
    async Task<string> IsOver(Ride ride, string card, int seed)
    {
        try
        {
            return await Eventually.Get(
                async () => await ride.Money() is var page && await IsQuiet(ride) && page.AddsUp() && await HeldFor(ride) == page.SumOn("ProviderClearing") + page.SumOn("ProviderFees")
                    ? SettlementOf(page)
                    : "",
                settlement => settlement is "Owed" or "Settled" or "WrittenOff" or "Void", Ct);
        }
        catch (Exception notOver) when (notOver is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{card}, seed {seed}: held {await HeldFor(ride)}, {await ride.Money()}", notOver);
        }
    }

    Task<bool> IsQuiet(Ride ride) => fleet.One<bool>(
        """
        select not exists (select from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId and a.status in ('Due', 'Sent'))
           and not exists (select from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId and r.status in ('Due', 'Sent'))
        """, new { ride.RideId });

    /// <summary>By the provider's own books.</summary>
    Task<long> HeldFor(Ride ride) => fleet.One<long>(
        """
        select coalesce(sum(charge.amount_minor_units - charge.refunded_minor_units - charge.disputed_minor_units), 0)::bigint
        from   sandbox.charges charge
        join   payment.attempts attempt on attempt.id::text = charge.idempotency_key
        join   payment.orders orders on orders.id = attempt.order_id
        where  orders.ride_id = @RideId and charge.status = 'Succeeded'
        """, new { ride.RideId });

    async Task Retry(Ride ride)
    {
        using var added = await fleet.AsPassenger(ride.PassengerId, HttpMethod.Post, "payment", "/v1/payment-methods", new { kind = "Card", cardToken = "tok_ok" });
        var method = (await added.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("paymentMethodId").GetGuid();
        using var answer = await fleet.AsPassenger(
            ride.PassengerId, HttpMethod.Post, "payment", $"/v1/rides/{ride.RideId}/payment/retry", new { paymentMethodId = method });
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError);
    }

    /// <summary>What comes too early or too late is refused, and never our fault.</summary>
    async Task Ask(string service, Ride ride, string what, object body)
    {
        using var answer = await fleet.AsOperator(HttpMethod.Post, service, $"/v1/ops/rides/{ride.RideId}/{what}", body);
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{what}: {answer.StatusCode}");
    }

    static string SettlementOf(JsonElement page) => page.GetProperty("fare").GetProperty("settlement").GetString()!;
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Tells a sequence to billing, by its consumers and its routes, and looks at what it left in Postgres.</summary>
sealed class LedgerSequence(BillingFleet fleet, LedgerCommands commands)
{
    const int Fee = 15;

    readonly Guid[] passengers = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    readonly Guid[] drivers = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    readonly Random random = new(commands.Order);
    readonly List<Event> told = [];
    readonly List<Asked> asked = [];
    readonly List<Guid> rides = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Throws with the rule that is broken.</summary>
    public bool Holds() => Live().GetAwaiter().GetResult();

    async Task<bool> Live()
    {
        var promotion = await CreatePromotion();
        await Tell([.. commands.TopUps.Select((amount, index) => ToppedUp(passengers[index % 2], amount)), .. drivers.Select(HasAccount)]);
        foreach (var round in commands.Rounds) await Drive(round, promotion);
        await PayOut();
        // A batch of another test would pay what came back, between the two looks at the books.
        await Tell([.. drivers.Select(HasNoAccount)]);

        await Balances();
        var once = await Snapshot();
        await Repeat();
        Assert.Equal(once, await Snapshot());
        return true;
    }

    async Task Drive(RideCommands[] round, PromotionTerms promotion)
    {
        var started = round.Select(each => (Commands: each, Ride: RideOf(each))).ToList();
        rides.AddRange(started.Select(each => each.Ride.RideId));
        await Tell([.. started.SelectMany(each => Opening(each.Commands, each.Ride, promotion))]);
        // The last two events about a ride, handled at one instant, do not see each other: such a ride is priced at its deadline.
        await Task.WhenAll(started.Select(each => fleet.PassDeadline(each.Ride)));
        await Task.WhenAll(started.Select(each => fleet.FareOf(each.Ride)));

        await Task.WhenAll(started.Where(each => each.Commands.IsLoweredFirst).Select(each => Lower(each.Commands, each.Ride)));
        var dues = await Task.WhenAll(started.Where(each => each.Commands.Paying is PaymentMethodKind.Wallet).Select(each => WalletDue(each.Commands, each.Ride)));
        await Tell([.. dues.OfType<Event>()]);
        var endings = await Task.WhenAll(started.Select(each => End(each.Commands, each.Ride)));
        await Tell([.. endings.SelectMany(ending => ending.Before)]);
        await Task.WhenAll([
            Tell([.. endings.SelectMany(ending => ending.Events)]),
            .. started.Where(each => !each.Commands.IsLoweredFirst).Select(each => Lower(each.Commands, each.Ride))]);
        var back = await Task.WhenAll(started.Select(each => GiveBack(each.Commands, each.Ride)));
        await Tell([.. back.SelectMany(events => events)]);
    }

    Ride RideOf(RideCommands each) => new("nyc", each.Paying) { PassengerId = passengers[each.Passenger], DriverId = drivers[each.Driver] };

    IEnumerable<Event> Opening(RideCommands each, Ride ride, PromotionTerms promotion)
    {
        var requested = ride.RequestedHonestly(fleet.Tokens, each.Metres, each.Promoted ? promotion : null);
        return
        [
            requested,
            ride.Created() with { QuotedFare = requested.QuotedFare, Tip = each.Tip % 2 == 0 ? null : new Money(each.Tip, "USD") },
            ride.Completed(each.Factor) with { WaitedSeconds = each.Part },
            ride.Tracked(each.Metres, each.Honoured ? 0 : 40, slowSeconds: each.Part),
        ];
    }

    Task Lower(RideCommands each, Ride ride) => Task.WhenAll(each.Lowered.Select((amount, index) => Ask(new(
        $"/v1/ops/rides/{ride.RideId}/adjustments", null, new { amountMinorUnits = amount, reason = "a detour", bornBy = index % 2 == 0 ? "Everybody" : "Platform" }))));

    async Task<Event?> WalletDue(RideCommands each, Ride ride) => await LeftOf(ride) is > 0 and var left
        ? new WalletChargeDue(
            Guid.CreateVersion7(), ride.OrderId, ride.RideId, ride.PassengerId, ride.DriverId, new(left, "USD"), PartAllowed: each.Part % 2 == 0)
        { OccurredAt = ride.StartedAt.AddMinutes(13), Version = 1 }
        : null;

    /// <summary>As payment would, by what billing has said of the fare and of the wallet: parts are told before the rest, and all else at once.</summary>
    async Task<(IEnumerable<Event> Before, IEnumerable<Event> Events)> End(RideCommands each, Ride ride)
    {
        var left = new Money(await LeftOf(ride), "USD");
        var kind = each.Paying is not PaymentMethodKind.Wallet ? each.Paying : left.MinorUnits == 0 ? PaymentMethodKind.Wallet : PaymentMethodKind.Card;
        var paid = ride.Paid(left) with { Kind = kind };
        var part = new Money(left.MinorUnits * each.Part / 100, "USD");
        var afterwards = Afterwards(each, ride, kind is PaymentMethodKind.Card ? left : Money.Zero("USD"));
        return each.Ending switch
        {
            Ending.Open => ([], []),
            _ when left.MinorUnits == 0 => ([], [paid]),
            Ending.PaidInParts when kind is PaymentMethodKind.Card && part.MinorUnits > 0 && part.MinorUnits < left.MinorUnits =>
                ([ride.PartlyPaid(part) with { Kind = kind }], [paid with { Amount = left - part }, .. afterwards]),
            Ending.FailedThenPaid => ([], [ride.Declined(left), paid, .. afterwards]),
            Ending.FailedThenWrittenOff => ([], [ride.Declined(left), ride.WrittenOff(left)]),
            Ending.Voided => ([], [ride.Voided(left)]),
            _ => ([], [paid, .. afterwards]),
        };
    }

    /// <summary>What may come once a fare is paid: a tip, and of a card's charge a dispute, in any order.</summary>
    static IEnumerable<Event> Afterwards(RideCommands each, Ride ride, Money charged)
    {
        if (each.Tip > 0)
        {
            yield return new TipPaid(Guid.CreateVersion7(), ride.RideId, ride.PassengerId, ride.DriverId, new(each.Tip, "USD"))
            { OccurredAt = ride.StartedAt.AddMinutes(15), Version = 1 };
        }

        if (charged.MinorUnits == 0 || each.Dispute is Dispute.None) yield break;

        var lost = ride.TakenBack(charged) with { Fee = new(Fee, "USD") };
        yield return new ChargebackReceived(lost.DisputeId, ride.OrderId, ride.RideId, ride.PassengerId, ride.DriverId, charged, lost.Fee, "fraudulent")
        { OccurredAt = ride.StartedAt.AddMinutes(22), Version = 3 };
        if (each.Dispute is Dispute.Lost) yield return lost;
        if (each.Dispute is Dispute.Won)
        {
            yield return new ChargebackWon(lost.DisputeId, ride.OrderId, ride.RideId, ride.PassengerId, ride.DriverId, charged, lost.Fee) { OccurredAt = lost.OccurredAt, Version = 4 };
        }
    }

    /// <summary>What was lowered after it had been paid is refunded, or set off against a lost chargeback; cash is billing's own affair.</summary>
    async Task<IReadOnlyList<Event>> GiveBack(RideCommands each, Ride ride)
    {
        if ((await fleet.FareOf(ride)).Settlement != "Settled" || each.Paying is PaymentMethodKind.Cash) return [];

        var over = -await fleet.Posted("PassengerReceivable", ride);
        var back = over * each.Part / 100;
        if (back == 0) return [];

        var (amount, inWallet) = (new Money(back, "USD"), each.Paying is PaymentMethodKind.Wallet);
        if (each.Dispute is Dispute.Lost && !inWallet) return [ride.SetOff(amount)];
        return [ride.Refunded(amount) with { To = inWallet ? PaymentMethodKind.Wallet : null }];
    }

    async Task PayOut()
    {
        await Task.WhenAll(drivers.Select(driver => Ask(new("/v1/me/payouts", driver, new { currency = "USD" }))));
        var dues = await Task.WhenAll(drivers.Select(driver => fleet.Told(driver)));
        await Tell([.. dues.SelectMany((due, index) => due.SelectMany(each => Arrived(each, commands.Payouts[index])))]);
    }

    static IEnumerable<Event> Arrived(PayoutDue due, Arrival arrival)
    {
        var at = DateTimeOffset.UtcNow;
        if (arrival is Arrival.Sent or Arrival.SentAndReturned) yield return new PayoutSent(due.PayoutId, due.DriverId, due.Amount) { OccurredAt = at, Version = 2 };
        if (arrival is Arrival.SentAndReturned) yield return new PayoutReturned(due.PayoutId, due.DriverId, due.Amount, "account-closed") { OccurredAt = at, Version = 3 };
        if (arrival is Arrival.Failed) yield return new PayoutFailed(due.PayoutId, due.DriverId, due.Amount, "account-closed") { OccurredAt = at, Version = 2 };
    }

    /// <summary>In another order than it happened, some of it twice, some of it a second time under another id, to whichever copy takes it.</summary>
    async Task Tell(IReadOnlyList<Event> events)
    {
        if (events.Count == 0) return;

        told.AddRange(events);
        Event[] news = [.. events, .. events.Where(_ => random.Next(4) == 0), .. events.Where(_ => random.Next(4) == 0).Select(Anew)];
        random.Shuffle(news);
        await fleet.DeliverAtOnce(news);
    }

    Task Ask(Asked request)
    {
        lock (asked) asked.Add(request);
        return Send(request);
    }

    async Task Send(Asked request)
    {
        using var message = request.User is { } user
            ? fleet.Request(HttpMethod.Post, request.Path, user) : fleet.RequestOfOperator(HttpMethod.Post, request.Path, fleet.Operator);
        message.Headers.Add("Idempotency-Key", request.Key);
        message.Content = JsonContent.Create(request.Body);
        using var answer = await fleet.Send(message);
        Assert.True((int)answer.StatusCode < 500, $"{request.Path} is answered {answer.StatusCode}.");
    }

    /// <summary>Everything once more: the same deliveries, the same facts under other ids, the same requests.</summary>
    async Task Repeat()
    {
        Event[] again = [.. told, .. told.Select(Anew)];
        random.Shuffle(again);
        await Task.WhenAll([fleet.DeliverAtOnce(again), .. asked.Select(Send)]);
    }

    static Event Anew(Event happened) => happened with { EventId = Guid.CreateVersion7() };

    Task<long> LeftOf(Ride ride) => One("""
        select greatest(0, total_minor_units - adjusted_minor_units - credited_minor_units - collected_minor_units) from billing.fare_settlements where ride_id = @RideId
        """, new { ride.RideId });

    async Task Balances()
    {
        var ours = new { Rides = rides.ToArray(), Parties = passengers.Concat(drivers).ToArray() };
        Assert.Empty(await fleet.Column<string>("""
            select   transfer.business_key || ' sums to ' || sum(entry.amount_minor_units)
            from     billing.ledger_transfers transfer
            join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            where    transfer.ride_id = any(@Rides)
                     or exists (
                         select from billing.ledger_entries side join billing.ledger_accounts account using (account_id)
                         where  (side.transfer_id, side.occurred_at) = (transfer.transfer_id, transfer.occurred_at) and account.party_id = any(@Parties))
            group by transfer.transfer_id, transfer.business_key, entry.currency
            having   sum(entry.amount_minor_units) <> 0
            """, ours));
        Assert.Empty(await fleet.Column<string>("""
            select   account.kind || ' is ' || account.balance_minor_units || ', its entries are ' || coalesce(sum(entry.amount_minor_units), 0)
            from     billing.ledger_accounts account
            left     join billing.ledger_entries entry on entry.account_id = account.account_id
            where    account.party_id = any(@Parties)
            group by account.account_id
            having   account.balance_minor_units <> coalesce(sum(entry.amount_minor_units), 0)
            """, ours));
        // What we owe passengers, and what a ride brought to us and the state, is never less than nothing; nor what a bank holds back of it.
        Assert.Empty(await fleet.Column<string>("""
            select kind || ' is ' || balance_minor_units from billing.ledger_accounts
            where  party_id = any(@Parties) and kind in ('PassengerWallet', 'PassengerCredit') and balance_minor_units > 0
            union  all
            select   account.kind || ' of ' || transfer.ride_id || ' is ' || sum(entry.amount_minor_units)
            from     billing.ledger_transfers transfer
            join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join     billing.ledger_accounts account on account.account_id = entry.account_id
            where    transfer.ride_id = any(@Rides) and account.kind in ('Commission', 'Tax', 'PromotionExpense', 'Concessions', 'WriteOffs', 'ChargebacksInDispute')
            group by account.kind, transfer.ride_id
            having   sum(case when account.kind in ('Commission', 'Tax') then -1 else 1 end * entry.amount_minor_units) < 0
            """, ours));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Everything that the sequence left behind, as far as it has an amount or a state.</summary>
    async Task<IReadOnlyList<string>> Snapshot() =>
    [
        .. await fleet.Column<string>("""
            select account.party_id || account.kind || ': ' || account.balance_minor_units || ' in ' || count(entry)
            from   billing.ledger_accounts account join billing.ledger_entries entry using (account_id)
            where  account.party_id = any(@Parties) group by account.account_id order by 1
            """, new { Parties = passengers.Concat(drivers).ToArray() }),
        .. await fleet.Column<string>("""
            select account.kind || ' of ' || transfer.ride_id || ': ' || sum(entry.amount_minor_units) || ' in ' || count(*)
            from   billing.ledger_transfers transfer
            join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join   billing.ledger_accounts account on account.account_id = entry.account_id
            where  transfer.ride_id = any(@Rides) group by account.kind, transfer.ride_id order by 1
            """, new { Rides = rides.ToArray() }),
        .. await fleet.Column<string>("select to_jsonb(paid)::text from billing.fare_settlements paid where ride_id = any(@Rides) order by ride_id", new { Rides = rides.ToArray() }),
        .. await fleet.Column<string>("select to_jsonb(fare)::text from billing.fares fare where ride_id = any(@Rides) order by ride_id", new { Rides = rides.ToArray() }),
        .. await fleet.Column<string>("select to_jsonb(use)::text from billing.promotion_uses use where passenger_id = any(@passengers) order by quote_id", new { passengers }),
        .. await fleet.Column<string>("select to_jsonb(credit)::text from billing.passenger_credits credit where passenger_id = any(@passengers) order by credit_id", new { passengers }),
        .. await fleet.Column<string>("select to_jsonb(payout)::text from billing.payouts payout where driver_id = any(@drivers) order by payout_id", new { drivers }),
    ];

    /// <summary>A budget for few, and two uses for each: some are funded, some are not, some are beyond the limit.</summary>
    async Task<PromotionTerms> CreatePromotion()
    {
        var name = $"P{Guid.NewGuid():N}"[..18].ToUpperInvariant();
        var body = new { cityId = "nyc", name, code = name, mostMinorUnits = 150, budgetMinorUnits = 400, usesPerPassenger = 2, validTo = DateTimeOffset.UtcNow.AddDays(1) };
        using var request = fleet.OperatorRequest(HttpMethod.Post, "/v1/ops/promotions", body);
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("promotionId").GetGuid();
        return new(id, name, 150, FirstRideOnly: false, 2, Code: name);
    }

    async Task<long> One(string sql, object parameters) => Assert.Single(await fleet.Column<long>(sql, parameters));

    static WalletToppedUp ToppedUp(Guid passenger, int amount) =>
        new(Guid.CreateVersion7(), passenger, new(amount, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    static PayoutAccountChanged HasAccount(Guid driver) => new(driver, Ready: true) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    static PayoutAccountChanged HasNoAccount(Guid driver) => new(driver, Ready: false) { OccurredAt = DateTimeOffset.UtcNow, Version = 2 };

    /// <summary>A request with a body, by a driver or by the operator.</summary>
    sealed record Asked(string Path, Guid? User, object Body)
    {
        public string Key { get; } = Guid.CreateVersion7().ToString();
    }
}

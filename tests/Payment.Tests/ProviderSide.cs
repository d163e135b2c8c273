using System.Text.Json.Nodes;
using Tumpang.Contracts;
using Tumpang.Payments.Tests.Stripe;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What tests of every provider have to know of one: what its test cards and accounts are called, and what its own books say.</summary>
sealed class ProviderSide(PaymentFleet fleet, string provider)
{
    public static TheoryData<string> All => ["sandbox", "stripe"];

    bool IsStripe => provider == "stripe";

    public FlakyWire Wire => IsStripe ? fleet.StripeWire : fleet.Wire;

    public string Good => IsStripe ? "pm_card_visa" : "tok_ok";

    public string Declined => IsStripe ? "pm_decline_generic_decline" : "tok_declined";

    public string WithoutFunds => IsStripe ? "pm_decline_insufficient_funds" : "tok_insufficient_funds";

    public string Pending => IsStripe ? "pm_processing" : "tok_pending";

    public string PendingThenDeclined => IsStripe ? "pm_processing_fails" : "tok_pending_declined";

    public string ToldLate => IsStripe ? "pm_processing_late" : "tok_webhook_late";

    public string BrokenAfterCharge => IsStripe ? "pm_broken_after" : "tok_error_after_charge";

    public string RefundPending => IsStripe ? "pm_refund_pending" : "tok_refund_pending";

    public string RefundFails => IsStripe ? "pm_refund_fails" : "tok_refund_pending_declined";

    /// <summary>How a refund ends of a charge of which a part was lost: Stripe will have none of it.</summary>
    public string RefundOfDisputed => IsStripe ? "Failed" : "Succeeded";

    public string DisputeWon => IsStripe ? "pm_dispute_won" : "tok_dispute_won";

    public string DisputeLost => IsStripe ? "pm_dispute_lost" : "tok_dispute_lost";

    /// <summary>Won, and told of before its opening.</summary>
    public string DisputeToldLate => IsStripe ? "pm_dispute_late" : "tok_dispute_late";

    /// <summary>Lost, and told of only as it opens.</summary>
    public string DisputeSilent => IsStripe ? "pm_dispute_silent" : "tok_dispute_silent";

    /// <summary>What a dispute costs; the sandbox gives it back with one that is won, Stripe keeps it.</summary>
    public static long DisputeFee => StripeDisputeBooks.Fee;

    public long FeeOfWon => IsStripe ? DisputeFee : 0;

    public string Account => IsStripe ? "1MTfjCQ9PRzxEwkZ" : "DE89370400440532013000";

    /// <summary>Where the bank sends back what a test has it send back, and no webhook tells of it.</summary>
    public string SilentAccount => IsStripe ? Account : "TESTRETURNEDSILENT";

    public string ReturnCode => IsStripe ? "transfer-reversed" : "account-closed";

    public string ClosedAccount => IsStripe ? "1ClosedQ9PRzxEwkZ" : "TESTDECLINED";

    /// <summary>Cards that answer in every way.</summary>
    public IReadOnlyList<string> Cards => IsStripe
        ?
        [
            Good, Declined, Pending, PendingThenDeclined, ToldLate, BrokenAfterCharge, RefundPending, RefundFails, DisputeWon, DisputeLost, DisputeToldLate,
            "pm_dispute_won_fee_back", "pm_dispute_unheard",
        ]
        :
        [
            Good, Declined, "tok_timeout", BrokenAfterCharge, Pending, PendingThenDeclined, "tok_webhook_twice", "tok_refund_timeout", RefundPending,
            "tok_refund_declined", "tok_refund_error_after_charge", "tok_refund_webhook_twice", DisputeWon, DisputeLost, DisputeToldLate, "tok_dispute_twice",
        ];

    public Task<Person> Passenger(string card, CancellationToken ct) => fleet.PassengerWithCard(card, ct, provider);

    public async Task<Person> Driver(string account, CancellationToken ct)
    {
        var driver = fleet.Driver(Guid.CreateVersion7());
        driver.Provider = provider;
        var details = new { holderName = "Siti", bankCode = IsStripe ? "STRIPE" : "BCA", accountNumber = account };
        (await driver.PutJson("/v1/me/bank-account", details, ct)).EnsureSuccessStatusCode();
        return driver;
    }

    /// <summary>How many charges hold money for a ride, and how much is left of it once what was given back, and what cardholders took back, is off.</summary>
    public async Task<(int Charges, long Held)> HeldFor(FareFinalised fare, CancellationToken ct)
    {
        if (!IsStripe)
        {
            return (await fleet.ChargesFor(fare, ct), await fleet.HeldFor(fare, ct));
        }

        var (attempts, refunds) = await fleet.MovementsOf(fare, ct);
        var charged = attempts.Select(fleet.Stripe.Books.Charged).ToList();
        var (given, taken) = (refunds.Sum(each => fleet.Stripe.Books.Refunded(each).Amount), attempts.Sum(fleet.Stripe.Books.TakenBack));
        return (charged.Sum(each => each.Count), charged.Sum(each => each.Amount) - given - taken);
    }

    public async Task<(int Refunds, long Amount)> RefundedFor(FareFinalised fare, CancellationToken ct)
    {
        if (!IsStripe)
        {
            return await fleet.RefundedFor(fare, ct);
        }

        var given = (await fleet.MovementsOf(fare, ct)).Refunds.Select(fleet.Stripe.Books.Refunded).ToList();
        return (given.Sum(each => each.Count), given.Sum(each => each.Amount));
    }

    /// <summary>The cardholder takes a charge of the ride back, or a part of it. Null when nothing is charged, or so much is not left.</summary>
    public async Task<string?> Dispute(FareFinalised fare, long? minorUnits, CancellationToken ct)
    {
        if (!IsStripe)
        {
            return await fleet.SandboxChargeOf(fare, ct) is { } chargeId
                && await fleet.AskSandbox(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits = minorUnits ?? 0 }, ct) is { } opened
                ? opened.GetProperty("disputeId").GetString()
                : null;
        }

        var attempts = (await fleet.MovementsOf(fare, ct)).Attempts;
        return attempts.Select(attempt => fleet.Stripe.Books.Dispute(attempt, minorUnits, TimeSpan.Zero)).FirstOrDefault(opened => opened is not null);
    }

    /// <summary>The same for what was charged under a key: of a top-up, or of a tip.</summary>
    public async Task<string?> Dispute(Guid key, long? minorUnits, CancellationToken ct)
    {
        if (IsStripe)
        {
            return fleet.Stripe.Books.Dispute(key, minorUnits, TimeSpan.Zero);
        }

        var chargeId = await fleet.One<Guid>("select id from sandbox.charges where idempotency_key = @Key and status = 'Succeeded'", new { Key = key.ToString() }, ct);
        var opened = await fleet.AskSandbox(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits = minorUnits ?? 0 }, ct);
        return opened?.GetProperty("disputeId").GetString();
    }

    /// <summary>The bank decides; the first time counts.</summary>
    public async Task Decide(string dispute, bool won, CancellationToken ct)
    {
        if (IsStripe)
        {
            fleet.Stripe.Books.Decide(dispute, won);
        }
        else
        {
            await fleet.AskSandbox(HttpMethod.Post, $"/sandbox/payments/disputes/{dispute}/decision", new { outcome = won ? "won" : "lost" }, ct);
        }
    }

    /// <summary>Every dispute of a ride in the provider's books: its name there, and Received, Won or Lost.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DisputesOf(FareFinalised fare, CancellationToken ct) => IsStripe
        ? (await fleet.MovementsOf(fare, ct)).Attempts.SelectMany(fleet.Stripe.Books.DisputesOf).ToDictionary(
            dispute => dispute["id"]!.GetValue<string>(),
            dispute => dispute["status"]!.GetValue<string>() switch { "won" => "Won", "lost" => "Lost", _ => "Received" })
        : await fleet.SandboxDisputesOf(fare, ct);

    /// <summary>No cardholder of the ride is about to dispute by themselves, and no bank about to decide of its own accord.</summary>
    public async Task<bool> BanksAreIdle(FareFinalised fare, CancellationToken ct) => IsStripe
        ? (await fleet.MovementsOf(fare, ct)).Attempts.All(fleet.Stripe.Books.BanksAreIdle)
        : await fleet.SandboxBanksAreIdle(fare, ct);

    /// <summary>What the provider has of our side.</summary>
    public async Task<bool> HasEvidence(FareFinalised fare, string text, CancellationToken ct) => IsStripe
        ? (await fleet.MovementsOf(fare, ct)).Attempts.SelectMany(fleet.Stripe.Books.DisputesOf).Any(
            dispute => dispute["evidence"]!["uncategorized_text"]?.GetValue<string>() == text)
        : await fleet.SandboxHasEvidence(fare, text, ct);

    /// <summary>Signed, and the contrary of how it ended.</summary>
    public async Task TellTheContrary(FareFinalised fare, CancellationToken ct)
    {
        foreach (var (dispute, status) in await DisputesOf(fare, ct))
        {
            if (status != "Received") await (IsStripe ? TellStripes(fare, dispute, status == "Lost", ct) : TellSandboxs(dispute, status == "Lost", ct));
        }
    }

    public async Task<(int Transfers, long Amount)> PaidFor(PayoutDue payout, CancellationToken ct) =>
        IsStripe ? fleet.Stripe.Books.Transferred(payout.PayoutId) : await fleet.PaidFor(payout, ct);

    /// <summary>The driver's bank sends a payout back that had arrived.</summary>
    /// <param name="isTold">Whether Stripe tells of it; the sandbox goes by the account.</param>
    public async Task SendBack(PayoutDue payout, CancellationToken ct, bool isTold = true)
    {
        if (IsStripe)
        {
            Assert.NotNull(fleet.Stripe.Books.Reverse(payout.PayoutId, isTold: isTold));
            return;
        }

        var transfer = await fleet.AskSandbox(HttpMethod.Get, $"/sandbox/payments/transfers?idempotencyKey={payout.PayoutId}", null, ct);
        var path = $"/sandbox/payments/transfers/{transfer!.Value.GetProperty("transferId").GetString()}/return";
        Assert.NotNull(await fleet.AskSandbox(HttpMethod.Post, path, new { code = "account-closed" }, ct));
    }

    /// <summary>Signed news about a payout, each time under an id of its own: succeeded, declined or returned.</summary>
    public Task TellOf(PayoutDue payout, string status, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        if (!IsStripe)
        {
            var body = new JsonObject
            {
                ["webhookId"] = id.ToString(),
                ["type"] = $"transfer.{status}",
                ["transferId"] = payout.PayoutId.ToString(),
                ["status"] = status,
                ["declineCode"] = status == "declined" ? "account-closed" : null,
                ["returnCode"] = status == "returned" ? "account-closed" : null,
                ["idempotencyKey"] = payout.PayoutId.ToString(),
            };
            return fleet.Tell("/v1/webhooks/sandbox", "Sandbox-Signature", body.ToJsonString(), PaymentFleet.WebhookSigningKey, ct);
        }

        var transfer = new JsonObject
        {
            ["id"] = "tr_told",
            ["object"] = "transfer",
            ["amount"] = payout.Amount.MinorUnits,
            ["amount_reversed"] = status == "returned" ? payout.Amount.MinorUnits : 0,
            ["reversed"] = status == "returned",
            ["metadata"] = new JsonObject { ["payout_id"] = payout.PayoutId.ToString() },
        };
        var told = RecordedStripe.EventOf(status == "returned" ? "transfer.reversed" : "transfer.created", transfer);
        return fleet.Tell("/v1/webhooks/stripe", "Stripe-Signature", told, RecordedStripe.WebhookKey, ct);
    }

    async Task TellStripes(FareFinalised fare, string dispute, bool won, CancellationToken ct)
    {
        var known = (await fleet.MovementsOf(fare, ct)).Attempts.SelectMany(fleet.Stripe.Books.DisputesOf);
        var about = known.First(each => each["id"]!.GetValue<string>() == dispute);
        about["status"] = won ? "won" : "lost";
        about["balance_transactions"]!.AsArray().Add(new JsonObject { ["amount"] = about["amount"]!.GetValue<long>(), ["currency"] = "usd", ["fee"] = 0 });
        await fleet.Tell("/v1/webhooks/stripe", "Stripe-Signature", RecordedStripe.EventOf("charge.dispute.closed", about), RecordedStripe.WebhookKey, ct);
    }

    async Task TellSandboxs(string dispute, bool won, CancellationToken ct)
    {
        var about = JsonNode.Parse((await fleet.AskSandbox(HttpMethod.Get, $"/sandbox/payments/disputes/{dispute}", null, ct))!.Value.GetRawText())!.AsObject();
        about["status"] = won ? "won" : "lost";
        about["type"] = $"dispute.{about["status"]}";
        about["webhookId"] = Guid.CreateVersion7().ToString();
        await fleet.Tell("/v1/webhooks/sandbox", "Sandbox-Signature", about.ToJsonString(), PaymentFleet.WebhookSigningKey, ct);
    }
}

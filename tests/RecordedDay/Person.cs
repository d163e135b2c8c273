using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.RecordedDay;

/// <summary>A passenger, with one way to pay or, behind a card that fails, a second one.</summary>
public sealed class Passenger
{
    /// <summary>A card that the provider accepts, and cards on which it behaves as the sandbox's documentation says; null is cash.</summary>
    static readonly (int Share, string? Card)[] Wallets =
    [
        (10, null), (2, "tok_declined"), (2, "tok_insufficient_funds"), (1, "tok_pending_declined"), (2, "tok_timeout"), (1, "tok_error_after_charge"),
        (3, "tok_webhook_twice"), (3, "tok_webhook_late"), (2, "tok_pending"), (1, "tok_refund_timeout"), (1, "tok_refund_pending"), (72, "tok_ok"),
    ];

    readonly Office office;
    readonly string? card;
    PaymentChoice? fallback;
    PaymentChoice? usual;

    public Passenger(Office office, Random random)
    {
        this.office = office;
        card = CardOf(random.Next(100));
    }

    /// <summary>This passenger, before the services.</summary>
    public Caller Caller { get; } = new(Guid.CreateVersion7(), Role.Passenger);

    /// <summary>How rides are paid.</summary>
    public PaymentChoice Usual => usual ?? throw new InvalidOperationException("The passenger has not registered a way to pay.");

    /// <summary>Whether debts come about: a card that is refused, or cash, which nobody hands over for a ride that was cancelled.</summary>
    bool MayOwe => card is null or "tok_declined" or "tok_insufficient_funds" or "tok_pending_declined";

    /// <summary>Registers the ways to pay.</summary>
    public async Task Prepare(CancellationToken ct)
    {
        usual = await Add(card, ct);
        fallback = MayOwe ? await Add("tok_ok", ct) : null;
    }

    /// <summary>Pays what is owed with the other card; nobody rides who owes.</summary>
    public async Task SettleDebts(CancellationToken ct)
    {
        if (fallback is not { } other)
        {
            return;
        }

        var debts = (await office.Must(Caller, HttpMethod.Get, "billing", "/v1/me/debts", null, ct)).GetProperty("debts");
        foreach (var debt in debts.EnumerateArray())
        {
            var path = $"/v1/rides/{debt.GetProperty("rideId").GetGuid()}/payment/retry";
            await office.Ask(Caller, HttpMethod.Post, "payment", path, new { other.PaymentMethodId }, ct);
            office.Measured.Count("debts settled");
        }
    }

    async Task<PaymentChoice> Add(string? cardToken, CancellationToken ct)
    {
        var body = cardToken is null ? (object)new { kind = "Cash" } : new { kind = "Card", cardToken };
        var method = await office.Must(Caller, HttpMethod.Post, "payment", "/v1/payment-methods", body, ct);
        return new(method.GetProperty("paymentMethodId").GetGuid(), method.GetProperty("kind").Deserialize<PaymentMethodKind>());
    }

    static string? CardOf(int draw)
    {
        foreach (var (share, card) in Wallets)
        {
            draw -= share;
            if (draw < 0)
            {
                return card;
            }
        }

        return "tok_ok";
    }
}

/// <summary>A driver, with an account to be paid to.</summary>
public sealed class Driver(Office office, int number)
{
    /// <summary>This driver, before the services.</summary>
    public Caller Caller { get; } = new(Guid.CreateVersion7(), Role.Driver);

    /// <summary>Says where to be paid. One account in fifty is closed, and one answers late.</summary>
    public async Task Prepare(CancellationToken ct)
    {
        var accountNumber = (number % 50) switch { 0 => "TESTDECLINED", 1 => "TESTTIMEOUT", _ => $"GB29NWBK{number:0000000000}" };
        var body = new { holderName = $"Cab {number}", bankCode = "NWBKGB2L", accountNumber };
        await office.Must(Caller, HttpMethod.Put, "payment", "/v1/me/bank-account", body, ct);
    }

    /// <summary>Says that the cash is there. The order travels behind the fare: 404 until payment has it.</summary>
    public async Task TakeCash(Guid rideId, CancellationToken ct)
    {
        const int tries = 300;
        for (var attempt = 1; ; attempt++)
        {
            var reply = await office.Ask(Caller, HttpMethod.Post, "payment", $"/v1/rides/{rideId}/payment/cash-received", new { }, ct);
            if (reply.IsSuccess || reply.Code == "payment-already-ended")
            {
                return;
            }

            if ((int)reply.Status != 404 || attempt == tries)
            {
                office.Measured.Error($"cash of ride {rideId}: {(int)reply.Status} {reply.Body}");
                return;
            }

            await Task.Delay(200, ct);
        }
    }
}

using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// A charge of a fare or a tip that a cardholder took back, in our books. The driver keeps it, and what the passenger had paid stays paid: what is lost is our loss.
/// Each step adds up for itself, so that it does not matter which is heard first.
/// </summary>
internal sealed record Chargeback(Guid DisputeId, Guid RideId, Money Amount, Money Fee)
{
    /// <summary>The provider has withdrawn it, with a fee.</summary>
    public LedgerTransfer Received(DateTimeOffset at) => new(
        $"chargeback:{DisputeId}", TransferKind.Chargeback, RideId, Amount.Currency, at,
        [
            new(AccountKind.ChargebacksInDispute, Guid.Empty, Amount.MinorUnits),
            new(AccountKind.ProviderFees, Guid.Empty, Fee.MinorUnits),
            new(AccountKind.ProviderClearing, Guid.Empty, -(Amount.MinorUnits + Fee.MinorUnits)),
        ]);

    /// <summary>The provider has given it back, and the fee.</summary>
    public LedgerTransfer Won(DateTimeOffset at) => new(
        $"chargeback-won:{DisputeId}", TransferKind.ChargebackWon, RideId, Amount.Currency, at,
        [
            new(AccountKind.ProviderClearing, Guid.Empty, Amount.MinorUnits + Fee.MinorUnits),
            new(AccountKind.ChargebacksInDispute, Guid.Empty, -Amount.MinorUnits),
            new(AccountKind.ProviderFees, Guid.Empty, -Fee.MinorUnits),
        ]);

    /// <summary>It will not come back.</summary>
    /// <param name="wasSurplus">It was paid once too often, and the bank gave back what was ours to give back.</param>
    public LedgerTransfer Lost(DateTimeOffset at, bool wasSurplus) => new(
        $"chargeback-lost:{DisputeId}", TransferKind.ChargebackLost, RideId, Amount.Currency, at,
        [
            new(wasSurplus ? AccountKind.SurplusPayments : AccountKind.ChargebackLosses, Guid.Empty, Amount.MinorUnits),
            new(AccountKind.ChargebacksInDispute, Guid.Empty, -Amount.MinorUnits),
        ]);
}

/// <summary>What a lowered fare left owed to a passenger, who has it from their bank: our loss is so much smaller.</summary>
internal sealed record SetOff(Guid SetOffId, Guid RideId, Guid PassengerId, Money Amount)
{
    public LedgerTransfer Transfer(DateTimeOffset at) => new(
        $"set-off:{SetOffId}", TransferKind.SetOff, RideId, Amount.Currency, at,
        [
            new(AccountKind.PassengerReceivable, PassengerId, Amount.MinorUnits),
            new(AccountKind.ChargebackLosses, Guid.Empty, -Amount.MinorUnits),
        ]);
}

/// <summary>What passengers owe for charges that they took back. The ride's row is the lock, as for every event about its fare.</summary>
internal static class LostChargebacks
{
    const string CountEvent = "update billing.rides set version = version + 1 where ride_id = @RideId returning version";

    /// <summary>Tells what is owed for the ride now.</summary>
    public static async Task TellOfLostChargebacks(
        this Transaction tx, Guid rideId, Guid passengerId, Money changed, DateTimeOffset now, CancellationToken ct) =>
        await tx.TellOfDebt(rideId, passengerId, changed, await tx.Find<long>(CountEvent, new { RideId = rideId }, ct), now, ct);
}

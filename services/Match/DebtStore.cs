using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>What passengers owe, by ride, and by wallet. A settlement may be heard before its debt.</summary>
static class DebtStore
{
    const string Remember = """
        insert into match.debts as known (ride_id, passenger_id, amount_minor_units, currency, settled, version)
        values (@RideId, @PassengerId, @MinorUnits, @Currency, @Settled, @Version)
        on conflict (ride_id) do update
        set    settled = excluded.settled, amount_minor_units = excluded.amount_minor_units, version = excluded.version
        where  known.version < excluded.version
        """;

    const string RememberOfWallet = """
        insert into match.wallet_debts as known (passenger_id, amount_minor_units, currency, settled, version)
        values (@PassengerId, @MinorUnits, @Currency, @Settled, @Version)
        on conflict (passenger_id, currency) do update
        set    settled = excluded.settled, amount_minor_units = excluded.amount_minor_units, version = excluded.version
        where  known.version < excluded.version
        """;

    /// <summary>The debt of a ride as of this version.</summary>
    public static Task RememberDebt(
        this Transaction transaction, Guid rideId, Guid passengerId, Money amount, bool settled, long version, CancellationToken ct) =>
        transaction.Execute(
            Remember,
            new { RideId = rideId, PassengerId = passengerId, amount.MinorUnits, amount.Currency, Settled = settled, Version = version },
            ct);

    /// <summary>By how much a wallet is below zero as of this version.</summary>
    public static Task RememberWalletDebt(
        this Transaction transaction, Guid passengerId, Money amount, bool settled, long version, CancellationToken ct) =>
        transaction.Execute(
            RememberOfWallet, new { PassengerId = passengerId, amount.MinorUnits, amount.Currency, Settled = settled, Version = version }, ct);
}

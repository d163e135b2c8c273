using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>What a driver owes for giving a ride up. A request that goes on after it has another ride, so this is once per ride and match.</summary>
internal static class DriverCancellation
{
    /// <summary>Off what we owe the driver, who may owe us afterwards.</summary>
    public static LedgerTransfer Of(RideBill ride, Money fee, DateTimeOffset at) => new(
        $"driver-cancellation:{ride.RideId}", TransferKind.DriverCancellation, ride.RideId, fee.Currency, at,
        [
            new(AccountKind.DriverPayable, ride.DriverId, fee.MinorUnits),
            new(AccountKind.DriverFees, Guid.Empty, -fee.MinorUnits),
        ]);
}

using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The driver is nobody special to the passenger again.</summary>
sealed class OnFavouriteDriverRemoved : IEventHandler<FavouriteDriverRemoved>
{
    public Task Handle(FavouriteDriverRemoved happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberFavourite(happened.PassengerId, happened.DriverId, removed: true, happened.Version, ct);
}

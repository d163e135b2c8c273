using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The passenger would like the driver again: dispatch gives the pair a credit.</summary>
sealed class OnFavouriteDriverAdded : IEventHandler<FavouriteDriverAdded>
{
    public Task Handle(FavouriteDriverAdded happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberFavourite(happened.PassengerId, happened.DriverId, removed: false, happened.Version, ct);
}

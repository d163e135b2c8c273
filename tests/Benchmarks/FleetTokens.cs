using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

namespace Tumpang.Benchmarks;

/// <summary>
/// The fleet's own access tokens, of its key ring, without accounts behind them: for what is asked of a service past the gateway, where
/// thousands of logins are not what is measured.
/// </summary>
sealed class FleetTokens : IAsyncDisposable
{
    readonly ServiceProvider services;

    public FleetTokens(BenchFleet fleet)
    {
        var collection = new ServiceCollection().AddLogging().AddSharedKeyRing(fleet.Postgres);
        collection.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
        services = collection.AddSingleton<TokenIssuer>().BuildServiceProvider();
    }

    /// <summary>For a user who is passenger and driver.</summary>
    public string Of(Guid user) => Of(user, Role.Passenger, Role.Driver);

    public string OfOperator(Guid user) => Of(user, Role.Operator);

    string Of(Guid user, params string[] roles) =>
        services.GetRequiredService<TokenIssuer>().Issue(user, Guid.CreateVersion7(), Guid.NewGuid(), roles).AccessToken;

    public ValueTask DisposeAsync() => services.DisposeAsync();
}

using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

namespace Tumpang.Testing;

/// <summary>Issues access tokens by the key ring of the test's database.</summary>
public sealed class TestTokens : IDisposable
{
    readonly ServiceProvider services;

    /// <param name="postgres">The database with the key ring, as its owner.</param>
    public TestTokens(string postgres)
    {
        var collection = new ServiceCollection().AddLogging().AddSharedKeyRing(postgres);
        collection.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
        services = collection.AddSingleton<TokenIssuer>().BuildServiceProvider();
    }

    /// <summary>A passenger's token.</summary>
    public string Passenger(Guid userId) => Issue(userId, Role.Passenger);

    /// <summary>A driver's token.</summary>
    public string Driver(Guid userId) => Issue(userId, Role.Passenger, Role.Driver);

    /// <summary>An operator's token.</summary>
    public string Operator(Guid userId) => Issue(userId, Role.Passenger, Role.Operator);

    /// <inheritdoc/>
    public void Dispose() => services.Dispose();

    /// <summary>A token of these roles.</summary>
    public string Issue(Guid userId, params string[] roles) =>
        services.GetRequiredService<TokenIssuer>().Issue(userId, Guid.CreateVersion7(), Guid.NewGuid(), roles).AccessToken;
}

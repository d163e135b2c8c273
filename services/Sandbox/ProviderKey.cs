using System.Security.Cryptography;
using System.Text;

namespace Tumpang.Sandbox;

/// <summary>The key that provider calls must show. Digests are compared, so that neither content nor length can be timed.</summary>
sealed class ProviderKey(IConfiguration configuration)
{
    readonly byte[] expected = Digest(configuration["Secrets:ProviderApiKey"] is { Length: > 0 } key
        ? key
        : throw new InvalidOperationException("Secrets:ProviderApiKey is not set."));

    public bool Matches(string shown) => CryptographicOperations.FixedTimeEquals(expected, Digest(shown));

    static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

static class ProviderKeyFilter
{
    const string Header = "X-Api-Key";

    /// <summary>Serves only callers that know the provider key.</summary>
    public static RouteGroupBuilder RequireProviderKey(this RouteGroupBuilder group) => group.AddEndpointFilter((context, next) =>
        context.HttpContext.Request.Headers[Header] is [{ } shown] && context.HttpContext.RequestServices.GetRequiredService<ProviderKey>().Matches(shown)
            ? next(context)
            : ValueTask.FromResult<object?>(SandboxProblems.UnknownCaller.ToHttp()));
}

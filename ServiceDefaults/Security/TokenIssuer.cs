using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Tumpang.ServiceDefaults.Security;

/// <summary>Issues and reads the fleet's tokens. Used by user, and by tests that need a caller.</summary>
public sealed class TokenIssuer(IOptionsMonitor<BearerTokenOptions> options)
{
    BearerTokenOptions Options => options.Get(BearerTokenDefaults.AuthenticationScheme);

    /// <summary>An access and a refresh token for one session. <paramref name="refreshId"/> names this refresh token, for rotation.</summary>
    public (string AccessToken, string RefreshToken) Issue(Guid userId, Guid sessionId, Guid refreshId, IEnumerable<string> roles)
    {
        var now = TimeProvider.System.GetUtcNow();
        var identity = new ClaimsIdentity(BearerTokenDefaults.AuthenticationScheme, ClaimNames.UserId, ClaimNames.Role);
        identity.AddClaim(new(ClaimNames.UserId, userId.ToString()));
        identity.AddClaim(new(ClaimNames.SessionId, sessionId.ToString()));
        identity.AddClaims(roles.Select(role => new Claim(ClaimNames.Role, role)));
        var access = Ticket(new(identity), now + BearerTokens.AccessLifetime);

        var session = new ClaimsIdentity([new(ClaimNames.SessionId, sessionId.ToString()), new("jti", refreshId.ToString())], BearerTokenDefaults.AuthenticationScheme);
        var refresh = Ticket(new(session), now + BearerTokens.RefreshLifetime);
        return (Options.BearerTokenProtector.Protect(access), Options.RefreshTokenProtector.Protect(refresh));
    }

    /// <summary>The session and refresh id of a refresh token; null when it is not ours or has expired.</summary>
    public (Guid SessionId, Guid RefreshId)? ReadRefreshToken(string token)
    {
        var ticket = Options.RefreshTokenProtector.Unprotect(token);
        return ticket?.Properties.ExpiresUtc > TimeProvider.System.GetUtcNow()
            && Guid.TryParse(ticket.Principal.FindFirstValue(ClaimNames.SessionId), out var session)
            && Guid.TryParse(ticket.Principal.FindFirstValue("jti"), out var refresh)
            ? (session, refresh)
            : null;
    }

    /// <summary>The user of an access token and when it expires; null when it is not ours or has expired. For sockets, which have no header.</summary>
    public (CurrentUser User, DateTimeOffset ExpiresAt)? ReadAccessToken(string token)
    {
        var ticket = Options.BearerTokenProtector.Unprotect(token);
        return ticket?.Properties.ExpiresUtc is { } expires && expires > TimeProvider.System.GetUtcNow() && CurrentUser.From(ticket.Principal) is { } user
            ? (user, expires)
            : null;
    }

    static AuthenticationTicket Ticket(ClaimsPrincipal principal, DateTimeOffset expires) =>
        new(principal, new AuthenticationProperties { ExpiresUtc = expires }, BearerTokenDefaults.AuthenticationScheme);
}

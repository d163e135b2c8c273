namespace Tumpang.Gateway;

/// <summary>Who may pass the door.</summary>
internal enum Access { Anyone, LoggedIn }

/// <summary>One public path and where it leads. What is not listed is not reachable from outside.</summary>
/// <param name="Service">The service's name, as in the topology.</param>
/// <param name="Path">A route pattern; the most precise one wins.</param>
/// <param name="Limit">The rate limit that counts its requests.</param>
/// <param name="BodyBytes">The largest body that is accepted.</param>
internal sealed record PublicPath(
    string Service, string Path, Access Access = Access.LoggedIn, RateLimit Limit = RateLimit.User, int BodyBytes = PublicApi.UsualBodyBytes);

/// <summary>The public API of the fleet: the one table of what the gateway forwards.</summary>
internal static class PublicApi
{
    public const int UsualBodyBytes = 32 * 1024;

    /// <summary>A phone that was offline for a while sends several hundred points at once.</summary>
    const int PositionsBodyBytes = 256 * 1024;

    static readonly PublicPath[] Always =
    [
        new("user", "/v1/otp", Access.Anyone, RateLimit.Otp),
        new("user", "/v1/sessions", Access.Anyone, RateLimit.Sessions),
        new("user", "/v1/sessions/refresh", Access.Anyone, RateLimit.Sessions),
        new("user", "/v1/sessions/current"),
        new("user", "/v1/me"),
        new("user", "/v1/me/driver"),
        new("user", "/v1/me/emergency-contacts"),
        new("user", "/v1/drivers/{driverId}/approve"),
        new("user", "/v1/drivers/{driverId}/suspend"),

        new("location", "/v1/positions", Limit: RateLimit.Positions, BodyBytes: PositionsBodyBytes),
        new("location", "/v1/me/availability"),
        new("location", "/v1/me/queue"),
        new("location", "/v1/drivers/nearby"),
        new("location", "/v1/routes"),
        new("location", "/v1/rides/{rideId}/track"),
        new("location", "/v1/zones"),
        new("location", "/v1/ops/zones/{**rest}"),

        new("match", "/v1/ride-requests/{**rest}"),
        new("match", "/v1/offers/{**rest}"),
        new("match", "/v1/demand"),
        new("match", "/v1/me/destination"),
        new("match", "/v1/ops/requests/{**rest}"),

        new("ride", "/v1/rides/{**rest}"),
        new("ride", "/v1/shared-rides/{token}", Access.Anyone, RateLimit.SharedRides),
        new("ride", "/v1/ops/sos/{**rest}"),
        new("ride", "/v1/ops/cases/{**rest}"),
        new("ride", "/v1/ops/rides"),
        new("ride", "/v1/ops/rides/silent"),
        new("ride", "/v1/ops/driver-day"),
        new("ride", "/v1/me/rating"),
        new("ride", "/v1/me/driver-day"),
        new("ride", "/v1/me/favourite-drivers/{**rest}"),

        new("billing", "/v1/quotes"),
        new("billing", "/v1/surge"),
        new("billing", "/v1/rides/{rideId}/fare"),
        new("billing", "/v1/rides/{rideId}/receipt"),
        new("billing", "/v1/rides/{rideId}/receipt.html"),
        new("billing", "/v1/rides/{rideId}/receipt.pdf"),
        new("billing", "/v1/rides/{rideId}/cancellation-fee"),
        new("billing", "/v1/rides/{rideId}/reroute-quote"),
        new("billing", "/v1/me/earnings"),
        new("billing", "/v1/me/debts"),
        new("billing", "/v1/wallet"),
        new("billing", "/v1/wallet/movements"),
        new("billing", "/v1/me/payouts"),
        new("billing", "/v1/me/referral"),
        new("billing", "/v1/me/statements"),
        new("billing", "/v1/me/subscription/{**rest}"),
        new("billing", "/v1/subscription-plans"),
        new("billing", "/v1/ops/rides/{rideId}/adjustments/{**rest}"),
        new("billing", "/v1/ops/rides/{rideId}/money"),
        new("billing", "/v1/ops/rides/{rideId}/receipts/{side}"),
        new("billing", "/v1/ops/chargebacks/{**rest}"),
        new("billing", "/v1/ops/fare-policies"),
        new("billing", "/v1/ops/fares/{**rest}"),
        new("billing", "/v1/ops/surge-rules"),
        new("billing", "/v1/ops/promotions/{**rest}"),
        new("billing", "/v1/ops/months/{**rest}"),
        new("billing", "/v1/ops/referral-programmes/{**rest}"),
        new("billing", "/v1/ops/subscription-plans/{**rest}"),
        new("billing", "/v1/ops/tax-report"),
        new("billing", "/v1/ops/tax-report.csv"),

        new("payment", "/v1/payment-methods/{**rest}"),
        new("payment", "/v1/rides/{rideId}/payment/{**rest}"),
        new("payment", "/v1/wallet/top-ups/{**rest}"),
        new("payment", "/v1/me/bank-account"),
        new("payment", "/v1/ops/rides/{rideId}/payment/{**rest}"),
        new("payment", "/v1/ops/disputes/{**rest}"),
        new("payment", "/v1/ops/reconciliations/{**rest}"),
        new("payment", "/v1/webhooks/sandbox", Access.Anyone, RateLimit.Webhooks),
        new("payment", "/v1/webhooks/stripe", Access.Anyone, RateLimit.Webhooks),

        new("realtime", "/v1/ws"),
    ];

    static readonly PublicPath[] InDevelopment =
    [
        new("sandbox", "/sandbox/{**rest}", Access.Anyone, RateLimit.Sandbox),
    ];

    /// <summary>What is open here: the sandbox only in development.</summary>
    public static IReadOnlyList<PublicPath> In(IHostEnvironment environment) =>
        environment.IsDevelopment() ? [.. Always, .. InDevelopment] : Always;

    /// <summary>Every service behind the door, once.</summary>
    public static IReadOnlyList<string> ServicesIn(IHostEnvironment environment) => [.. In(environment).Select(path => path.Service).Distinct()];
}

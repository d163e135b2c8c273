using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <param name="Reason">A short kebab-case code, for example documents-expired; 2 to 64 characters.</param>
sealed record SuspensionRequest(string? Reason = null);

/// <summary>An operator stops a driver: no new offers from now on, no driver's role after the next refresh.</summary>
static partial class SuspendDriver
{
    const string Suspend = $"""
        update users.drivers
        set    status = 'Suspended', updated_at = @Now
        where  user_id = @DriverId and status = 'Approved'
        returning {DriverRow.Columns}
        """;

    public static async Task<Results<Ok<DriverView>, ProblemHttpResult>> Handle(
        Guid driverId, SuspensionRequest request, CurrentUser user, Transaction tx, CityClock clock, CancellationToken ct)
    {
        if (request.Reason is not { } reason || !ReasonForm().IsMatch(reason)) return Problem.Invalid("reason", "A reason is a short code, for example documents-expired.").ToHttp();

        var now = clock.GetUtcNow();
        if (await tx.Find<DriverRow>(Suspend, new { DriverId = driverId, Now = now }, ct) is not { } driver) return (await Approval.WhyNot(tx, driverId, ct)).ToHttp();

        await tx.Audit(driverId, user.Id, AuditAction.DriverSuspended, reason, now, ct);
        tx.Publish(new DriverSuspended(driverId, reason) { OccurredAt = now, Version = await AccountStore.NextVersion(tx, driverId, now, ct) });
        return TypedResults.Ok(driver.View());
    }

    [GeneratedRegex(@"^[a-z][a-z-]{1,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex ReasonForm();
}

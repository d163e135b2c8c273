using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>An operator lets a waiting or suspended driver drive.</summary>
static class ApproveDriver
{
    const string Approve = $"""
        update users.drivers
        set    status = 'Approved', approved_at = @Now, updated_at = @Now
        where  user_id = @DriverId and status in ('Pending', 'Suspended')
        returning {DriverRow.Columns}
        """;

    public static async Task<Results<Ok<DriverView>, ProblemHttpResult>> Handle(Guid driverId, CurrentUser user, Transaction tx, CityClock clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        try
        {
            if (await tx.Find<DriverRow>(Approve, new { DriverId = driverId, Now = now }, ct) is not { } driver) return (await Approval.WhyNot(tx, driverId, ct)).ToHttp();

            await Approval.Announce(tx, driver, user.Id, now, ct);
            return TypedResults.Ok(driver.View());
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return UserProblems.PlateTaken.ToHttp();
        }
    }
}

/// <summary>What approving and suspending have in common.</summary>
static class Approval
{
    const string Status = "select status from users.drivers where user_id = @DriverId";

    /// <summary>Tells the fleet that this driver may drive; by whom it was decided stays in the audit trail.</summary>
    public static async Task Announce(Transaction tx, DriverRow driver, Guid actorId, DateTimeOffset now, CancellationToken ct)
    {
        await tx.Audit(driver.UserId, actorId, AuditAction.DriverApproved, null, now, ct);
        tx.Publish(new DriverApproved(driver.UserId, driver.VehicleType, driver.VehicleClass, driver.VehiclePlate)
        {
            OccurredAt = now,
            Version = await AccountStore.NextVersion(tx, driver.UserId, now, ct),
        });
    }

    public static async Task<Problem> WhyNot(Transaction tx, Guid driverId, CancellationToken ct) =>
        await tx.Find<string>(Status, new { DriverId = driverId }, ct) is { } status ? UserProblems.WrongDriverState(status) : UserProblems.NoSuchDriver;
}

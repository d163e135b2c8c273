using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <param name="Vehicle">What the caller drives. Who the caller is says the token alone.</param>
sealed record DriverRequest(VehicleRequest? Vehicle = null);

/// <summary>Makes the caller a driver: at once where approval is automatic, else once an operator approves. The role comes with the next refresh.</summary>
static class RegisterDriver
{
    const string InsertOnce = $"""
        insert into users.drivers (user_id, vehicle_type, vehicle_plate, vehicle_class, status, created_at, updated_at, approved_at)
        values (@Id, @Type, @Plate, @Class, @Status, @Now, @Now, case when @Status = 'Approved' then @Now end)
        on conflict do nothing
        returning {DriverRow.Columns}
        """;

    const string IsRegistered = "select exists (select from users.drivers where user_id = @Id)";

    public static async Task<Results<Created<DriverView>, ProblemHttpResult>> Handle(
        DriverRequest request, CurrentUser user, Transaction tx, CityClock clock, IOptions<DriverOptions> options, IHostEnvironment environment, CancellationToken ct)
    {
        var decision = Vehicle.From(request.Vehicle);
        if (decision.Event is not { } vehicle) return decision.Problem!.ToHttp();
        if (await AccountStore.Find(tx, user.Id, ct) is not { IsActive: true }) return UserProblems.NoSuchUser.ToHttp();

        var (now, isApproved) = (clock.GetUtcNow(), options.Value.AutoApprove ?? environment.IsDevelopment());
        var row = new { user.Id, Type = vehicle.Type.ToString(), vehicle.Plate, Class = vehicle.Class.ToString(), Status = isApproved ? DriverStatus.Approved : DriverStatus.Pending, Now = now };
        if (await tx.Find<DriverRow>(InsertOnce, row, ct) is not { } driver)
        {
            return (await tx.Find<bool>(IsRegistered, new { user.Id }, ct) ? UserProblems.AlreadyRegistered : UserProblems.PlateTaken).ToHttp();
        }

        await tx.Audit(user.Id, user.Id, AuditAction.DriverRegistered, null, now, ct);
        if (isApproved) await Approval.Announce(tx, driver, user.Id, now, ct);
        return TypedResults.Created("/v1/me/driver", driver.View());
    }
}

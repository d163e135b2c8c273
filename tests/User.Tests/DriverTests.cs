using Xunit;

namespace Tumpang.Users.Tests;

public sealed class DriverTests(UserServices services)
{
    static int plates = Random.Shared.Next(1_000_000);

    [Fact]
    public async Task A_passenger_becomes_a_driver_and_drives_after_a_refresh()
    {
        var phone = await new Phone(services).LogIn();

        var reply = await phone.Register(NewPlate());
        var before = phone.AccessToken;
        await phone.RefreshSession();

        Assert.Equal((201, "Approved", phone.UserId.ToString()), (reply.Status, reply.Text("status"), reply.Text("driverId")));
        Assert.NotEqual(before, phone.AccessToken);
        Assert.Equal("""["passenger","driver"]""", (await phone.Send(HttpMethod.Get, "/v1/me")).Body.GetProperty("roles").GetRawText());
        Assert.Equal(1, await services.Events("DriverApproved", "driverId", phone.UserId));
    }

    // NebengJek 2 and 3: the number in the payload decided who was acting and who became a driver.
    [Fact]
    public async Task Nobody_registers_anybody_else()
    {
        var (mine, theirs) = (await new Phone(services).LogIn(), await new Phone(services).LogIn());

        var reply = await mine.Send(HttpMethod.Post, "/v1/me/driver", new
        {
            msisdn = theirs.Number,
            phoneNumber = theirs.Number,
            userId = theirs.UserId,
            driverId = theirs.UserId,
            role = "operator",
            vehicle = new { type = "Car", plate = NewPlate(), @class = "Standard" },
        });

        Assert.Equal((201, mine.UserId.ToString()), (reply.Status, reply.Text("driverId")));
        Assert.Equal(404, (await theirs.Send(HttpMethod.Get, "/v1/me/driver")).Status);
        Assert.Equal("""["passenger"]""", (await theirs.Send(HttpMethod.Get, "/v1/me")).Body.GetProperty("roles").GetRawText());
    }

    // NebengJek 10 and 12: read, then write, without a unique index.
    [Fact]
    public async Task Of_twenty_parallel_drivers_with_one_plate_one_is_registered()
    {
        var phones = await Task.WhenAll(Enumerable.Range(0, Race.Callers).Select(_ => new Phone(services).LogIn()));
        var plate = NewPlate();

        var replies = await Race.Run(caller => phones[caller].Register(caller % 2 == 0 ? plate : plate.Insert(1, "-").ToLowerInvariant()));

        Assert.Single(replies, reply => reply.Status == 201);
        Assert.Equal(Race.Callers - 1, replies.Count(reply => reply is { Status: 409, Code: "plate-taken", Field: "vehicle.plate" }));
    }

    [Fact]
    public async Task Of_twenty_parallel_registrations_of_one_user_one_counts()
    {
        var phone = await new Phone(services).LogIn();

        var replies = await Race.Run(_ => phone.Register(NewPlate()));

        Assert.Single(replies, reply => reply.Status == 201);
        Assert.Equal(Race.Callers - 1, replies.Count(reply => reply is { Status: 409, Code: "already-registered" }));
        Assert.Equal(1, await services.Events("DriverApproved", "driverId", phone.UserId));
    }

    // Anchors 2.3 item 1: twenty requests under one key had seven effects.
    [Fact]
    public async Task Twenty_parallel_registrations_under_one_key_have_one_effect_and_one_answer()
    {
        var phone = await new Phone(services).LogIn();
        var plate = NewPlate();

        var replies = await Race.Run(_ => phone.Register(plate, key: "register-once"));
        var later = await phone.Register(plate, key: "register-once");
        var another = await phone.Register(NewPlate(), key: "register-once");

        Assert.All(replies, reply => Assert.True(reply.Status == 201 || reply is { Status: 409, Code: "request-in-flight" }, $"{reply.Status} {reply.Code}"));
        Assert.Single(replies.Append(later).Where(reply => reply.Status == 201).Select(reply => reply.Body.GetRawText()).Distinct());
        Assert.Equal((422, "idempotency-key-reused"), (another.Status, another.Code));
        Assert.Equal(1, await services.Events("DriverApproved", "driverId", phone.UserId));
    }

    // NebengJek 2: no route looked at the role.
    [Fact]
    public async Task Only_an_operator_decides_about_drivers()
    {
        var driver = await new Phone(services).LogIn();
        await driver.Register(NewPlate());
        await driver.RefreshSession();

        var suspend = await driver.Send(HttpMethod.Post, $"/v1/drivers/{driver.UserId}/suspend", new { reason = "bored" });
        var approve = await driver.Send(HttpMethod.Post, $"/v1/drivers/{driver.UserId}/approve");

        Assert.Equal((403, 403), (suspend.Status, approve.Status));
    }

    [Fact]
    public async Task A_suspended_driver_loses_the_role_at_the_next_refresh_and_gets_it_back_by_approval()
    {
        var (driver, operatorPhone) = (await new Phone(services).LogIn(), await services.Operator());
        await driver.Register(NewPlate());

        var suspended = await operatorPhone.Send(HttpMethod.Post, $"/v1/drivers/{driver.UserId}/suspend", new { reason = "documents-expired" });
        var rolesSuspended = (await driver.Refresh(driver.RefreshToken)).Body;
        var again = await operatorPhone.Send(HttpMethod.Post, $"/v1/drivers/{driver.UserId}/suspend", new { reason = "documents-expired" });
        var approved = await operatorPhone.Send(HttpMethod.Post, $"/v1/drivers/{driver.UserId}/approve");
        var rolesApproved = (await driver.Refresh(rolesSuspended.GetProperty("refreshToken").GetString()!)).Body;

        Assert.Equal((200, "Suspended"), (suspended.Status, suspended.Text("status")));
        Assert.Equal("""["passenger"]""", rolesSuspended.GetProperty("roles").GetRawText());
        Assert.Equal((409, "wrong-driver-state", "Suspended"), (again.Status, again.Code, again.Text("state")));
        Assert.Equal((200, "Approved"), (approved.Status, approved.Text("status")));
        Assert.Equal("""["passenger","driver"]""", rolesApproved.GetProperty("roles").GetRawText());
        Assert.Equal((1, 2), (await services.Events("DriverSuspended", "driverId", driver.UserId), await services.Events("DriverApproved", "driverId", driver.UserId)));
    }

    [Fact]
    public async Task The_plate_of_a_suspended_driver_may_be_taken_and_then_blocks_the_way_back()
    {
        var (first, second, operatorPhone) = (await new Phone(services).LogIn(), await new Phone(services).LogIn(), await services.Operator());
        var plate = NewPlate();
        await first.Register(plate);
        await operatorPhone.Send(HttpMethod.Post, $"/v1/drivers/{first.UserId}/suspend", new { reason = "vehicle-sold" });

        var takenOver = await second.Register(plate);
        var back = await operatorPhone.Send(HttpMethod.Post, $"/v1/drivers/{first.UserId}/approve");

        Assert.Equal(201, takenOver.Status);
        Assert.Equal((409, "plate-taken"), (back.Status, back.Code));
    }

    // NebengJek 32 and 30: a missing part is the caller's error, and is named.
    [Fact]
    public async Task A_registration_without_a_vehicle_is_told_what_is_missing()
    {
        var phone = await new Phone(services).LogIn();

        var nothing = await phone.Send(HttpMethod.Post, "/v1/me/driver", new { });
        var half = await phone.Send(HttpMethod.Post, "/v1/me/driver", new { vehicle = new { type = "Car", @class = "Standard" } });
        var mixed = await phone.Register(NewPlate(), "Motorcycle", "Premium");

        Assert.Equal((400, "vehicle"), (nothing.Status, nothing.Field));
        Assert.Equal((400, "vehicle.plate"), (half.Status, half.Field));
        Assert.Equal((400, "vehicle.class"), (mixed.Status, mixed.Field));
    }

    static string NewPlate() => $"T{Interlocked.Increment(ref plates)}X";
}

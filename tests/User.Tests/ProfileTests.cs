using Xunit;

namespace Tumpang.Users.Tests;

public sealed class ProfileTests(UserServices services)
{
    [Fact]
    public async Task A_user_changes_what_was_sent_and_nothing_else()
    {
        var phone = await new Phone(services).LogIn();

        Assert.Equal(204, (await phone.Send(HttpMethod.Patch, "/v1/me", new { fullName = " Siti Aminah ", email = "siti@example.org" })).Status);
        Assert.Equal(204, (await phone.Send(HttpMethod.Patch, "/v1/me", new { fullName = "Siti" })).Status);

        var me = await phone.Send(HttpMethod.Get, "/v1/me");
        Assert.Equal(("Siti", "siti@example.org", phone.Number), (me.Text("fullName"), me.Text("email"), me.Text("phoneNumber")));
    }

    // NebengJek 3: the body named the user, the number and the role to be changed.
    [Fact]
    public async Task Whom_a_change_concerns_is_the_tokens_to_say()
    {
        var (mine, theirs) = (await new Phone(services).LogIn(), await new Phone(services).LogIn());

        var reply = await mine.Send(HttpMethod.Patch, "/v1/me", new
        {
            fullName = "Mallory",
            userId = theirs.UserId,
            id = theirs.UserId,
            phoneNumber = theirs.Number,
            msisdn = theirs.Number,
            role = "operator",
            roles = "driver",
            isActive = false,
        });

        Assert.Equal(204, reply.Status);
        Assert.Null((await theirs.Send(HttpMethod.Get, "/v1/me")).Text("fullName"));
        var me = await mine.Send(HttpMethod.Get, "/v1/me");
        Assert.Equal(("Mallory", mine.Number, """["passenger"]"""), (me.Text("fullName"), me.Text("phoneNumber"), me.Body.GetProperty("roles").GetRawText()));
    }

    // NebengJek 3: GET /users/:id returned anybody's number. There is no address for another user.
    [Theory]
    [InlineData("/v1/users/{0}")]
    [InlineData("/users/{0}")]
    [InlineData("/v1/me/{0}")]
    [InlineData("/v1/drivers/{0}")]
    public async Task Nobody_reads_anybody_else(string path)
    {
        var (mine, theirs) = (await new Phone(services).LogIn(), await new Phone(services).LogIn());

        Assert.Equal(404, (await mine.Send(HttpMethod.Get, string.Format(path, theirs.UserId))).Status);
    }

    // Anchors 2.3 item 4: an answer carried the stored password. Ours carry these fields, and no others.
    [Fact]
    public async Task No_answer_holds_a_secret()
    {
        var phone = new Phone(services);
        var code = await phone.RequestCode();
        var session = await phone.Guess(await phone.ReadCode());
        var known = await new Phone(services) { Number = phone.Number }.LogIn();
        await known.Send(HttpMethod.Patch, "/v1/me", new { fullName = "Siti", email = "siti@example.org" });
        var driver = await known.Register($"S{phone.Number[^6..]}");

        Assert.Equal(["expiresInSeconds"], Fields(code));
        Assert.Equal(["userId", "roles", "tokenType", "accessToken", "expiresIn", "refreshToken"], Fields(session));
        Assert.Equal(["userId", "phoneNumber", "fullName", "email", "roles", "createdAt", "updatedAt"], Fields(await known.Send(HttpMethod.Get, "/v1/me")));
        Assert.Equal(["driverId", "status", "vehicle", "createdAt", "approvedAt"], Fields(driver));
        Assert.Equal(["driverId", "status", "vehicle", "createdAt", "approvedAt"], Fields(await known.Send(HttpMethod.Get, "/v1/me/driver")));
    }

    [Fact]
    public async Task Personal_data_is_nowhere_readable_in_the_database()
    {
        var phone = await new Phone(services).LogIn();
        var (name, email) = ($"Wilhelmina {phone.UserId:N}", $"w{phone.UserId:N}@example.org");
        Assert.Equal(204, (await phone.Send(HttpMethod.Patch, "/v1/me", new { fullName = name, email }, key: Guid.NewGuid().ToString())).Status);

        var dump = await services.DumpSchema("users");

        Assert.Contains(phone.UserId.ToString(), dump, StringComparison.Ordinal);
        Assert.DoesNotContain(phone.Number[1..], dump, StringComparison.Ordinal);
        Assert.DoesNotContain(name, dump, StringComparison.Ordinal);
        Assert.DoesNotContain(email, dump, StringComparison.Ordinal);
    }

    // NebengJek 36: timestamps without a zone.
    [Fact]
    public async Task Every_instant_has_its_zone_in_the_schema_and_on_the_wire()
    {
        var phone = await new Phone(services).LogIn();

        var me = await phone.Send(HttpMethod.Get, "/v1/me");

        Assert.Matches(@"(Z|\+00:00)$", me.Text("createdAt")!);
        Assert.Equal(0, await services.Count("select count(*) from information_schema.columns where table_schema in ('users', 'sandbox') and data_type like '%without time zone'"));
        Assert.Equal(0, await services.Count("select count(*) from information_schema.columns where table_schema = 'users' and column_name like '%\\_at' and data_type <> 'timestamp with time zone'"));
    }

    [Fact]
    public async Task The_audit_trail_can_only_grow()
    {
        var phone = await new Phone(services).LogIn();

        Assert.Equal("42501", await services.SqlStateOf("update users.audit_entries set action = 'LoggedOut' where user_id = @UserId", new { phone.UserId }));
        Assert.Equal("42501", await services.SqlStateOf("delete from users.audit_entries where user_id = @UserId", new { phone.UserId }));
        Assert.Equal(1, await services.Count("select count(*) from users.audit_entries where user_id = @UserId and action = 'LoggedIn'", new { phone.UserId }));
    }

    // NebengJek 32: what is wrong has a name.
    [Theory]
    [InlineData("fullName", "x")]
    [InlineData("fullName", "")]
    [InlineData("fullName", "line\nbreak")]
    [InlineData("email", "nobody")]
    [InlineData("email", "a@b")]
    [InlineData("email", "a b@example.org")]
    public async Task A_value_that_cannot_be_is_refused_by_its_field(string field, string value)
    {
        var phone = await new Phone(services).LogIn();

        var reply = await phone.Send(HttpMethod.Patch, "/v1/me", new Dictionary<string, string> { [field] = value });

        Assert.Equal((400, field), (reply.Status, reply.Field));
    }

    static string[] Fields(Reply reply) => [.. reply.Body.EnumerateObject().Select(property => property.Name)];
}

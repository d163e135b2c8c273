using System.Text.Json;
using Xunit;

namespace Tumpang.Users.Tests;

public sealed class SessionTests(UserServices services)
{
    [Fact]
    public async Task The_first_login_makes_a_passenger_and_the_second_finds_it()
    {
        var first = await new Phone(services).LogIn();
        var again = await new Phone(services) { Number = first.Number }.LogIn();

        Assert.Equal(first.UserId, again.UserId);
        Assert.Equal(["passenger"], await RolesOf(first));
        Assert.Equal(1, await services.Events("UserRegistered", "userId", first.UserId));
    }

    // Anchors 2.3 item 3: read, then insert, without a constraint. Twenty first logins of a number, all past the code at once.
    [Fact]
    public async Task Twenty_parallel_first_logins_make_one_user_and_one_event()
    {
        var phone = PhoneNumber.Parse(new Phone(services).Number)!.Value;
        var (database, accounts) = services.Accounts();

        var users = await Race.Run(async _ =>
        {
            await using var tx = await database.Begin(CancellationToken.None);
            var account = await accounts.FindOrRegister(tx, phone, DateTimeOffset.UtcNow, CancellationToken.None);
            await tx.Commit(CancellationToken.None);
            return account.Id;
        });

        Assert.Single(users.Distinct());
        Assert.Equal(1, await services.Events("UserRegistered", "userId", users[0]));
        Assert.Equal(1, await services.Count("select count(*) from users.audit_entries where user_id = @Id and action = 'Registered'", new { Id = users[0] }));
    }

    [Fact]
    public async Task A_refresh_gives_new_tokens_that_work_on_every_copy()
    {
        var phone = await new Phone(services).LogIn();
        var (access, refresh) = (phone.AccessToken, phone.RefreshToken);

        await phone.RefreshSession();

        Assert.NotEqual((access, refresh), (phone.AccessToken, phone.RefreshToken));
        Assert.Equal(200, (await phone.Send(HttpMethod.Get, "/v1/me")).Status);
        Assert.Equal(200, (await phone.Send(HttpMethod.Get, "/v1/me")).Status);
    }

    // NebengJek 6.3: tokens lived for a day and nothing could end them.
    [Fact]
    public async Task A_refresh_token_shown_twice_ends_the_session()
    {
        var phone = await new Phone(services).LogIn();
        var stolen = phone.RefreshToken;
        await phone.RefreshSession();

        var theft = await phone.Refresh(stolen);
        var afterwards = await phone.Refresh(phone.RefreshToken);

        Assert.Equal((401, "refresh-refused"), (theft.Status, theft.Code));
        Assert.Equal(401, afterwards.Status);
        Assert.Equal(1, await services.Count("select count(*) from users.audit_entries where user_id = @UserId and action = 'RefreshTokenReused'", new { phone.UserId }));
    }

    [Fact]
    public async Task Of_twenty_parallel_refreshes_one_wins()
    {
        var phone = await new Phone(services).LogIn();

        var refreshes = await Race.Run(_ => phone.Refresh(phone.RefreshToken));

        Assert.Single(refreshes, refresh => refresh.Status == 200);
        Assert.Equal(Race.Callers - 1, refreshes.Count(refresh => refresh.Code == "refresh-refused"));
    }

    // Design rule 5: a phone that lost the answer sends the same request again.
    [Fact]
    public async Task A_refresh_repeated_under_its_key_gives_tokens_and_the_session_lives_on()
    {
        var phone = await new Phone(services).LogIn();

        var repeats = await Race.Run(_ => phone.Refresh(phone.RefreshToken, key: "lost-answer"));
        var next = await phone.Refresh(repeats[^1].Text("refreshToken")!);
        var tooLate = await phone.Refresh(phone.RefreshToken, key: "lost-answer");

        Assert.All(repeats, repeat => Assert.Equal(200, repeat.Status));
        Assert.Equal(200, next.Status);
        Assert.Equal(401, tooLate.Status);
    }

    [Fact]
    public async Task After_logout_nothing_can_be_refreshed_and_logging_out_again_is_no_error()
    {
        var phone = await new Phone(services).LogIn();

        Assert.Equal(204, (await phone.Send(HttpMethod.Delete, "/v1/sessions/current")).Status);
        Assert.Equal(204, (await phone.Send(HttpMethod.Delete, "/v1/sessions/current")).Status);

        Assert.Equal(401, (await phone.Refresh(phone.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_session_that_has_expired_cannot_be_refreshed()
    {
        var phone = await new Phone(services).LogIn();

        await services.Execute("update users.sessions set expires_at = now() - interval '1 second' where user_id = @UserId", new { phone.UserId });

        Assert.Equal(401, (await phone.Refresh(phone.RefreshToken)).Status);
    }

    // NebengJek 6.4: is_active was stored and never looked at.
    [Fact]
    public async Task A_closed_account_gets_no_tokens()
    {
        var phone = await new Phone(services).LogIn();
        await services.Execute("update users.users set is_active = false where id = @UserId", new { phone.UserId });

        var refresh = await phone.Refresh(phone.RefreshToken);
        await phone.RequestCode();
        var login = await phone.Guess(await phone.ReadCode());

        Assert.Equal((403, "account-deactivated"), (refresh.Status, refresh.Code));
        Assert.Equal((403, "account-deactivated"), (login.Status, login.Code));
    }

    // NebengJek 8 and anchors 2.3 item 7: an identity is what a verified token says, and nothing else.
    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_is_not_ours_opens_nothing(string token)
    {
        var nobody = new Phone(services);

        var me = await services.Get("/v1/me", [("Authorization", $"Bearer {token}"), ("X-User-Id", Guid.CreateVersion7().ToString()), ("X-Service-Name", "gateway")]);
        var refresh = await nobody.Refresh(token);

        Assert.Equal((401, 401), (me, refresh.Status));
    }

    [Fact]
    public async Task An_access_token_refreshes_nothing_and_a_refresh_token_opens_nothing()
    {
        var phone = await new Phone(services).LogIn();

        Assert.Equal(401, (await phone.Refresh(phone.AccessToken)).Status);
        Assert.Equal(401, await services.Get("/v1/me", [("Authorization", $"Bearer {phone.RefreshToken}")]));
        Assert.Equal(200, (await phone.Refresh(phone.RefreshToken)).Status);
    }

    static async Task<string[]> RolesOf(Phone phone) => (await phone.Send(HttpMethod.Get, "/v1/me")).Body.GetProperty("roles").Deserialize<string[]>()!;
}

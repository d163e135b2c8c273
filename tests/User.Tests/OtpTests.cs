using System.Text.RegularExpressions;
using Xunit;

namespace Tumpang.Users.Tests;

public sealed partial class OtpTests(UserServices services)
{
    // NebengJek 1: the code was the last four digits of the number.
    [Fact]
    public async Task A_code_is_six_digits_that_come_from_nowhere()
    {
        var codes = new List<string>();
        var phone = new Phone(services);
        for (var request = 0; request < 5; request++)
        {
            Assert.Equal(202, (await phone.RequestCode()).Status);
            codes.Add(await phone.ReadCode());
        }

        // One of a hundred thousand codes drawn by lot is in the number all the same; five of five are only when they come from it.
        Assert.Contains(codes, code => !phone.Number.Contains(code, StringComparison.Ordinal));
        Assert.True(codes.Distinct().Count() > 1);
    }

    // NebengJek 1: its codes could be guessed without end. Twenty guesses at once, on two copies, use up five tries.
    [Fact]
    public async Task Twenty_parallel_guesses_use_up_the_code()
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var code = await phone.ReadCode();

        var guesses = await Race.Run(caller => phone.Guess(Wrong(code, caller)));
        var right = await phone.Guess(code);

        Assert.All(guesses, guess => Assert.Equal((401, "code-refused"), (guess.Status, guess.Code)));
        Assert.Equal((401, "code-refused"), (right.Status, right.Code));
    }

    // NebengJek 1: twenty-five codes a try would be too many; the sixth is, right or wrong.
    [Theory]
    [InlineData(4, 200)]
    [InlineData(5, 401)]
    public async Task A_code_bears_five_tries(int wrongTries, int status)
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var code = await phone.ReadCode();

        for (var guess = 0; guess < wrongTries; guess++)
        {
            await phone.Guess(Wrong(code, guess));
        }

        Assert.Equal(status, (await phone.Guess(code)).Status);
    }

    // NebengJek 1: a code was deleted after the token was made, so that it worked for everybody in between.
    [Fact]
    public async Task Of_twenty_parallel_logins_with_one_code_one_succeeds()
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var code = await phone.ReadCode();

        var logins = await Race.Run(_ => phone.Guess(code));

        Assert.Single(logins, login => login.Status == 200);
        Assert.Equal(Race.Callers - 1, logins.Count(login => login.Code == "code-refused"));
        Assert.Equal(1, await services.Count("select count(*) from users.sessions where user_id = @UserId", new { UserId = logins.Single(login => login.Status == 200).Body.GetProperty("userId").GetGuid() }));
    }

    [Fact]
    public async Task A_new_code_voids_the_one_before_it()
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var old = await phone.ReadCode();
        string code;
        do
        {
            await phone.RequestCode();
            code = await phone.ReadCode();
        }
        while (code == old);

        Assert.Equal(401, (await phone.Guess(old)).Status);
        Assert.Equal(200, (await phone.Guess(code)).Status);
    }

    [Fact]
    public async Task A_code_is_good_for_its_own_number_only()
    {
        var (mine, theirs) = (new Phone(services), new Phone(services));
        await mine.RequestCode();
        await theirs.RequestCode();
        var code = await mine.ReadCode();

        Assert.True((await theirs.Guess(code)).Status == 401 || code == await theirs.ReadCode());
        Assert.Equal(200, (await mine.Guess(code)).Status);
    }

    // NebengJek 1: no limit on requests. Twenty at once, on two copies: five texts go out.
    [Fact]
    public async Task Of_twenty_parallel_requests_five_send_a_text_and_the_rest_must_wait()
    {
        var phone = new Phone(services);

        var requests = await Race.Run(_ => phone.RequestCode());

        Assert.Equal(5, requests.Count(request => request.Status == 202));
        Assert.All(requests.Where(request => request.Status != 202), request =>
        {
            Assert.Equal((429, "too-many-codes", "phoneNumber"), (request.Status, request.Code, request.Field));
            Assert.InRange(request.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 600);
        });
        Assert.Equal(5, await services.Count("select count(*) from sandbox.sms_messages where to_number = @Number", new { phone.Number }));
    }

    // NebengJek 1: whoever asks must not learn which numbers have an account.
    [Fact]
    public async Task A_known_and_an_unknown_number_get_the_same_answers()
    {
        var known = await new Phone(services).LogIn();
        var asked = new[] { new Phone(services) { Number = known.Number }, new Phone(services) };

        var requests = await Task.WhenAll(asked.Select(phone => phone.RequestCode()));
        var guesses = await Task.WhenAll(asked.Select(async phone => await phone.Guess(Wrong(await phone.ReadCode(), guess: 0))));

        Assert.Equal(requests[0].Body.GetRawText(), requests[1].Body.GetRawText());
        Assert.Equal((guesses[0].Status, guesses[0].Code, guesses[0].Text("detail")), (guesses[1].Status, guesses[1].Code, guesses[1].Text("detail")));
    }

    // NebengJek 1: the code was logged and stored in clear.
    [Fact]
    public async Task Redis_holds_neither_number_nor_code_and_forgets_both()
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var code = await phone.ReadCode();

        var dump = await services.DumpRedis("users:*");

        Assert.NotEmpty(dump);
        Assert.All(dump, entry => Assert.InRange(entry.TimeToLive!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(10)));
        Assert.All(dump, entry => Assert.DoesNotContain(phone.Number[1..], entry.Key + entry.Value, StringComparison.Ordinal));
        var codes = dump.Where(entry => entry.Value.Contains("digest", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(codes);
        // Six given digits turn up in a long hash by chance now and then, so the hash that names the number is left out.
        Assert.All(codes, entry => Assert.DoesNotContain(code, HashedNumber().Replace(entry.Key, "") + entry.Value, StringComparison.Ordinal));
    }

    // NebengJek 1: the log of its process was enough to log in as anyone.
    [Fact]
    public async Task The_log_holds_neither_number_nor_code_nor_token()
    {
        var phone = new Phone(services);
        await phone.RequestCode();
        var code = await phone.ReadCode();
        await phone.Guess("12345x");
        await phone.Guess(code);

        var log = await services.ReadLogs();

        Assert.DoesNotContain(phone.Number[2..], log, StringComparison.Ordinal);
        Assert.DoesNotContain($" {code}", log, StringComparison.Ordinal);
        Assert.DoesNotContain("CfDJ8", log, StringComparison.Ordinal);
    }

    // NebengJek 30: an outage behind it was a 500 with somebody else's text.
    [Fact]
    public async Task When_the_text_cannot_be_sent_the_answer_says_so()
    {
        var reply = await new Phone(services) { Number = "+19995550500" }.RequestCode();

        Assert.Equal((503, "sms-unavailable"), (reply.Status, reply.Code));
        Assert.NotNull(reply.Headers.RetryAfter);
    }

    // NebengJek 32: what is wrong has a name.
    [Theory]
    [InlineData("/v1/otp", "{}", "phoneNumber")]
    [InlineData("/v1/otp", """{"phoneNumber":null}""", "phoneNumber")]
    [InlineData("/v1/otp", """{"phoneNumber":"0856 1234 567"}""", "phoneNumber")]
    [InlineData("/v1/otp", """{"phoneNumber":12}""", "phoneNumber")]
    [InlineData("/v1/sessions", """{"phoneNumber":"+12125550123"}""", "code")]
    [InlineData("/v1/sessions", """{"phoneNumber":"+12125550123","code":"12345"}""", "code")]
    [InlineData("/v1/sessions", """{"phoneNumber":"+12125550123","code":"12345\u0664"}""", "code")]
    public async Task A_request_that_lacks_something_is_told_what(string path, string body, string field)
    {
        var reply = await new Phone(services).Send(HttpMethod.Post, path, System.Text.Json.JsonDocument.Parse(body).RootElement);

        Assert.Equal((400, field), (reply.Status, reply.Field));
    }

    [GeneratedRegex("[0-9a-f]{64}", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex HashedNumber();

    static string Wrong(string code, int guess) => ((int.Parse(code) + guess + 1) % 1_000_000).ToString("D6");
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Who brings a new passenger has a credit, and the new passenger one: once, within budget and limit, whoever races. Fares of 9 657 rupiah.</summary>
public sealed class ReferralTests(BillingFleet fleet)
{
    const long Whole = 965_700, Newcomer = 100_000, Referrer = 50_000;

    static readonly string[] Expiry =
    [
        "set session_replication_role = replica",
        "update billing.passenger_credits set expires_at = now() - interval '1 minute' where passenger_id = '{0}'",
        "set session_replication_role = origin",
    ];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_newcomer_has_a_credit_at_once_and_the_referrer_when_the_first_ride_is_paid_for()
    {
        var programme = await Programme();
        var (newcomer, referrer) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var entered = await Enter(newcomer, await CodeOf(referrer));
        var early = await fleet.Balance("PassengerCredit", referrer);
        var ride = await Finished(newcomer);
        await fleet.Deliver(ride.Paid(new(Whole - Newcomer, "IDR")));
        await Books.Until("the referrer is rewarded", async () => await fleet.Balance("PassengerCredit", referrer) == -Referrer);
        var next = await Finished(referrer);

        Assert.Equal((HttpStatusCode.Created, Newcomer), (entered.StatusCode, (await Body(entered)).GetProperty("credit").GetProperty("minorUnits").GetInt64()));
        Assert.Equal(0, early);
        Assert.Equal((Newcomer, Referrer), (await fleet.Posted("PassengerCredit", ride), await fleet.Posted("PassengerCredit", next)));
        Assert.Equal((0, Newcomer + Referrer), await Money(programme));
        Assert.Equal((1, 1), await Brought(referrer));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A ride that the credit paid whole has brought nothing yet.</summary>
    [Fact]
    public async Task A_ride_that_only_the_credit_paid_rewards_nobody()
    {
        var programme = await Programme(newcomer: Whole);
        var (newcomer, referrer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Enter(newcomer, await CodeOf(referrer));
        var (given, paid) = (await Finished(newcomer), await Finished(newcomer));

        await fleet.Deliver(given.Paid(new(0, "IDR")));
        var (witness, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Enter(other, await CodeOf(witness));
        var others = (await Finished(other), await Finished(other));
        await fleet.Deliver(others.Item2.Paid(new(Whole, "IDR")));
        await Books.Until("rewards have been looked for since", async () => await fleet.Balance("PassengerCredit", witness) == -Referrer);
        var before = await Brought(referrer);
        await fleet.Deliver(paid.Paid(new(Whole, "IDR")));
        await Books.Until("the referrer is rewarded", async () => await Brought(referrer) == (1, 1));

        Assert.Equal((1, 0), before);
        Assert.Equal((0, 2 * (Whole + Referrer)), await Money(programme));
    }

    [Fact]
    public async Task Nothing_is_given_where_no_programme_runs()
    {
        await StopRunning();

        var refused = await Enter(Guid.CreateVersion7(), await CodeOf(Guid.CreateVersion7()));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-referrals"), (refused.StatusCode, await Text(refused, "code")));
    }

    [Fact]
    public async Task Of_codes_entered_at_once_by_one_newcomer_one_counts()
    {
        var programme = await Programme();
        var newcomer = Guid.CreateVersion7();
        string[] codes = [await CodeOf(Guid.CreateVersion7()), await CodeOf(Guid.CreateVersion7())];

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(turn => Enter(newcomer, codes[turn % 2])));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal((Referrer, Newcomer), await Money(programme));
        Assert.Equal(-Newcomer, await fleet.Balance("PassengerCredit", newcomer));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_budget_is_never_overspent_whoever_races()
    {
        var programme = await Programme(budget: (3 * (Newcomer + Referrer)) + Newcomer);
        var code = await CodeOf(Guid.CreateVersion7());

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Enter(Guid.CreateVersion7(), code)));

        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created)) Assert.Equal("referrals-exhausted", await Text(refused, "code"));
        Assert.Equal((3 * Referrer, 3 * Newcomer), await Money(programme));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_referrer_brings_as_many_as_there_may_be_whoever_races()
    {
        await Programme(most: 2);
        var referrer = Guid.CreateVersion7();
        var code = await CodeOf(referrer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Enter(Guid.CreateVersion7(), code)));

        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created)) Assert.Equal("referral-limit", await Text(refused, "code"));
        Assert.Equal((2, 0), await Brought(referrer));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Nobody_brings_themselves_nor_each_other()
    {
        await Programme();
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (codeOfOne, codeOfTwo) = (await CodeOf(one), await CodeOf(two));

        var own = await Enter(one, codeOfOne);
        var mutual = await Task.WhenAll(Enumerable.Range(0, 10).Select(turn => turn % 2 == 0 ? Enter(one, codeOfTwo) : Enter(two, codeOfOne)));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "own-referral-code"), (own.StatusCode, await Text(own, "code")));
        Assert.Equal(1, mutual.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(-Newcomer, await fleet.Balance("PassengerCredit", one) + await fleet.Balance("PassengerCredit", two));
    }

    [Fact]
    public async Task A_code_is_for_who_has_not_ridden_yet()
    {
        await Programme();
        var passenger = Guid.CreateVersion7();
        await Finished(passenger);

        var late = await Enter(passenger, await CodeOf(Guid.CreateVersion7()));
        var unknown = await Enter(Guid.CreateVersion7(), "NOBODY22");

        Assert.Equal((HttpStatusCode.Conflict, "not-new"), (late.StatusCode, await Text(late, "code")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "referral-code-unknown"), (unknown.StatusCode, await Text(unknown, "code")));
    }

    [Fact]
    public async Task What_is_not_used_in_time_is_taken_back_and_who_never_rides_is_waited_for_no_longer()
    {
        var programme = await Programme(most: 1);
        var (newcomer, referrer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var code = await CodeOf(referrer);
        await Enter(newcomer, code);
        var full = await Enter(Guid.CreateVersion7(), code);

        await fleet.ExecuteAsOwner(string.Format(string.Join(';', Expiry), newcomer));
        await fleet.ExecuteAsOwner($"update billing.referrals set entered_at = entered_at - interval '31 days' where newcomer_id = '{newcomer}'");
        await Books.Until("the credit has expired", async () => await fleet.Balance("PassengerCredit", newcomer) == 0);
        await Books.Until("the referral has lapsed", async () => await Money(programme) == (0, Newcomer));

        Assert.Equal("referral-limit", await Text(full, "code"));
        Assert.Equal(0, await fleet.Posted("PassengerCredit", await Finished(newcomer)));
        Assert.Equal(HttpStatusCode.Created, (await Enter(Guid.CreateVersion7(), code)).StatusCode);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Nobody looked until the wait was over: of ten who paid in time all are rewarded, and the one who paid too late is not, whoever looks first.</summary>
    [Fact]
    public async Task Who_paid_in_time_is_rewarded_though_nobody_looked_until_the_wait_was_over()
    {
        var programme = await Programme();
        var referrer = Guid.CreateVersion7();
        var code = await CodeOf(referrer);
        var newcomers = Enumerable.Range(0, 11).Select(_ => Guid.CreateVersion7()).ToArray();
        await Task.WhenAll(newcomers.Select(newcomer => Enter(newcomer, code)));

        await using (var looked = await fleet.Owner.OpenConnectionAsync(Stop))
        await using (var nobody = await looked.BeginTransactionAsync(Stop))
        {
            await looked.ExecuteAsync("select 1 from billing.referrals where newcomer_id = any(@newcomers) for update", new { newcomers }, nobody);
            foreach (var newcomer in newcomers)
            {
                var ride = await Finished(newcomer);
                await fleet.Deliver(ride.Paid(new(Whole - Newcomer, "IDR")));
            }

            // They were paid for on a day of November 2013.
            await looked.ExecuteAsync(
                "update billing.referrals set entered_at = case newcomer_id when @late then timestamptz '2013-09-01' else timestamptz '2013-11-01' end where newcomer_id = any(@newcomers)",
                new { late = newcomers[0], newcomers }, nobody);
            await nobody.CommitAsync(Stop);
        }

        await Books.Until("all are decided", async () => (await Money(programme)).Reserved == 0);
        Assert.Equal((0, (11 * Newcomer) + (10 * Referrer)), await Money(programme));
        Assert.Equal((11, 10), await Brought(referrer));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A fare that was lowered, and then void, has used it: what it gives back is a credit as it was, and no money of the passenger's own.</summary>
    [Fact]
    public async Task What_comes_back_of_a_credit_keeps_its_expiry()
    {
        await Programme();
        var newcomer = Guid.CreateVersion7();
        await Enter(newcomer, await CodeOf(Guid.CreateVersion7()));
        var ride = await Finished(newcomer);

        Assert.Equal(HttpStatusCode.Created, (await Lower(ride, Whole - Newcomer + 30_000)).StatusCode);
        await fleet.Deliver(ride.Voided(new(Newcomer - 30_000, "IDR")) with { OccurredAt = DateTimeOffset.UtcNow });

        Assert.Equal(-Newcomer, await fleet.Balance("PassengerCredit", newcomer));
        Assert.Equal([30_000L, Newcomer - 30_000], await fleet.Column<long>("""
            select   back.amount_minor_units
            from     billing.passenger_credits back
            join     billing.passenger_credits given on given.passenger_id = back.passenger_id and given.source = 'Newcomer' and given.expires_at = back.expires_at
            where    back.source = 'Returned' and back.passenger_id = @newcomer
            order by back.credit_id
            """, new { newcomer }));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_comes_back_too_late_can_be_used_for_a_week_and_is_taken_back_then()
    {
        await Programme();
        var newcomer = Guid.CreateVersion7();
        await Enter(newcomer, await CodeOf(Guid.CreateVersion7()));
        var ride = await Finished(newcomer);
        await fleet.ExecuteAsOwner(string.Format(string.Join(';', Expiry), newcomer));
        var back = DateTimeOffset.UtcNow;

        await fleet.Deliver(ride.Voided(new(Whole - Newcomer, "IDR")) with { OccurredAt = back });
        var expires = Assert.Single(await fleet.Column<long>(
            "select (extract(epoch from expires_at) * 1000)::bigint from billing.passenger_credits where source = 'Returned' and passenger_id = @newcomer", new { newcomer }));
        await fleet.ExecuteAsOwner(string.Format(string.Join(';', Expiry), newcomer));
        await Books.Until("it has expired", async () => await fleet.Balance("PassengerCredit", newcomer) == 0);

        Assert.InRange(expires - back.AddDays(7).ToUnixTimeMilliseconds(), -1, 1);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_code_is_a_passenger_s_for_good_however_often_it_is_asked_for_at_once()
    {
        var passenger = Guid.CreateVersion7();

        var codes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CodeOf(passenger)));

        Assert.Matches("^[A-HJ-NP-Z2-9]{8}$", Assert.Single(codes.Distinct()));
    }

    [Theory]
    [InlineData("cityId", "\"atlantis\"")]
    [InlineData("newcomerMinorUnits", "0")]
    [InlineData("referrerMinorUnits", "-5")]
    [InlineData("mostPerReferrer", "0")]
    [InlineData("creditDays", "4000")]
    [InlineData("budgetMinorUnits", "149999")]
    public async Task A_programme_that_makes_no_sense_is_refused_by_its_field(string field, string value)
    {
        var body = JsonSerializer.SerializeToNode(Terms(Newcomer, 5, 1_000_000))!;
        body[field] = System.Text.Json.Nodes.JsonNode.Parse(value);

        var refused = await Operate("/v1/ops/referral-programmes", body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (refused.StatusCode, await Text(refused, "field")));
    }

    [Fact]
    public async Task Only_operators_write_programmes_and_a_city_has_one()
    {
        await Programme();
        using var request = fleet.Request(HttpMethod.Post, "/v1/ops/referral-programmes", Guid.CreateVersion7());
        request.Content = JsonContent.Create(Terms(Newcomer, 5, 1_000_000));

        var second = await Operate("/v1/ops/referral-programmes", Terms(Newcomer, 5, 1_000_000));

        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Send(request)).StatusCode);
        Assert.Equal((HttpStatusCode.Conflict, "referral-programme-runs"), (second.StatusCode, await Text(second, "code")));
    }

    /// <summary>The only one that runs in Jakarta.</summary>
    async Task<Guid> Programme(long newcomer = Newcomer, int most = 100, long budget = 100_000_000)
    {
        await StopRunning();
        var made = await Operate("/v1/ops/referral-programmes", Terms(newcomer, most, budget));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (await Body(made)).GetProperty("programmeId").GetGuid();
    }

    static object Terms(long newcomer, int most, long budget) =>
        new { cityId = "jakarta", newcomerMinorUnits = newcomer, referrerMinorUnits = Referrer, mostPerReferrer = most, creditDays = 30, budgetMinorUnits = budget };

    async Task StopRunning()
    {
        foreach (var programme in (await Programmes()).Where(programme => !programme.TryGetProperty("stoppedAt", out _)))
        {
            await Operate($"/v1/ops/referral-programmes/{programme.GetProperty("programmeId").GetGuid()}/stop", new { });
        }
    }

    async Task<IEnumerable<JsonElement>> Programmes()
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, "/v1/ops/referral-programmes?cityId=jakarta");
        return (await Body(await fleet.Send(request))).GetProperty("programmes").EnumerateArray();
    }

    async Task<(long Reserved, long Spent)> Money(Guid programmeId)
    {
        var programme = (await Programmes()).Single(each => each.GetProperty("programmeId").GetGuid() == programmeId);
        return (programme.GetProperty("reserved").GetProperty("minorUnits").GetInt64(), programme.GetProperty("spent").GetProperty("minorUnits").GetInt64());
    }

    Task<Ride> Finished(Guid passenger) => fleet.Finished(new Ride("jakarta", PaymentMethodKind.Cash) { PassengerId = passenger });

    async Task<JsonElement> Referral(Guid passenger)
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/me/referral", passenger, driver: false);
        return await Body(await fleet.Send(request));
    }

    async Task<string> CodeOf(Guid passenger) => (await Referral(passenger)).GetProperty("code").GetString()!;

    async Task<(long Brought, long Rewarded)> Brought(Guid passenger)
    {
        var referral = await Referral(passenger);
        return (referral.GetProperty("brought").GetInt64(), referral.GetProperty("rewarded").GetInt64());
    }

    async Task<HttpResponseMessage> Enter(Guid newcomer, string code)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/me/referral", newcomer, driver: false);
        request.Content = JsonContent.Create(new { code, cityId = "jakarta" });
        return await fleet.Send(request);
    }

    Task<HttpResponseMessage> Lower(Ride ride, long minorUnits) =>
        Operate($"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = minorUnits, reason = "the driver took a detour" });

    async Task<HttpResponseMessage> Operate(string path, object body)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, path, body);
        return await fleet.Send(request);
    }

    static Task<JsonElement> Body(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>(Stop);

    static async Task<string?> Text(HttpResponseMessage answer, string name) => (await Body(answer)).GetProperty(name).GetString();
}

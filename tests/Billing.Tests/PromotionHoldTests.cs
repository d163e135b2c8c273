using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;
/// <summary>What a quote shows is held for whoever it is shown to, until they ask for a ride or their quotes expire. Two copies, real races.</summary>
public sealed class PromotionHoldTests(BillingFleet fleet) : PromotionsUnderTest(fleet)
{
    static readonly GeoPoint Monas = new(-6.1754, 106.8272), Cikini = new(-6.2000, 106.8456);

    /// <summary>Money for three: of twenty-four who ask at once three are shown it, and they have it at the fare.</summary>
    [Fact]
    public async Task A_code_is_shown_to_as_many_as_it_has_money_for_and_paid_for_all_of_them()
    {
        var code = await Create(most: 100, budget: 350);
        var passengers = Enumerable.Range(0, 24).Select(_ => Guid.CreateVersion7()).ToList();

        var asking = Task.WhenAll(passengers.Select(passenger => Refused(code, passenger)));
        while (!asking.IsCompleted) Assert.Empty(await Fleet.BrokenInvariants());
        var answers = await asking;
        Assert.Equal(3, answers.Count(refused => refused is null));
        Assert.All(answers, refused => Assert.True(refused is null or "promotion-exhausted"));
        Assert.Equal(((300, 0), 300), (await Money(code), await Held(code)));

        // They ask for another price, as passengers do: it is theirs, however little is left for others.
        var promised = await Task.WhenAll(passengers.Where((_, index) => answers[index] is null).Select(passenger => Promised(code, passenger)));
        await Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);
        Assert.Equal(((300, 0), 0), (await Money(code), await Held(code)));
        foreach (var (ride, quote, _) in promised)
        {
            await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            Assert.Equal(700, (await Fleet.FareOf(ride)).TotalMinorUnits);
            Assert.Equal((100, 0), (await Fleet.Posted("PromotionExpense", ride), await Fleet.Posted("Concessions", ride)));
        }

        Assert.Equal((0, 300), await Money(code));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>The better one has money for one ride: nobody is shown it in vain, and the others have the next.</summary>
    [Fact]
    public async Task What_applies_by_itself_and_has_no_money_left_gives_way_to_the_next_best()
    {
        Guid[] promotions =
        [
            await Create(Body(code: null, most: 300_000, budget: 300_000, vehicleClasses: [VehicleClass.Standard], cityId: "jakarta")),
            await Create(Body(code: null, most: 100_000, budget: 100_000_000, vehicleClasses: [VehicleClass.Standard], cityId: "jakarta")),
        ];
        await Books.Until("both copies know them", () => AtBoth(async copy => Line(await InJakarta(Guid.CreateVersion7(), copy), "promotion") == -100_000));
        var passengers = Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7()).ToList();
        await Fleet.ExecuteAsOwner("update billing.promotion_holds set expires_at = now() - interval '1 second' where promotion_id = '" + promotions[0] + "'");
        await Books.Until("the better one is free", async () => await Fleet.Count("billing.promotion_holds where promotion_id = @Id", new { Id = promotions[0] }) == 0);

        var quotes = await Task.WhenAll(passengers.Select(passenger => InJakarta(passenger)));
        foreach (var (passenger, quote) in passengers.Zip(quotes))
        {
            var shown = Array.IndexOf([-300_000L, -100_000L], Line(quote, "promotion"));
            Assert.Equal(promotions[shown], quote.GetProperty("promotion").GetProperty("promotionId").GetGuid());
            Assert.Contains(promotions[shown], await Fleet.Column<Guid>("select promotion_id from billing.promotion_holds where passenger_id = @passenger", new { passenger }));
        }

        // None, where a passenger of another test was first.
        Assert.InRange(quotes.Count(quote => Line(quote, "promotion") == -300_000), 0, 1);
        Assert.Empty(await Fleet.BrokenInvariants());
        foreach (var id in promotions) Assert.Equal(HttpStatusCode.OK, (await Post($"/v1/ops/promotions/{id}/stop", new { })).Status);
    }

    [Fact]
    public async Task A_passenger_s_twenty_quotes_at_once_hold_it_once()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Quote(passenger, code)));

        Assert.All(answers, quote => Assert.Equal(-100, Line(quote, "promotion")));
        Assert.Equal(((100, 0), 100), (await Money(code), await Held(code)));
    }

    /// <summary>The copies have looked since: in their memory, too, nothing is left but what is held.</summary>
    [Fact]
    public async Task Who_has_the_last_of_it_is_quoted_it_again_and_nobody_else()
    {
        var (code, passenger) = (await Create(most: 100, budget: 100), Guid.CreateVersion7());
        await Quote(passenger, code);
        await Create(most: 100);

        Assert.True(await AtBoth(async copy => await Refused(code, passenger, copy) is null && await Refused(code, Guid.CreateVersion7(), copy) == "promotion-exhausted"));
        Assert.Equal((100, 0), await Money(code));
    }

    [Fact]
    public async Task A_quote_that_is_covered_writes_nothing_and_one_that_is_not_holds_on()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        await Quote(passenger, code);
        var first = await VersionOf(passenger);
        await Quote(passenger, code);
        Assert.Equal(first, await VersionOf(passenger));

        await Fleet.ExecuteAsOwner($"update billing.promotion_holds set expires_at = now() + interval '5 minutes 30 seconds' where passenger_id = '{passenger}'");
        await Quote(passenger, code);
        Assert.Single(await Fleet.Column<Guid>(
            "select passenger_id from billing.promotion_holds where passenger_id = @passenger and expires_at > now() + interval '6 minutes'", new { passenger }));
        Assert.Equal(100, await Held(code));
    }

    /// <summary>What expired is somebody else's; a request that was heard too late is honoured at our expense.</summary>
    [Fact]
    public async Task What_was_held_for_quotes_that_expired_is_free_again()
    {
        var code = await Create(most: 100, budget: 100);
        var late = Assert.Single(await Lapsed(code, Guid.CreateVersion7()));
        Assert.Equal((0, 0), await Money(code));

        var next = await Promised(code);
        await Fleet.Deliver(late.Request, next.Request);

        Assert.Equal(("Unfunded", "Reserved"), (await StatusOf(late.Ride), await StatusOf(next.Ride)));
        Assert.Equal(((100, 0), 0), (await Money(code), await Held(code)));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task However_many_copies_look_for_what_expired_it_is_given_back_once()
    {
        var code = await Create(most: 100);
        var passengers = Enumerable.Range(0, 60).Select(_ => Guid.CreateVersion7()).ToList();
        await Task.WhenAll(passengers.Select(passenger => Quote(passenger, code)));
        Assert.Equal((6_000, 0), await Money(code));

        // A few at a time, so that both copies find some at every look, while others hold anew.
        var expiring = Task.WhenAll(passengers.Select(passenger =>
            Fleet.ExecuteAsOwner($"update billing.promotion_holds set expires_at = now() - interval '1 second' where passenger_id = '{passenger}'")));
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Promised(code)));
        await expiring;
        await Books.Until("they are free", async () => await Held(code) == 2_000);

        Assert.Equal((2_000, 0), await Money(code));
        await Fleet.DeliverAtOnce([.. others.Select(each => each.Request)]);
        Assert.Equal(((2_000, 0), 0), (await Money(code), await Held(code)));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>Each request takes what is held for it, or what the sweep has just freed of it: there is enough for all in every order.</summary>
    [Fact]
    public async Task Expiry_and_request_at_once_leave_one_truth()
    {
        var code = await Create(most: 100, budget: 2_000);
        var promised = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Promised(code)));

        await Task.WhenAll(Expire(code), Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]));

        Assert.All(await Task.WhenAll(promised.Select(each => StatusOf(each.Ride))), status => Assert.Equal("Reserved", status));
        Assert.Equal(((2_000, 0), 0), (await Money(code), await Held(code)));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>Quotes, requests, ends and expiries of the same passengers at once: what is reserved is what is held and used, at every instant.</summary>
    [Fact]
    public async Task In_a_rush_what_is_reserved_is_what_is_held_and_used()
    {
        var code = await Create(most: 100, budget: 500, usesPerPassenger: 3);
        var passengers = Enumerable.Range(0, 8).Select(_ => Guid.CreateVersion7()).ToList();

        var rush = Task.WhenAll(passengers.Select(Rush));
        while (!rush.IsCompleted)
        {
            await Expire(code);
            Assert.Empty(await Fleet.BrokenInvariants());
        }

        await rush;
        await Lapse(code);
        Assert.Equal((0, 0), await Money(code));
        Assert.Empty(await Fleet.BrokenInvariants());

        async Task Rush(Guid passenger)
        {
            for (var round = 0; round < 4; round++)
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Ask(passenger, code, at: null)));
                if (answers.Any(answer => answer.Status != HttpStatusCode.OK)) continue;

                var requests = answers.Select(answer => RequestUnder(QuoteIn(answer.Body), passenger)).ToList();
                await Fleet.DeliverAtOnce([.. requests.SelectMany(each => new Event[] { each.Request, NoDriver(each.Ride) })]);
            }
        }
    }

    [Fact]
    public async Task What_is_held_stays_promised_when_the_promotion_is_stopped()
    {
        var code = await Create(most: 100);
        var (promised, id) = (await Promised(code), (await Find(code)).GetProperty("promotionId").GetGuid());

        Assert.Equal(HttpStatusCode.OK, (await Post($"/v1/ops/promotions/{id}/stop", new { })).Status);
        await Fleet.Deliver(promised.Request);

        Assert.Equal("Reserved", await StatusOf(promised.Ride));
        Assert.Equal((100, 0), await Money(code));
    }

    /// <summary>The ride goes another way: it keeps what it has, and the passenger's quote for the next one keeps its own.</summary>
    [Fact]
    public async Task Another_way_takes_over_what_its_ride_has_and_no_hold()
    {
        var (code, passenger) = (await Create(most: 100, budget: 200, usesPerPassenger: 2), Guid.CreateVersion7());
        var (ride, quote) = await Requested(code, passenger);
        var next = await Promised(code, passenger);
        await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) });

        var other = await Reroute(ride);
        var rerouted = ride with { QuoteId = other.GetProperty("quoteId").GetGuid() };
        await Fleet.Deliver(new RideRerouted(
            ride.RideId, ride.RequestId, passenger, ride.DriverId, "nyc", VehicleClass.Standard, ride.DropOff, [], rerouted.QuoteId, Fare(other), ride.QuoteId,
            other.GetProperty("token").GetString()!)
        { OccurredAt = ride.StartedAt, Version = 4 });

        Assert.Equal(("Released", "Reserved"), (await StatusOf(ride), await StatusOf(rerouted)));
        Assert.Equal(((200, 0), 100), (await Money(code), await Held(code)));
        await Fleet.Deliver(next.Request);
        Assert.Equal(("Reserved", 0), (await StatusOf(next.Ride), await Held(code)));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    Task<string> VersionOf(Guid passenger) => One(Fleet.Column<string>(
        "select concat(hold.xmin, ' ', promotion.xmin) from billing.promotion_holds hold join billing.promotions promotion using (promotion_id) where passenger_id = @passenger",
        new { passenger }));

    static async Task<string> One(Task<IReadOnlyList<string>> rows) => Assert.Single(await rows);

    async Task<JsonElement> InJakarta(Guid passenger, int? at = null)
    {
        using var request = Fleet.Request(HttpMethod.Post, "/v1/quotes", passenger, at: at);
        request.Content = JsonContent.Create(new { pickup = Monas, dropOff = Cikini });
        using var answer = await Fleet.Send(request);
        return QuoteIn(await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }
}

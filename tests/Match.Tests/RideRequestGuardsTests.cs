using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;
using static Tumpang.Matching.Tests.Samples;

namespace Tumpang.Matching.Tests;

public sealed class RideRequestGuardsTests
{
    static readonly RideRequestGuards Clear = new(
        Inserted: true, OnARide: false, AnotherIsLive: false, InDebt: false, WalletOverdrawn: false, QuoteUsed: false, AlreadyScheduled: false,
        PaymentMethodKind: PaymentMethodKind.Card);

    [Fact]
    public void Without_obstacles_the_request_is_made_under_the_terms_of_the_quote()
    {
        var (quote, method, id) = (Quote(), Guid.CreateVersion7(), Guid.CreateVersion7());

        var requested = Clear.Decide(id, quote, "token", method, Now.AddMinutes(3), Now).Event!;

        Assert.Equal(
            (id, quote.PassengerId, quote.QuoteId, "token", quote.Fare),
            (requested.RideRequestId, requested.PassengerId, requested.QuoteId, requested.QuoteToken, requested.QuotedFare));
        Assert.Equal(new PaymentChoice(method, PaymentMethodKind.Card), requested.Payment);
        Assert.Equal((1L, Now, Now.AddMinutes(3)), (requested.Version, requested.OccurredAt, requested.SearchEndsAt));
    }

    [Fact]
    public void Every_obstacle_has_its_answer()
    {
        Assert.Equal("active-ride", Code(Clear with { OnARide = true }));
        Assert.Equal("already-requested", Code(Clear with { Inserted = false, AnotherIsLive = true }));
        Assert.Equal("debt-outstanding", Code(Clear with { InDebt = true }));
        Assert.Equal("wallet-overdrawn", Code(Clear with { WalletOverdrawn = true }));
        Assert.Equal("quote-used", Code(Clear with { Inserted = false, QuoteUsed = true }));
        Assert.Equal("already-scheduled", Code(Clear with { Inserted = false, AlreadyScheduled = true }));
        Assert.Equal("payment-method-unknown", Code(Clear with { Inserted = false, PaymentMethodKind = null }));
    }

    [Fact]
    public void A_quote_serves_its_passenger_until_it_expires()
    {
        var quote = Quote();

        Assert.Null(RideRequestGuards.WhyNotUse(quote, quote.PassengerId, quote.ExpiresAt.AddTicks(-10)));
        Assert.Equal("quote-expired", RideRequestGuards.WhyNotUse(quote, quote.PassengerId, quote.ExpiresAt)!.Code);
        Assert.Equal("quote-invalid", RideRequestGuards.WhyNotUse(quote, Guid.CreateVersion7(), Now)!.Code);
        Assert.Equal("quote-invalid", RideRequestGuards.WhyNotUse(null, quote.PassengerId, Now)!.Code);
    }

    static string Code(RideRequestGuards guards) =>
        guards.Decide(Guid.CreateVersion7(), Quote(), "token", Guid.CreateVersion7(), Now.AddMinutes(3), Now).Problem!.Code;

    static Quote Quote() => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "nyc", VehicleClass.Standard, new(40.75, -73.98), new(40.72, -74.00),
        Guid.CreateVersion7(), 1, 4_000, 900, new(1_250, "USD"), [new("base", 1_250)], Now.AddMinutes(-1), Now.AddMinutes(4));
}

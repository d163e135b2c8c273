using Tumpang.Contracts;
using Xunit;
using static Tumpang.Matching.Tests.Samples;

namespace Tumpang.Matching.Tests;

/// <summary>The state machine of requests and offers, rule by rule.</summary>
public sealed class RideRequestTests
{
    [Theory]
    [InlineData(RideRequestStatus.Searching)]
    [InlineData(RideRequestStatus.Offered)]
    [InlineData(RideRequestStatus.AwaitingPassenger)]
    public void A_passenger_may_cancel_until_both_sides_agreed(RideRequestStatus status)
    {
        var request = Request(status);

        var cancelled = request.Cancel(Now).Event;

        Assert.Equal((request.RideRequestId, request.Version + 1, Now), (cancelled!.RideRequestId, cancelled.Version, cancelled.OccurredAt));
    }

    [Theory]
    [InlineData(RideRequestStatus.Matched, "already-matched")]
    [InlineData(RideRequestStatus.Cancelled, "not-searching")]
    [InlineData(RideRequestStatus.NoDriverFound, "not-searching")]
    public void What_has_ended_cannot_be_cancelled(RideRequestStatus status, string code)
    {
        var problem = Request(status).Cancel(Now).Problem;

        Assert.Equal((409, code, status.ToString()), (problem!.Status, problem.Code, problem.State));
    }

    [Fact]
    public void An_open_offer_in_time_is_accepted()
    {
        var request = Request(RideRequestStatus.Offered);
        var offer = OfferOf(request);

        var accepted = request.Accept(offer, passengerConfirms: false, Now).Event;

        Assert.Equal((offer.OfferId, offer.DriverId, false), (accepted!.OfferId, accepted.DriverId, accepted.AwaitsPassenger));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void An_offer_is_too_late_from_the_instant_of_its_expiry(int secondsLeft)
    {
        var request = Request(RideRequestStatus.Offered);

        var problem = request.Accept(OfferOf(request, OfferStatus.Open, secondsLeft), passengerConfirms: false, Now).Problem;

        Assert.Equal("offer-expired", problem!.Code);
    }

    // NebengJek 9: a rejected match could be revived by a later confirmation.
    [Theory]
    [InlineData(OfferStatus.Accepted)]
    [InlineData(OfferStatus.Declined)]
    [InlineData(OfferStatus.Expired)]
    [InlineData(OfferStatus.Withdrawn)]
    public void An_offer_that_ended_is_not_revived(OfferStatus status)
    {
        var request = Request(RideRequestStatus.Offered);

        var problem = request.Accept(OfferOf(request, status), passengerConfirms: false, Now).Problem;

        Assert.Equal((409, "offer-not-open", status.ToString()), (problem!.Status, problem.Code, problem.State));
        Assert.Equal("offer-not-open", RideRequest.WhyNotDecline(OfferOf(request, status))!.Code);
    }

    [Theory]
    [InlineData(RideRequestStatus.Searching)]
    [InlineData(RideRequestStatus.AwaitingPassenger)]
    [InlineData(RideRequestStatus.Matched)]
    [InlineData(RideRequestStatus.Cancelled)]
    [InlineData(RideRequestStatus.NoDriverFound)]
    public void A_request_that_is_not_on_offer_cannot_be_accepted(RideRequestStatus status)
    {
        var request = Request(status);

        Assert.Equal("not-searching", request.Accept(OfferOf(request), passengerConfirms: false, Now).Problem!.Code);
    }

    [Fact]
    public void A_passenger_confirms_only_a_driver_who_accepted_and_only_in_time()
    {
        var waiting = Request(RideRequestStatus.AwaitingPassenger);

        Assert.Null(waiting.WhyNotAnswer(Now));
        Assert.Equal("confirmation-late", waiting.WhyNotAnswer(Now.AddSeconds(30))!.Code);
        Assert.Equal("nothing-to-confirm", Request(RideRequestStatus.Searching).WhyNotAnswer(Now)!.Code);
        Assert.Equal("nothing-to-confirm", Request(RideRequestStatus.Matched).WhyNotAnswer(Now)!.Code);
    }

    [Fact]
    public void A_match_tells_ride_all_it_needs()
    {
        var request = Request(RideRequestStatus.Offered);
        var (offer, rideId) = (OfferOf(request), Guid.CreateVersion7());

        var match = request.Confirmed(offer, rideId, Now, version: 5);

        Assert.Equal((rideId, request.PassengerId, offer.DriverId, request.QuoteId, request.QuotedFare, 5L),
            (match.RideId, match.PassengerId, match.DriverId, match.QuoteId, match.QuotedFare, match.Version));
        Assert.Equal((request.Pickup, request.DropOff, offer.DriverPosition), (match.Pickup, match.DropOff, match.DriverPosition));
    }

    [Theory]
    [InlineData(Party.Driver, RideStatus.DriverAssigned, "car-broke-down", true)]
    [InlineData(Party.Driver, RideStatus.DriverArrived, "car-broke-down", true)]
    [InlineData(Party.Driver, RideStatus.DriverArrived, RideRequest.PassengerNoShow, false)]
    [InlineData(Party.Driver, RideStatus.DriverAssigned, RideRequest.PassengerAsked, false)]
    [InlineData(Party.Driver, RideStatus.InProgress, "car-broke-down", false)]
    [InlineData(Party.Passenger, RideStatus.DriverAssigned, "changed-mind", false)]
    [InlineData(Party.System, RideStatus.DriverAssigned, "refused", false)]
    public void Only_a_drivers_cancel_before_the_ride_reopens_the_search(Party by, RideStatus cancelledIn, string reason, bool reopens)
    {
        var request = Request(RideRequestStatus.Matched);

        Assert.Equal(reopens, request.ReopensAfter(CancelOf(request, by, cancelledIn, reason)));
    }

    [Fact]
    public void A_cancel_of_another_ride_or_of_an_ended_request_reopens_nothing()
    {
        var request = Request(RideRequestStatus.Matched);
        var cancelled = CancelOf(request, Party.Driver, RideStatus.DriverAssigned);

        Assert.False(request.ReopensAfter(cancelled with { RideId = Guid.CreateVersion7() }));
        Assert.False((request with { Status = RideRequestStatus.Cancelled }).ReopensAfter(cancelled));
    }
}

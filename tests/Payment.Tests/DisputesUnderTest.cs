using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What tests of disputes ask of payment, at every provider.</summary>
public abstract class DisputesUnderTest(PaymentFleet fleet)
{
    protected PaymentFleet Fleet { get; } = fleet;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Providers => ProviderSide.All;

    private protected async Task<FareFinalised> Paid(ProviderSide side, string card)
    {
        var fare = (await side.Passenger(card, Ct)).Fare();
        await Fleet.Publish(fare, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        return fare;
    }

    protected Task Ends(FareFinalised fare, string status) => Fleet.DisputeEnds(fare, status, Ct);
}

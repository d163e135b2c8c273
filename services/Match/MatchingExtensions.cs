using Tumpang.Matching.Dispatch;
using Tumpang.Matching.Features;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>The parts of match.</summary>
static class MatchingExtensions
{
    public static void AddMatching(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<QuoteToken>();
        services.AddSingleton<MatchingRules>();
        services.AddSingleton<MatchMetrics>();
        services.AddSingleton<WithdrawFromDriver>();
        builder.AddRoads();
        services.AddSingleton<WaitingRequests>();
        services.AddSingleton<EndingRides>();
        services.AddSingleton<Candidates>();
        services.AddSingleton<MakeOffers>();
        services.AddSingleton<ZoneLease>();
        services.AddSingleton<DispatchRound>();
        services.AddSingleton<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<Dispatcher>());

        services.AddSweeper<DemandMap>();
        services.AddSweeper<Explanations>();
        services.AddSweeper<ForgetExplanations>();
        services.AddSweeper<DigestOffers>();
        services.AddSweeper<ExpireOffers>();
        services.AddSweeper<StartScheduledSearches>();
        services.AddSweeper<EndSearches>();
        services.AddSweeper<EndConfirmations>();
    }
}

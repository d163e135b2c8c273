using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// billing asks how many passengers look for a driver, cell by cell, where prices follow demand. Counted for the heat map anyway: asking costs nothing.
/// </summary>
static class CountWaiting
{
    public static Results<Ok<CellCounts>, ProblemHttpResult> Handle(string cityId, DemandMap demand, Cities cities) =>
        cities.Find(cityId) is null ? MatchProblems.NoSuchCity.ToHttp()
        : demand.WaitingIn(cityId) is { } cells ? TypedResults.Ok(new CellCounts(cells))
        : MatchProblems.NotCountedYet.ToHttp();
}

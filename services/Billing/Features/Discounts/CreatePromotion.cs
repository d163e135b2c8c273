using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>An operator writes a promotion. Its terms are final: to change them, stop it and write another.</summary>
internal static class CreatePromotion
{
    const long LargestAmount = 1_000_000_000_000;

    const string Insert = """
        insert into billing.promotions (
            promotion_id, city_id, currency, code, name, vehicle_classes, basis_points, most_minor_units, first_ride_only, uses_per_passenger,
            valid_from, valid_to, budget_minor_units, created_by)
        values (
            @PromotionId, @CityId, @Currency, @Code, @Name, @VehicleClasses, @BasisPoints, @MostMinorUnits, @FirstRideOnly, @UsesPerPassenger,
            @ValidFrom, @ValidTo, @BudgetMinorUnits, @Operator)
        on conflict do nothing
        """;

    /// <param name="MostMinorUnits">The amount that it gives, or with <paramref name="BasisPoints"/> the most that this share of a fare may come to.</param>
    /// <param name="Code">What passengers type, 3 to 20 letters and digits; absent for one that applies by itself.</param>
    /// <param name="ValidFrom">City time; at once when absent.</param>
    internal sealed record Request(
        string CityId, string Name, long MostMinorUnits, long BudgetMinorUnits, DateTimeOffset ValidTo, string? Code = null, int? BasisPoints = null,
        IReadOnlyList<VehicleClass>? VehicleClasses = null, bool FirstRideOnly = false, int UsesPerPassenger = 1, DateTimeOffset? ValidFrom = null);

    public static async Task<Results<Created<PromotionView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction transaction, Cities cities, CityClock clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Refuse(request, cities, now) is { } problem) return problem.ToHttp();

        var promotion = PromotionOf(request, cities.Find(request.CityId)!.Currency, now);
        return await transaction.Execute(Insert, Row(promotion, user.Id), ct) == 0
            ? BillingProblems.PromotionCodeTaken.ToHttp()
            : TypedResults.Created($"/v1/ops/promotions?cityId={promotion.CityId}", PromotionView.Of(promotion));
    }

    static Problem? Refuse(Request request, Cities cities, DateTimeOffset now) =>
        cities.Find(request.CityId) is not { } city ? Problem.Invalid("cityId", "There is no such city.")
        : request.Name is not { Length: > 0 and <= 100 } ? Problem.Invalid("name", "A name has 1 to 100 letters.")
        : request.Code is { } code && !IsCode(code) ? Problem.Invalid("code", "A code has 3 to 20 letters and digits.")
        : request.BasisPoints is < 1 or > 10_000 ? Problem.Invalid("basisPoints", "From 1 to 10 000 basis points.")
        : request.MostMinorUnits is < 1 or > LargestAmount ? Problem.Invalid("mostMinorUnits", "More than zero.")
        : request.BudgetMinorUnits < request.MostMinorUnits || request.BudgetMinorUnits > LargestAmount ? Problem.Invalid("budgetMinorUnits", "At least what one ride may cost.")
        : request.VehicleClasses is { } classes && (classes.Count == 0 || classes.Except(city.VehicleClasses).Any()) ? Problem.Invalid("vehicleClasses", "Classes of the city, or left out for all of them.")
        : request.UsesPerPassenger < 1 || (request.FirstRideOnly && request.UsesPerPassenger != 1) ? Problem.Invalid("usesPerPassenger", "At least one; a first ride is one.")
        : request.ValidTo <= (request.ValidFrom ?? now) || request.ValidTo <= now ? Problem.Invalid("validTo", "It ends after it began, and not in the past.")
        : null;

    static Promotion PromotionOf(Request request, string currency, DateTimeOffset now) => new(
        Guid.CreateVersion7(), request.CityId, currency, request.Code?.ToUpperInvariant(), request.Name, request.VehicleClasses?.ToHashSet(), request.BasisPoints,
        request.MostMinorUnits, request.FirstRideOnly, request.UsesPerPassenger, (request.ValidFrom ?? now).ToUniversalTime(), request.ValidTo.ToUniversalTime(),
        request.BudgetMinorUnits, 0, 0, 0, StoppedAt: null);

    static object Row(Promotion promotion, Guid by) => new
    {
        promotion.PromotionId,
        promotion.CityId,
        promotion.Currency,
        promotion.Code,
        promotion.Name,
        VehicleClasses = promotion.VehicleClasses?.Select(vehicleClass => vehicleClass.ToString()).ToArray(),
        promotion.BasisPoints,
        promotion.MostMinorUnits,
        promotion.FirstRideOnly,
        promotion.UsesPerPassenger,
        promotion.ValidFrom,
        promotion.ValidTo,
        promotion.BudgetMinorUnits,
        Operator = by,
    };

    static bool IsCode(string code) => code.Length is >= 3 and <= 20 && code.All(char.IsAsciiLetterOrDigit);
}

/// <summary>A promotion as operators see it.</summary>
/// <param name="Reserved">For open quotes, requests and rides that have not ended.</param>
/// <param name="Held">The part of what is reserved that is for open quotes; free again when they expire.</param>
internal sealed record PromotionView(
    Guid PromotionId, string CityId, string? Code, string Name, IReadOnlySet<VehicleClass>? VehicleClasses, int? BasisPoints, Money Most, bool FirstRideOnly,
    int UsesPerPassenger, DateTimeOffset ValidFrom, DateTimeOffset ValidTo, Money Budget, Money Reserved, Money Held, Money Spent, DateTimeOffset? StoppedAt)
{
    public static PromotionView Of(Promotion promotion) => new(
        promotion.PromotionId, promotion.CityId, promotion.Code, promotion.Name, promotion.VehicleClasses, promotion.BasisPoints,
        new(promotion.MostMinorUnits, promotion.Currency), promotion.FirstRideOnly, promotion.UsesPerPassenger, promotion.ValidFrom, promotion.ValidTo,
        new(promotion.BudgetMinorUnits, promotion.Currency), new(promotion.ReservedMinorUnits, promotion.Currency),
        new(promotion.HeldMinorUnits, promotion.Currency), new(promotion.SpentMinorUnits, promotion.Currency), promotion.StoppedAt);
}

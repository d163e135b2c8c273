using Tumpang.Contracts;

namespace Tumpang.Billing.Discounts;

/// <summary>What bringing a passenger is worth in a city. Terms never change: a programme is stopped, and written anew.</summary>
internal sealed record ReferralProgramme(
    Guid ProgrammeId, string CityId, string Currency, long NewcomerMinorUnits, long ReferrerMinorUnits, int MostPerReferrer, int CreditDays,
    long BudgetMinorUnits, long ReservedMinorUnits, long SpentMinorUnits, DateTimeOffset? StoppedAt)
{
    public const string Columns = """
        select programme_id, city_id, currency, newcomer_minor_units, referrer_minor_units, most_per_referrer, credit_days, budget_minor_units,
               reserved_minor_units, spent_minor_units, stopped_at
        from   billing.referral_programmes
        """;

    /// <summary>
    /// Of a referral and its programme: the newcomer has paid, while they were waited for, for a ride with more than a credit. Whoever looks first, for the
    /// reward or for the end of the wait, finds the same.
    /// </summary>
    public const string IsEarned = """
        exists (
            select from billing.fares fare
            join   billing.fare_settlements paid on paid.ride_id = fare.ride_id
            where  fare.passenger_id = referral.newcomer_id and fare.kind = 'Ride' and paid.settlement = 'Settled'
              and  paid.settled_at <= referral.entered_at + make_interval(days => programme.credit_days)
              and  fare.total_minor_units > paid.adjusted_minor_units + fare.credited_minor_units)
        """;

    public ReferralProgrammeView View => new(
        ProgrammeId, CityId, In(NewcomerMinorUnits), In(ReferrerMinorUnits), MostPerReferrer, CreditDays, In(BudgetMinorUnits), In(ReservedMinorUnits),
        In(SpentMinorUnits), StoppedAt);

    /// <summary>What the newcomer gets with the code.</summary>
    public PassengerCredit ForNewcomer(Guid newcomerId, DateTimeOffset now) => Credit(newcomerId, CreditSource.Newcomer, newcomerId, NewcomerMinorUnits, now);

    /// <summary>What the referrer gets once the newcomer has paid for a ride.</summary>
    public PassengerCredit ForReferrer(Guid referrerId, Guid newcomerId, DateTimeOffset now) =>
        Credit(referrerId, CreditSource.Referrer, newcomerId, ReferrerMinorUnits, now);

    PassengerCredit Credit(Guid passengerId, CreditSource source, Guid newcomerId, long minorUnits, DateTimeOffset now) =>
        new(passengerId, Currency, source, newcomerId, RideId: null, minorUnits, now, now.AddDays(CreditDays));

    Money In(long minorUnits) => new(minorUnits, Currency);
}

/// <summary>A programme as operators see it.</summary>
/// <param name="MostPerReferrer">How many a passenger can bring under it.</param>
/// <param name="CreditDays">City days until a credit expires, and until a newcomer who has not paid for a ride is waited for no longer.</param>
/// <param name="Reserved">For referrers whose newcomers have not paid for a ride yet.</param>
internal sealed record ReferralProgrammeView(
    Guid ProgrammeId, string CityId, Money Newcomer, Money Referrer, int MostPerReferrer, int CreditDays, Money Budget, Money Reserved, Money Spent,
    DateTimeOffset? StoppedAt);

using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>
/// A newcomer who has not paid for a ride for as long as a credit lives is waited for no longer: what was reserved for the referrer is free again. Who paid
/// in time is left to <see cref="RewardReferrals"/>, however late it comes. Rows are taken in the order in which a code is entered: referral, count, programme.
/// </summary>
internal sealed class LapseReferrals(Database database, CityClock clock, IOptions<BillingOptions> options) : ISweep
{
    const string LapseOne = $"""
        update billing.referrals
        set    status = 'Lapsed', decided_at = @Now
        where  newcomer_id = (
            select   referral.newcomer_id
            from     billing.referrals referral
            join     billing.referral_programmes programme using (programme_id)
            where    referral.status = 'Pending' and referral.entered_at <= @Now - make_interval(days => programme.credit_days)
              and    not {ReferralProgramme.IsEarned}
            order by referral.entered_at
            limit    1
            for update of referral skip locked)
        returning programme_id, referrer_id
        """;

    const string Uncount =
        "update billing.referral_counts set referrals = referrals - 1 where (programme_id, referrer_id) = (@ProgrammeId, @ReferrerId)";

    const string Free =
        "update billing.referral_programmes set reserved_minor_units = reserved_minor_units - referrer_minor_units where programme_id = @ProgrammeId";

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Lapsed>(LapseOne, new { Now = clock.GetUtcNow() }, ct) is not { } lapsed) return false;

        await tx.Execute(Uncount, lapsed, ct);
        await tx.Execute(Free, lapsed, ct);
        await tx.Commit(ct);
        return true;
    }

    sealed record Lapsed(Guid ProgrammeId, Guid ReferrerId);
}

using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>
/// Gives referrers their credit once those whom they brought have paid for a ride with more than the credit that they were given. Apart from payment's events,
/// so that those wait for nobody; copies share the referrals one by one.
/// </summary>
internal sealed class RewardReferrals(Database database, CityClock clock, IOptions<BillingOptions> options) : ISweep
{
    const string ClaimOne = $"""
        select referral.newcomer_id, referral.referrer_id, referral.programme_id
        from   billing.referrals referral
        join   billing.referral_programmes programme using (programme_id)
        where  referral.status = 'Pending' and {ReferralProgramme.IsEarned}
        limit  1
        for    update of referral skip locked
        """;

    const string MarkRewarded = "update billing.referrals set status = 'Rewarded', decided_at = @Now where newcomer_id = @NewcomerId";

    const string Spend = """
        update billing.referral_programmes
        set    reserved_minor_units = reserved_minor_units - referrer_minor_units, spent_minor_units = spent_minor_units + referrer_minor_units
        where  programme_id = @ProgrammeId
        """;

    const string Programme = ReferralProgramme.Columns + " where programme_id = @ProgrammeId";

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Claimed>(ClaimOne, null, ct) is not { } referral) return false;

        var now = clock.GetUtcNow();
        await tx.Execute(MarkRewarded, new { referral.NewcomerId, Now = now }, ct);
        await tx.Execute(Spend, new { referral.ProgrammeId }, ct);
        var programme = (await tx.Find<ReferralProgramme>(Programme, new { referral.ProgrammeId }, ct))!;
        await PassengerCredits.Arise(programme.ForReferrer(referral.ReferrerId, referral.NewcomerId, now), tx, ct);
        await tx.Commit(ct);
        return true;
    }

    sealed record Claimed(Guid NewcomerId, Guid ReferrerId, Guid ProgrammeId);
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>The code that a passenger gives to friends, and what has come of it. Made when it is first asked for, and theirs for good.</summary>
internal static class GetReferral
{
    /// <summary>Without what is mistaken for something else when it is read aloud.</summary>
    const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    const int Length = 8;

    const string InsertOnce = "insert into billing.referral_codes (code, passenger_id) values (@Code, @PassengerId) on conflict do nothing";

    const string OfPassenger = """
        select code.code, count(referral.newcomer_id) as brought, count(*) filter (where referral.status = 'Rewarded') as rewarded
        from   billing.referral_codes code
        left   join billing.referrals referral on referral.referrer_id = code.passenger_id
        where  code.passenger_id = @PassengerId
        group by code.code
        """;

    /// <param name="Brought">Who has entered it.</param>
    /// <param name="Rewarded">For whom the passenger got a credit.</param>
    internal sealed record Answer(string Code, long Brought, long Rewarded);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var row = new { PassengerId = user.Id };
        Answer? answer;
        while ((answer = await database.Find<Answer>(OfPassenger, row, ct)) is null)
        {
            // Another passenger may have the code, or the same one have got one at another copy by now: then it is looked for again.
            await database.Execute(InsertOnce, new { Code = RandomNumberGenerator.GetString(Letters, Length), row.PassengerId }, ct);
        }

        return TypedResults.Ok(answer);
    }
}

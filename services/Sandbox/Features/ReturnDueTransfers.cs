using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Banks whose account's number says so send back what they have taken, some time after it.</summary>
sealed class ReturnDueTransfers(Database database, ChargeStore notices) : ISweep
{
    const string NextDue = "select id from sandbox.transfers where status = 'Succeeded' and returns_at <= now() order by returns_at limit 1";

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<Guid?>(NextDue, null, ct) is not { } transferId)
        {
            return false;
        }

        await ReturnTransfer.Return(transferId, ReturnTransfer.AccountClosed, database, notices, ct);
        return true;
    }
}

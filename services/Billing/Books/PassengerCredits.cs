using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// Why we owe a passenger. CashFare: a fare paid in cash was lowered. Returned: what had been set off against a fare is not needed there any more.
/// Newcomer, Referrer: given for a referral.
/// </summary>
internal enum CreditSource { CashFare, Returned, Newcomer, Referrer }

/// <summary>Something that we owe a passenger from now on.</summary>
/// <param name="CauseId">The adjustment, payment order or newcomer by whom it arose; a cause makes one credit, and of what comes back one per expiry.</param>
/// <param name="RideId">The ride whose fare it comes from; null for one that is given.</param>
/// <param name="ExpiresAt">City time; null for what is the passenger's own money, and for what comes back until it is known what that was.</param>
internal sealed record PassengerCredit(
    Guid PassengerId, string Currency, CreditSource Source, Guid CauseId, Guid? RideId, long MinorUnits, DateTimeOffset ArisenAt,
    DateTimeOffset? ExpiresAt = null)
{
    public Guid CreditId { get; } = Guid.CreateVersion7();

    /// <summary>A part of it, as a credit of its own.</summary>
    public PassengerCredit Piece(long minorUnits, DateTimeOffset? expiresAt) =>
        new(PassengerId, Currency, Source, CauseId, RideId, minorUnits, ArisenAt, expiresAt);

    /// <summary>The passenger's own leaves the receivable, on which it would look like a refund under way; what is given is our expense.</summary>
    public LedgerTransfer Transfer() => new(
        $"credit:{Source}:{CauseId}", RideId is null ? TransferKind.CreditGiven : TransferKind.CreditArisen, RideId, Currency, ArisenAt,
        [
            RideId is null ? new(AccountKind.PromotionExpense, Guid.Empty, MinorUnits) : new(AccountKind.PassengerReceivable, PassengerId, MinorUnits),
            new(AccountKind.PassengerCredit, PassengerId, -MinorUnits),
        ], CreditId: RideId is null ? CreditId : null);
}

/// <summary>What was left of a credit when it expired.</summary>
internal sealed record ExpiredCredit(Guid CreditId, Guid PassengerId, string Currency, long MinorUnits)
{
    /// <summary>It was our expense, and is not any more.</summary>
    public LedgerTransfer Transfer(DateTimeOffset now) => new(
        $"credit-expired:{CreditId}", TransferKind.CreditExpired, null, Currency, now,
        [
            new(AccountKind.PassengerCredit, PassengerId, MinorUnits),
            new(AccountKind.PromotionExpense, Guid.Empty, -MinorUnits),
        ], CreditId: CreditId);
}

/// <summary>
/// What we owe passengers, and its use for their next fares. Everybody who posts to a passenger's credit takes that passenger's lock first, after all other
/// locks but those of the ledger's accounts: two fares at once use it one after the other, and nobody waits in a circle. That a credit is never
/// overused is a check of its row, that the account is never overdrawn a trigger of the account.
/// </summary>
internal static class PassengerCredits
{
    /// <summary>City time for which what comes back can be used again, though it would have expired before.</summary>
    public static readonly TimeSpan LeastLife = TimeSpan.FromDays(7);

    /// <summary>Whether the passenger of the row heard has any; a fare looks for credits only then.</summary>
    public const string Exist =
        "exists (select from billing.passenger_credits credit where credit.passenger_id = heard.passenger_id and credit.left_minor_units > 0)";

    const string LockPassenger = "select pg_advisory_xact_lock(hashtextextended('passenger-credit:' || @PassengerId::text, 0))";

    const string InsertOne = """
        insert into billing.passenger_credits (
            credit_id, passenger_id, currency, source, cause_id, ride_id, amount_minor_units, left_minor_units, arisen_at, expires_at)
        values (@CreditId, @PassengerId, @Currency, @Source, @CauseId, @RideId, @MinorUnits, @MinorUnits, @ArisenAt, @ExpiresAt)
        """;

    const string Open = """
        select   credit_id, left_minor_units
        from     billing.passenger_credits
        where    passenger_id = @PassengerId and currency = @Currency and left_minor_units > 0 and (expires_at is null or expires_at > @Now)
        order by expires_at nulls last, arisen_at, credit_id
        """;

    const string TakeOff = """
        with used as (
            insert into billing.credit_uses (ride_id, credit_id, amount_minor_units, used_at)
            select @RideId, credit_id, minor_units, @UsedAt
            from   unnest(@CreditIds, @Amounts) as taken (credit_id, minor_units)
            returning credit_id, amount_minor_units
        )
        update billing.passenger_credits credit
        set    left_minor_units = credit.left_minor_units - used.amount_minor_units
        from   used
        where  credit.credit_id = used.credit_id
        """;

    /// <summary>
    /// What a fare has used, the last first, so that the passenger's own comes back before what expires; and how much of it has come back before.
    /// </summary>
    const string UsedFor = """
        select   used.amount_minor_units as minor_units, credit.expires_at,
                 (select coalesce(sum(amount_minor_units), 0)::bigint
                  from   billing.passenger_credits
                  where  ride_id = @RideId and source = 'Returned') as returned_minor_units
        from     billing.credit_uses used
        join     billing.passenger_credits credit on credit.credit_id = used.credit_id
        where    used.ride_id = @RideId
        order by credit.expires_at desc nulls first, credit.arisen_at desc, credit.credit_id desc
        """;

    const string ExpireOne = """
        update billing.passenger_credits credit
        set    left_minor_units = 0, expired_minor_units = before.left_minor_units
        from   billing.passenger_credits before
        where  credit.credit_id = @CreditId and before.credit_id = credit.credit_id and credit.left_minor_units > 0
        returning credit.credit_id, credit.passenger_id, credit.currency, credit.expired_minor_units as minor_units
        """;

    /// <summary>Takes what a fare can use of the passenger's credits, what expires first before what is their own; how much.</summary>
    public static async Task<long> Use(
        Guid passengerId, string currency, long mostMinorUnits, Guid rideId, DateTimeOffset now, Transaction tx, CancellationToken ct)
    {
        await Lock(passengerId, tx, ct);
        var open = await tx.List<Left>(Open, new { PassengerId = passengerId, Currency = currency, Now = now }, ct);
        var taken = Take(open, mostMinorUnits);
        if (taken.Count > 0)
        {
            var (ids, amounts) = (taken.Select(each => each.CreditId).ToArray(), taken.Select(each => each.LeftMinorUnits).ToArray());
            await tx.Execute(TakeOff, new { RideId = rideId, CreditIds = ids, Amounts = amounts, UsedAt = now }, ct);
        }

        return taken.Sum(each => each.LeftMinorUnits);
    }

    /// <summary>
    /// Notes what a fare had used and does not need any more, so much of it as the credit says: what expires keeps its expiry, or can be
    /// used for <see cref="LeastLife"/> from now on where that is longer. The transfer is the caller's.
    /// </summary>
    public static async Task NoteReturned(PassengerCredit back, Transaction tx, CancellationToken ct)
    {
        await Lock(back.PassengerId, tx, ct);
        var used = await tx.List<Used>(UsedFor, new { back.RideId }, ct);
        foreach (var piece in Split(back, used, used is [var first, ..] ? first.ReturnedMinorUnits : 0)) await Insert(piece, tx, ct);
    }

    /// <summary>Notes it, and posts it with the commit.</summary>
    public static async Task Arise(PassengerCredit credit, Transaction tx, CancellationToken ct)
    {
        if (credit.Source is CreditSource.Returned)
        {
            await NoteReturned(credit, tx, ct);
        }
        else
        {
            await Lock(credit.PassengerId, tx, ct);
            await Insert(credit, tx, ct);
        }

        Ledger.Write(credit.Transfer(), tx);
    }

    static Task Insert(PassengerCredit credit, Transaction tx, CancellationToken ct)
    {
        var row = new
        {
            credit.CreditId,
            credit.PassengerId,
            credit.Currency,
            Source = credit.Source.ToString(),
            credit.CauseId,
            credit.RideId,
            credit.MinorUnits,
            credit.ArisenAt,
            credit.ExpiresAt,
        };
        return tx.Execute(InsertOne, row, ct);
    }

    /// <summary>Takes back what is left of a credit that is over, unless a fare has used it meanwhile.</summary>
    public static async Task Expire(Guid creditId, Guid passengerId, DateTimeOffset now, Transaction tx, CancellationToken ct)
    {
        await Lock(passengerId, tx, ct);
        if (await tx.Find<ExpiredCredit>(ExpireOne, new { CreditId = creditId }, ct) is { } expired) Ledger.Write(expired.Transfer(now), tx);
    }

    static Task Lock(Guid passengerId, Transaction tx, CancellationToken ct) => tx.Execute(LockPassenger, new { PassengerId = passengerId }, ct);

    static List<Left> Take(IReadOnlyList<Left> open, long mostMinorUnits)
    {
        var taken = new List<Left>();
        foreach (var credit in open)
        {
            var minorUnits = Math.Min(credit.LeftMinorUnits, mostMinorUnits);
            if (minorUnits == 0) break;

            taken.Add(credit with { LeftMinorUnits = minorUnits });
            mostMinorUnits -= minorUnits;
        }

        return taken;
    }

    /// <summary>By when each piece of it expires; one for all that do at the same instant.</summary>
    /// <param name="used">The last first.</param>
    /// <param name="alreadyBack">Of them, from the first on.</param>
    internal static IEnumerable<PassengerCredit> Split(PassengerCredit back, IReadOnlyList<Used> used, long alreadyBack)
    {
        var pieces = new List<Used>();
        var left = back.MinorUnits;
        foreach (var use in used)
        {
            var skipped = Math.Min(alreadyBack, use.MinorUnits);
            var piece = Math.Min(left, use.MinorUnits - skipped);
            (alreadyBack, left) = (alreadyBack - skipped, left - piece);
            pieces.Add(new(piece, use.ExpiresAt < back.ArisenAt + LeastLife ? back.ArisenAt + LeastLife : use.ExpiresAt));
        }

        // Nobody loses what has no use to its name.
        pieces.Add(new(left, ExpiresAt: null));
        return pieces.Where(piece => piece.MinorUnits > 0).GroupBy(piece => piece.ExpiresAt)
            .Select(same => back.Piece(same.Sum(piece => piece.MinorUnits), same.Key));
    }

    /// <summary>A part of a credit that a fare has used.</summary>
    internal sealed record Used(long MinorUnits, DateTimeOffset? ExpiresAt, long ReturnedMinorUnits = 0);

    sealed record Left(Guid CreditId, long LeftMinorUnits);
}

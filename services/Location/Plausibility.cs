namespace Tumpang.Locations;

/// <summary>Which positions can be true. Pure: the same points give the same verdicts on every copy.</summary>
static class Plausibility
{
    /// <summary>Receivers report several times a second; a speed is only meaningful over at least one.</summary>
    const double ShortestStepSeconds = 1;

    /// <summary>What a position says against itself; null when nothing.</summary>
    /// <param name="now">City time.</param>
    /// <param name="maxAge">Older ones are stale.</param>
    public static Refusal? OfItself(LocationUpdate update, DateTimeOffset now, TimeSpan maxAge, LocationOptions rules) => update switch
    {
        { Position.IsValid: false } => Refusal.Invalid,
        { AccuracyMetres: < 0 } => Refusal.Invalid,
        _ when update.AccuracyMetres > rules.MaxAccuracyMetres => Refusal.Inaccurate,
        _ when update.RecordedAt > now + rules.MaxClockSkew => Refusal.InTheFuture,
        _ when update.RecordedAt < now - maxAge => Refusal.Stale,
        _ => null,
    };

    /// <summary>What the last accepted position says against a later one; null when nothing.</summary>
    /// <param name="slackMetres">How much further apart than driven the two may be because they are inaccurate.</param>
    public static Refusal? After(Fix? last, Fix next, LocationOptions rules, double slackMetres = 0)
    {
        if (last is not { } before) return null;
        if (next.At == before.At) return Refusal.Duplicate;
        if (next.At < before.At) return Refusal.OutOfOrder;

        var seconds = Math.Max(ShortestStepSeconds, (next.At - before.At).TotalSeconds);
        return before.Position.MetresTo(next.Position) > (rules.MaxMetresPerSecond * seconds) + slackMetres ? Refusal.Teleport : null;
    }
}

using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>An operator takes a call for help up; of several at once one does.</summary>
static class AcknowledgeSos
{
    const string Acknowledge = """
        update ride.sos_alerts set acknowledged_at = @Now, acknowledged_by = @UserId
        where  alert_id = @AlertId and acknowledged_at is null
        """;

    public static async Task<IResult> Handle(Guid alertId, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct) =>
        await transaction.Execute(Acknowledge, new { alertId, UserId = user.Id, Now = clock.GetUtcNow() }, ct) == 1 ? TypedResults.NoContent()
        : await SosAlerts.Exists(transaction, alertId, ct) ? RideProblems.AlertAcknowledged.ToHttp()
        : RideProblems.NoSuchAlert.ToHttp();
}

/// <summary>What came of a call for help, in the words of the operator who ends it; whoever presses now raises another.</summary>
static class CloseSos
{
    const int LongestNote = 500;

    /// <param name="Note">1 to 500 characters.</param>
    public sealed record Request(string? Note = null);

    const string Close = """
        update ride.sos_alerts
        set    closed_at = @Now, closed_by = @UserId, note = @Note,
               acknowledged_at = coalesce(acknowledged_at, @Now), acknowledged_by = coalesce(acknowledged_by, @UserId)
        where  alert_id = @AlertId and closed_at is null
        """;

    public static async Task<IResult> Handle(
        Guid alertId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (request.Note?.Trim() is not { Length: >= 1 and <= LongestNote } note || note.Contains('\0'))
            return Problem.Invalid("note", $"Say what came of it in at most {LongestNote} characters.").ToHttp();
        if (await transaction.Execute(Close, new { alertId, UserId = user.Id, note, Now = clock.GetUtcNow() }, ct) == 1) return TypedResults.NoContent();

        return (await SosAlerts.Exists(transaction, alertId, ct) ? RideProblems.AlertClosed : RideProblems.NoSuchAlert).ToHttp();
    }
}

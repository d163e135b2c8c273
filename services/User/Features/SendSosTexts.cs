using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>A text to an emergency contact as its row, still encrypted.</summary>
sealed record SosText(Guid AlertId, short Place, Guid UserId, string Phone, string Text, int Tries)
{
    /// <summary>What encryption binds a value of this row to.</summary>
    public static string Column(Guid alertId, int place, string column) => $"sos_texts.{alertId:N}.{place}.{column}";
}

/// <summary>
/// Sends what is due, and again every few seconds while the provider does not take it. The row names the message to the provider, so a text whose answer
/// was lost is not sent twice.
/// </summary>
sealed class SendSosTexts(Database database, PersonalData personalData, SmsProvider sms) : ISweep
{
    /// <summary>A quarter of an hour; then an operator has to call.</summary>
    const int MostTries = 180;

    const string TakeOne = """
        update users.sos_texts
        set    tries = tries + 1, next_try_at = now() + interval '5 seconds'
        where  (alert_id, place) = (
            select alert_id, place from users.sos_texts where status = 'Pending' and next_try_at <= now() order by next_try_at limit 1 for update skip locked)
        returning alert_id, place, user_id, phone, text, tries
        """;

    const string Finish = """
        update users.sos_texts set status = @Status, phone = null, text = null
        where  alert_id = @AlertId and place = @Place and status = 'Pending'
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(500);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<SosText>(TakeOne, null, ct) is not { } due) return false;

        var sent = PhoneNumber.Parse(Reveal(due, due.Phone, "phone")) is { } to
            && await sms.Send(to, Reveal(due, due.Text, "text"), $"sos-{due.AlertId}-{due.Place}", ct);
        if (sent || due.Tries >= MostTries)
        {
            await database.Execute(Finish, new { due.AlertId, due.Place, Status = sent ? "Sent" : "GivenUp" }, ct);
        }

        return true;
    }

    string Reveal(SosText due, string stored, string column) => personalData.Reveal(stored, due.UserId, SosText.Column(due.AlertId, due.Place, column));
}

using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>The messages of one number, newest first.</summary>
sealed record Inbox(IReadOnlyList<InboxMessage> Messages);

/// <summary>One message as it arrived.</summary>
sealed record InboxMessage(DateTimeOffset At, string Text);

/// <summary>What a phone of that number would show. Mapped in Development only.</summary>
static class ReadInbox
{
    const string Newest = """
        select sent_at as at, text
        from   sandbox.sms_messages
        where  to_number = @Number
        order  by id desc
        limit  20
        """;

    public static async Task<Ok<Inbox>> Handle(string phoneNumber, Database database, CancellationToken ct) =>
        TypedResults.Ok(new Inbox(await database.List<InboxMessage>(Newest, new { Number = "+" + phoneNumber.TrimStart('+') }, ct)));
}

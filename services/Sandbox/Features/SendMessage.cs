using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="To">E.164, for example +12125550123.</param>
/// <param name="Text">1 to 1 600 characters.</param>
sealed record MessageRequest(string To = "", string Text = "");

/// <summary>The provider has taken the message.</summary>
sealed record MessageAccepted(Guid MessageId);

/// <summary>Sends a text message, which a developer finds in the inbox. With an Idempotency-Key at most once.</summary>
static partial class SendMessage
{
    const string FailingNumber = "+19995550500";
    const string SilentNumber = "+19995550408";

    const string InsertOnce = """
        insert into sandbox.sms_messages (message_id, idempotency_key, to_number, text) values (@MessageId, @Key, @To, @Text)
        on conflict (idempotency_key) do nothing
        """;

    const string KeepNewest = """
        delete from sandbox.sms_messages
        where  id in (select id from sandbox.sms_messages where to_number = @To order by id desc offset 20)
        """;

    public static async Task<Results<Accepted<MessageAccepted>, ProblemHttpResult, EmptyHttpResult>> Handle(
        MessageRequest request, IdempotencyKey? key, Database database, Patience patience, CancellationToken ct)
    {
        if (!Number().IsMatch(request.To)) return Problem.Invalid("to", "A number is in E.164 form, for example +12125550123.").ToHttp();
        if (request.Text is not { Length: > 0 and <= 1_600 }) return Problem.Invalid("text", "A text has 1 to 1 600 characters.").ToHttp();
        if (request.To == FailingNumber) return SandboxProblems.Broken.ToHttp();
        if (request.To == SilentNumber && !await patience.Allows(Answer.Never, TimeSpan.Zero, ct)) return TypedResults.Empty;

        return TypedResults.Accepted((string?)null, new MessageAccepted(await Store(request, key?.Value, database, ct)));
    }

    static async Task<Guid> Store(MessageRequest request, string? key, Database database, CancellationToken ct)
    {
        var messageId = Guid.CreateVersion7();
        await using var tx = await database.Begin(ct);
        if (await tx.Execute(InsertOnce, new { MessageId = messageId, Key = key, request.To, request.Text }, ct) == 0)
        {
            return await tx.Find<Guid>("select message_id from sandbox.sms_messages where idempotency_key = @Key", new { Key = key }, ct);
        }

        await tx.Execute(KeepNewest, new { request.To }, ct);
        await tx.Commit(ct);
        return messageId;
    }

    [GeneratedRegex(@"^\+[1-9]\d{7,14}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Number();
}

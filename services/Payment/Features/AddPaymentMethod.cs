using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A passenger adds a card, by the token that the provider's form gave their phone, or cash. The first method becomes the default;
/// cash exists once, so adding it again answers with what is there.
/// </summary>
internal static class AddPaymentMethod
{
    const int LongestToken = 255;

    const string FindCash = """
        select id as payment_method_id, kind, is_default, created_at
        from   payment.payment_methods
        where  passenger_id = @PassengerId and kind = 'Cash' and removed_at is null
        """;

    const string Insert = """
        insert into payment.payment_methods (id, passenger_id, kind, provider, card_token, is_default, created_at)
        values (@Id, @PassengerId, @Kind, @Provider, @CardToken,
                not exists (select from payment.payment_methods where passenger_id = @PassengerId and is_default), @Now)
        returning id as payment_method_id, kind, is_default, created_at
        """;

    /// <param name="CardToken">The provider's token of a card; never a card number. Absent for cash.</param>
    internal sealed record Request(PaymentMethodKind Kind, string? CardToken = null);

    public static async Task<Results<Created<PaymentMethodView>, Ok<PaymentMethodView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, CardTokens tokens, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (Refuse(request) is { } problem)
        {
            return problem.ToHttp();
        }

        await tx.LockMethodsOf(user.Id, ct);
        if (request.Kind is PaymentMethodKind.Cash && await tx.Find<PaymentMethodView>(FindCash, new { PassengerId = user.Id }, ct) is { } existing)
        {
            return TypedResults.Ok(existing);
        }

        var added = new PaymentMethodAdded(Guid.CreateVersion7(), user.Id, request.Kind) { OccurredAt = clock.GetUtcNow(), Version = 1 };
        var row = new
        {
            Id = added.PaymentMethodId,
            added.PassengerId,
            Kind = added.Kind.ToString(),
            Now = added.OccurredAt,
            Provider = added.Kind is PaymentMethodKind.Card ? "sandbox" : "driver",
            CardToken = request.CardToken is { } token ? tokens.Seal(token, added.PaymentMethodId) : null,
        };
        var method = await tx.Find<PaymentMethodView>(Insert, row, ct);
        tx.Publish(added);
        return TypedResults.Created($"/v1/payment-methods/{added.PaymentMethodId}", method!);
    }

    static Problem? Refuse(Request request) => request switch
    {
        { Kind: PaymentMethodKind.Cash, CardToken: not null } => PaymentProblems.UnexpectedCardToken,
        { Kind: PaymentMethodKind.Cash } => null,
        { CardToken: null or "" } => PaymentProblems.CardTokenMissing,
        { CardToken: var token } when LooksLikeCardNumber(token) => PaymentProblems.CardNumberRefused,
        { CardToken: var token } when token.Length > LongestToken || !token.All(IsTokenCharacter) => PaymentProblems.CardTokenMalformed,
        _ => null,
    };

    static bool IsTokenCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    /// <summary>12 to 19 digits (ISO/IEC 7812), however they are grouped.</summary>
    static bool LooksLikeCardNumber(string token) =>
        token.Count(char.IsAsciiDigit) is >= 12 and <= 19 && token.All(letter => char.IsAsciiDigit(letter) || letter is ' ' or '-');
}

/// <summary>A payment method as its owner sees it; the card's token is never shown.</summary>
internal sealed record PaymentMethodView(Guid PaymentMethodId, PaymentMethodKind Kind, bool IsDefault, DateTimeOffset CreatedAt);

using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A passenger adds a card, by the token that the provider's form gave their phone, cash, their wallet, or codes that phones scan. The first method becomes
/// the default; all but cards exist once, so adding them again answers with what is there. A wallet may name a card that pays what it does not hold.
/// </summary>
internal static class AddPaymentMethod
{
    const int LongestToken = 255;

    // Added again, a wallet takes the card that it is told of now.
    const string FindOnly = """
        update payment.payment_methods
        set    rest_method_id = @RestMethodId
        where  passenger_id = @PassengerId and kind = @Kind and kind <> 'Card' and removed_at is null
        returning id as payment_method_id, kind, is_default, created_at, rest_method_id as rest_payment_method_id
        """;

    const string IsLiveCard = """
        select exists (select from payment.payment_methods where id = @Id and passenger_id = @PassengerId and kind = 'Card' and removed_at is null)
        """;

    const string Insert = """
        insert into payment.payment_methods (id, passenger_id, kind, provider, card_token, is_default, created_at, rest_method_id)
        values (@Id, @PassengerId, @Kind, @Provider, @CardToken,
                not exists (select from payment.payment_methods where passenger_id = @PassengerId and is_default), @Now, @RestMethodId)
        returning id as payment_method_id, kind, is_default, created_at, rest_method_id as rest_payment_method_id
        """;

    /// <param name="CardToken">The provider's token of a card; never a card number. Absent for all else.</param>
    /// <param name="RestPaymentMethodId">Of a wallet: the card that pays what it does not hold; absent when it pays all or nothing.</param>
    internal sealed record Request(PaymentMethodKind Kind, string? CardToken = null, Guid? RestPaymentMethodId = null);

    public static async Task<Results<Created<PaymentMethodView>, Ok<PaymentMethodView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, PaymentProviders providers, CardTokens tokens, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if ((Refuse(request) ?? RefuseCodes(request.Kind, providers)) is { } problem)
        {
            return problem.ToHttp();
        }

        await tx.LockMethodsOf(user.Id, ct);
        if (request.RestPaymentMethodId is { } rest && !await tx.Find<bool>(IsLiveCard, new { Id = rest, PassengerId = user.Id }, ct))
        {
            return PaymentProblems.RestIsNotACard.ToHttp();
        }

        var only = new { PassengerId = user.Id, Kind = request.Kind.ToString(), RestMethodId = request.RestPaymentMethodId };
        if (await tx.Find<PaymentMethodView>(FindOnly, only, ct) is { } existing)
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
            Provider = ProviderOf(added.Kind, providers),
            RestMethodId = request.RestPaymentMethodId,
            CardToken = request.CardToken is { } token ? tokens.Seal(token, added.PaymentMethodId) : null,
        };
        var method = await tx.Find<PaymentMethodView>(Insert, row, ct);
        tx.Publish(added);
        return TypedResults.Created($"/v1/payment-methods/{added.PaymentMethodId}", method!);
    }

    /// <summary>Outside the transaction, because a provider's pace has no place in one. A token is no secret: whoever learns another's must not be able to charge it.</summary>
    public static async ValueTask<object?> OwnCardsOnly(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (request, user, providers) = (context.GetArgument<Request>(0), context.GetArgument<CurrentUser>(1), context.GetArgument<PaymentProviders>(2));
        if (request is not { Kind: PaymentMethodKind.Card, CardToken: { } token } || Refuse(request) is not null
            || providers.CardOwnersOf(providers.Chosen) is not { } owners)
        {
            return await next(context);
        }

        return await owners.Owns(user.Id, token, context.HttpContext.RequestAborted) switch
        {
            true => await next(context),
            false => PaymentProblems.CardNotYours.ToHttp(),
            null => PaymentProblems.ProviderAway.ToHttp(),
        };
    }

    static Problem? Refuse(Request request) => request switch
    {
        { Kind: not PaymentMethodKind.Card, CardToken: not null } => PaymentProblems.UnexpectedCardToken,
        { Kind: not PaymentMethodKind.Wallet, RestPaymentMethodId: not null } => PaymentProblems.UnexpectedRest,
        { Kind: not PaymentMethodKind.Card } => null,
        { CardToken: null or "" } => PaymentProblems.CardTokenMissing,
        { CardToken: var token } when LooksLikeCardNumber(token) => PaymentProblems.CardNumberRefused,
        { CardToken: var token } when token.Length > LongestToken || !token.All(IsTokenCharacter) => PaymentProblems.CardTokenMalformed,
        _ => null,
    };

    static Problem? RefuseCodes(PaymentMethodKind kind, PaymentProviders providers) =>
        kind is PaymentMethodKind.Qr && providers.CodesOf(providers.Chosen) is null ? PaymentProblems.CodesNotOffered : null;

    static string ProviderOf(PaymentMethodKind kind, PaymentProviders providers) => kind switch
    {
        PaymentMethodKind.Card or PaymentMethodKind.Qr => providers.Chosen,
        PaymentMethodKind.Wallet => "billing",
        _ => "driver",
    };

    static bool IsTokenCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    /// <summary>12 to 19 digits (ISO/IEC 7812), however they are grouped.</summary>
    static bool LooksLikeCardNumber(string token) =>
        token.Count(char.IsAsciiDigit) is >= 12 and <= 19 && token.All(letter => char.IsAsciiDigit(letter) || letter is ' ' or '-');
}

/// <summary>A payment method as its owner sees it; the card's token is never shown.</summary>
/// <param name="RestPaymentMethodId">Of a wallet: the card that pays what it does not hold.</param>
internal sealed record PaymentMethodView(
    Guid PaymentMethodId, PaymentMethodKind Kind, bool IsDefault, DateTimeOffset CreatedAt, Guid? RestPaymentMethodId = null);

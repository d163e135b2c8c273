using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <param name="PhoneNumber">E.164 with its plus, or a local Indonesian form.</param>
sealed record OtpRequest(string? PhoneNumber = null);

/// <param name="ExpiresInSeconds">Life of the code, city time.</param>
sealed record OtpSent(int ExpiresInSeconds);

/// <summary>Texts a login code. Asks nothing about the number, so that its answer tells nothing about it either.</summary>
static class RequestOtp
{
    public static readonly Problem NotANumber = Problem.Invalid("phoneNumber", "Give a phone number in international form, for example +12125550123 or +628123456789.");

    public static async Task<Results<Accepted<OtpSent>, ProblemHttpResult>> Handle(OtpRequest request, OtpStore codes, SmsProvider sms, CancellationToken ct)
    {
        if (PhoneNumber.Parse(request.PhoneNumber) is not { } phone) return NotANumber.ToHttp();
        if (await codes.CountRequestFor(phone) is { } wait) return UserProblems.TooManyCodes(wait).ToHttp();

        var code = await codes.Issue(phone);
        var text = $"Your Tumpang code is {code}. It works for {codes.Lifetime.TotalMinutes:0} minutes. We never ask you for it.";
        return await sms.Send(phone, text, ct)
            ? TypedResults.Accepted((string?)null, new OtpSent((int)codes.Lifetime.TotalSeconds))
            : UserProblems.SmsUnavailable.ToHttp();
    }
}

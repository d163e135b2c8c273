using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>Every way in which user says no.</summary>
static class UserProblems
{
    /// <summary>One answer for wrong, expired, used up and never sent: it tells nobody which numbers are ours.</summary>
    public static readonly Problem CodeRefused = new(401, "code-refused", "This code is not valid, or no longer. Ask for a new one.", "code");
    public static readonly Problem RefreshRefused = new(401, "refresh-refused", "This refresh token is not valid, or was used before. Log in again.", "refreshToken");
    public static readonly Problem Deactivated = new(403, "account-deactivated", "This account is closed.");
    public static readonly Problem SmsUnavailable = new(503, "sms-unavailable", "The text message could not be sent. Try again in a moment.") { RetryAfterSeconds = 5 };
    public static readonly Problem NoSuchUser = Problem.NotFound("user");
    public static readonly Problem NoSuchDriver = Problem.NotFound("driver");
    public static readonly Problem AlreadyRegistered = new(409, "already-registered", "You are registered as a driver already.");
    public static readonly Problem PlateTaken = new(409, "plate-taken", "An active driver has this plate already.", "vehicle.plate");
    public static readonly Problem LostTheRace = new(409, "lost-the-race", "Another request changed this at the same moment; read it again.");

    public static Problem TooManyCodes(TimeSpan wait) =>
        new(429, "too-many-codes", "Too many codes were asked for. Wait a little.", "phoneNumber") { RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };

    public static Problem WrongDriverState(string status) => new(409, "wrong-driver-state", "The driver is not in a state that allows this.") { State = status };
}

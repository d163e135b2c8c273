using System.ComponentModel.DataAnnotations;

namespace Tumpang.Users;

/// <summary>One-time codes. All spans are city time.</summary>
sealed class OtpOptions
{
    /// <summary>How long a code can be used, 1 minute to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Tries per code; the next one is refused, right or wrong.</summary>
    [Range(1, 10)]
    public int Tries { get; set; } = 5;

    /// <summary>Codes per number in one <see cref="RequestWindow"/>.</summary>
    [Range(1, 1_000)]
    public int RequestsPerWindow { get; set; } = 5;

    /// <summary>The window of <see cref="RequestsPerWindow"/>; begins with the first request.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan RequestWindow { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Who may drive.</summary>
sealed class DriverOptions
{
    /// <summary>True: a registration is approved at once. False: it waits for an operator. Unset: true in Development only.</summary>
    public bool? AutoApprove { get; set; }
}

/// <summary>What emergency contacts are texted.</summary>
sealed class SosOptions
{
    /// <summary>Where people reach the gateway, for links. Unset: the process runners' address in Development, else texts hold no link.</summary>
    public Uri? PublicUrl { get; set; }
}

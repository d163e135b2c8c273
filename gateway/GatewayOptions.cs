using System.ComponentModel.DataAnnotations;

namespace Tumpang.Gateway;

/// <summary>Settings of the gateway, section Gateway. Times are system time.</summary>
internal sealed class GatewayOptions
{
    /// <summary>Web origins whose pages may call the API; none by default. Phones need no entry.</summary>
    public string[] CorsOrigins { get; set; } = [];

    /// <summary>Addresses of load balancers in front, whose X-Forwarded-For is believed; none by default.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>How long a service may take to answer.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a socket may be silent in both directions.</summary>
    public TimeSpan SocketTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the merged API description is kept.</summary>
    public TimeSpan DescriptionLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Per remote address: a text message costs money.</summary>
    [Required] public LimitOptions Otp { get; set; } = new(10, 10);

    /// <summary>Per remote address: log-in and refresh.</summary>
    [Required] public LimitOptions Sessions { get; set; } = new(30, 60);

    /// <summary>Per remote address: whoever follows a shared ride looks every few seconds.</summary>
    [Required] public LimitOptions SharedRides { get; set; } = new(30, 60);

    /// <summary>Per user.</summary>
    [Required] public LimitOptions User { get; set; } = new(200, 6_000);

    /// <summary>Per user: a phone reports every second, a compressed city's more often.</summary>
    [Required] public LimitOptions Positions { get; set; } = new(1_000, 30_000);

    /// <summary>Per remote address: providers come in bursts.</summary>
    [Required] public LimitOptions Webhooks { get; set; } = new(1_000, 60_000);

    /// <summary>Per remote address, development only.</summary>
    [Required] public LimitOptions Sandbox { get; set; } = new(1_000, 60_000);
}

/// <summary>A token bucket: so many at once, so many per minute in the long run.</summary>
internal sealed class LimitOptions(int burst, int perMinute)
{
    public LimitOptions() : this(100, 600)
    {
    }

    [Range(1, 1_000_000)]
    public int Burst { get; set; } = burst;

    [Range(1, 10_000_000)]
    public int PerMinute { get; set; } = perMinute;
}

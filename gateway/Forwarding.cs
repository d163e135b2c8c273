using System.Net;
using Tumpang.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace Tumpang.Gateway;

/// <summary>Turns the table of the public API into YARP's routes and clusters.</summary>
internal static class Forwarding
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new();
        var copies = new Copies(builder.Configuration, builder.Environment);
        builder.Services.AddSingleton(copies);
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [.. PublicApi.In(builder.Environment).Select(Route)],
                [.. copies.ByService.Select(service => Cluster(service.Key, service.Value, settings))])
            .ConfigureHttpClient((_, handler) =>
            {
                handler.ConnectTimeout = ConnectTimeout;
                handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60);
            })
            .AddTransforms(transforms =>
            {
                // Only the fleet's own processes may say that they are one.
                transforms.AddRequestHeaderRemove("X-Service-Name");
                transforms.AddRequestHeaderRemove("X-Service-Key");
                transforms.AddResponseHeaderRemove(RequestIds.Header, ResponseCondition.Always);
            });
    }

    static RouteConfig Route(PublicPath path) => new()
    {
        RouteId = path.Path,
        ClusterId = path.Service,
        Match = new() { Path = path.Path },
        AuthorizationPolicy = path.Access is Access.Anyone ? "anonymous" : "default",
        RateLimiterPolicy = path.Limit.ToString(),
        MaxRequestBodySize = path.BodyBytes,
    };

    static ClusterConfig Cluster(string service, IReadOnlyList<Uri> copies, GatewayOptions settings) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
        Destinations = copies.Select((address, index) => (address, index))
            .ToDictionary(copy => $"{service}-{copy.index}", copy => new DestinationConfig { Address = copy.address.ToString() }),
        HealthCheck = new()
        {
            // Alive, not healthy: a store that all copies share must not take all of them out. When none is left, try any.
            Active = new()
            {
                Enabled = true,
                Path = "/alive",
                Interval = ProbeInterval,
                Timeout = ProbeTimeout,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            },
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        },
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = service is "realtime" ? settings.SocketTimeout : settings.AnswerTimeout,
        },
    };
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Tumpang.ServiceDefaults;

/// <summary>Typed HTTP clients for calls between services and to the outside world: addresses, keys and patience in one place.</summary>
public static class ServiceClients
{
    /// <summary>A client of another service of the fleet: found by name, shared over its copies, showing this service's key.</summary>
    public static IHttpClientBuilder AddServiceClient<TClient>(this WebApplicationBuilder builder, string service)
        where TClient : class
    {
        var addresses = new ServiceAddresses(builder.Configuration, service);
        return builder.Services.AddHttpClient<TClient>((services, client) =>
            {
                client.BaseAddress = new Uri($"http://{service}");
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.Add(ServiceKeys.CallerHeader, services.GetRequiredService<ServiceName>().Value);
                client.DefaultRequestHeaders.Add(ServiceKeys.KeyHeader, builder.Configuration["ServiceKeys:Own"] ?? "");
            })
            .AddHttpMessageHandler(() => new ResilienceHandler(Resilience.Pipeline(service, builder.Configuration)))
            .AddHttpMessageHandler(() => new RoundRobin(addresses));
    }

    /// <summary>A client of the outside world (payment or SMS provider) under <paramref name="baseAddress"/>, with the same patience.</summary>
    public static IHttpClientBuilder AddOutsideClient<TClient>(this WebApplicationBuilder builder, string name, Uri baseAddress)
        where TClient : class =>
        builder.Services.AddHttpClient<TClient>(client =>
            {
                client.BaseAddress = baseAddress;
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .AddHttpMessageHandler(() => new ResilienceHandler(Resilience.Pipeline(name, builder.Configuration)));
}

/// <summary>The addresses of a service's copies, as service discovery names them: services:location:http:0, 1, …</summary>
public sealed class ServiceAddresses(IConfiguration configuration, string service)
{
    int turn;

    /// <summary>All copies; https ones when there is no http.</summary>
    public IReadOnlyList<Uri> All { get; } =
        [.. configuration.GetSection($"services:{service}:http").GetChildren()
            .Concat(configuration.GetSection($"services:{service}:https").GetChildren())
            .Select(address => new Uri(address.Value!))];

    /// <summary>The next copy in turn.</summary>
    public Uri Next() => All.Count > 0
        ? All[(int)((uint)Interlocked.Increment(ref turn) % All.Count)]
        : throw new InvalidOperationException($"services:{service}:http:0 is not set.");
}

sealed class RoundRobin(ServiceAddresses addresses) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var copy = addresses.Next();
        request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = copy.Scheme, Host = copy.Host, Port = copy.Port }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Runs every call through a pipeline. Only what is safe to repeat is repeated.</summary>
sealed class ResilienceHandler(ResiliencePipeline<HttpResponseMessage> pipeline) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Resilience.SafeToRepeat, IsSafeToRepeat(request));
        try
        {
            return await pipeline.ExecuteAsync(
                async (attempt, state) => await state.Handler.SendOnce(state.Request, attempt.CancellationToken), context, (Handler: this, Request: request));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    Task<HttpResponseMessage> SendOnce(HttpRequestMessage request, CancellationToken ct) => base.SendAsync(request, ct);

    /// <summary>Content of ours is buffered JSON, which can be sent again; a call without a key might act twice.</summary>
    static bool IsSafeToRepeat(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Headers.Contains("Idempotency-Key") || request.Options.TryGetValue(ReadOnlyCall, out _);

    internal static readonly HttpRequestOptionsKey<bool> ReadOnlyCall = new("tumpang-read-only");
}

/// <summary>Patience with others: a time limit per try, jittered retries for safe calls, a circuit breaker.</summary>
public static class Resilience
{
    internal static readonly ResiliencePropertyKey<bool> SafeToRepeat = new("safe-to-repeat");

    /// <summary>Unless the setting Resilience:TryTimeout says otherwise.</summary>
    static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(5);

    const int MaxRetries = 2;

    /// <summary>Marks a POST that only reads (a search with a body) as safe to repeat.</summary>
    public static HttpRequestMessage ReadingOnly(this HttpRequestMessage request)
    {
        request.Options.Set(ResilienceHandler.ReadOnlyCall, true);
        return request;
    }

    internal static ResiliencePipeline<HttpResponseMessage> Pipeline(string name, IConfiguration configuration) => new ResiliencePipelineBuilder<HttpResponseMessage> { Name = name }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = MaxRetries,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Context.Properties.GetValue(SafeToRepeat, false) && IsOutage(arguments.Outcome)),
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = TimeSpan.FromSeconds(2),
            ShouldHandle = arguments => ValueTask.FromResult(IsOutage(arguments.Outcome)),
        })
        .AddTimeout(configuration.GetValue("Resilience:TryTimeout", TryTimeout))
        .Build();

    static bool IsOutage(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException || outcome.Result is { StatusCode: >= System.Net.HttpStatusCode.InternalServerError };
}

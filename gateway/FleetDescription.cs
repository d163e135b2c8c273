using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Tumpang.Gateway;

/// <summary>
/// One OpenAPI document of the whole fleet, merged from what the services say about themselves. Only public paths are in it. A
/// service that is down keeps the description it gave last; one that never answered is named in x-missing.
/// </summary>
internal sealed partial class FleetDescription(
    Copies copies, IHostEnvironment environment, IHttpClientFactory clients, IOptions<GatewayOptions> options, TimeProvider time,
    ILogger<FleetDescription> logger) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan RetryWhenIncomplete = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim one = new(1, 1);
    readonly Dictionary<string, string> heard = [];
    string? merged;
    DateTimeOffset staleAt;

    public async Task<IResult> Handle(CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            if (merged is null || time.GetUtcNow() > staleAt)
            {
                await Refresh(ct);
            }

            return TypedResults.Text(merged!, "application/json");
        }
        finally
        {
            one.Release();
        }
    }

    async Task Refresh(CancellationToken ct)
    {
        var services = copies.ByService.Keys.ToList();
        var answers = await Task.WhenAll(services.Select(service => Ask(service, ct)));
        foreach (var (service, answer) in services.Zip(answers).Where(pair => pair.Second is not null))
        {
            heard[service] = answer!;
        }

        var merge = new OpenApiMerge(PublicApi.In(environment));
        foreach (var service in services)
        {
            merge.Add(service, heard.TryGetValue(service, out var document) ? JsonNode.Parse(document)!.AsObject() : null);
        }

        merged = merge.Document().ToJsonString();
        staleAt = time.GetUtcNow() + (answers.Contains(null) ? RetryWhenIncomplete : options.Value.DescriptionLifetime);
    }

    async Task<string?> Ask(string service, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        foreach (var copy in copies.ByService[service])
        {
            try
            {
                return await clients.CreateClient(nameof(FleetDescription)).GetStringAsync(new Uri(copy, "/openapi/v1.json"), patience.Token);
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                NoDescription(service, failure.Message);
            }
        }

        return null;
    }

    public void Dispose() => one.Dispose();

    [LoggerMessage(LogLevel.Information, "{Service} gives no description now: {Reason}")]
    partial void NoDescription(string service, string reason);
}

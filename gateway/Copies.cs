namespace Tumpang.Gateway;

/// <summary>Where the copies of every service listen: services:&lt;name&gt;:http:0, 1, … as service discovery names them.</summary>
internal sealed class Copies(IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>Every public service, with the addresses of its copies; a service may have none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Uri>> ByService { get; } =
        PublicApi.ServicesIn(environment).ToDictionary(service => service, service => Of(configuration, service));

    static IReadOnlyList<Uri> Of(IConfiguration configuration, string service) =>
        [.. configuration.GetSection($"services:{service}:http").GetChildren()
            .Concat(configuration.GetSection($"services:{service}:https").GetChildren())
            .Select(address => new Uri(address.Value!))];
}

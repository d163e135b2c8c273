namespace Tumpang.AppHost;

/// <summary>What the topology means to Aspire.</summary>
static class AppHostExtensions
{
    /// <summary>The gateway's address, the same as under ./fleet up.</summary>
    const int PublicPort = 7100;

    /// <summary>A service of the topology with its endpoint, its health check and its copies.</summary>
    public static IResourceBuilder<ProjectResource> AddService(this IDistributedApplicationBuilder builder, Service service)
    {
        // The services have no launch profiles: what they are handed stands in the contract, in one place.
        var project = service.Name switch
        {
            "gateway" => builder.AddProject<Projects.Gateway>(service.Name, launchProfileName: null),
            "user" => builder.AddProject<Projects.User>(service.Name, launchProfileName: null),
            "location" => builder.AddProject<Projects.Location>(service.Name, launchProfileName: null),
            "match" => builder.AddProject<Projects.Match>(service.Name, launchProfileName: null),
            "ride" => builder.AddProject<Projects.Ride>(service.Name, launchProfileName: null),
            "billing" => builder.AddProject<Projects.Billing>(service.Name, launchProfileName: null),
            "payment" => builder.AddProject<Projects.Payment>(service.Name, launchProfileName: null),
            "realtime" => builder.AddProject<Projects.Realtime>(service.Name, launchProfileName: null),
            "sandbox" => builder.AddProject<Projects.Sandbox>(service.Name, launchProfileName: null),
            var name => throw new InvalidOperationException($"{name} is in the topology; add its project here and to AppHost.csproj."),
        };
        project.WithHttpEndpoint(port: service.Public ? PublicPort : null)
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithReplicas(service.Copies);
        return service.Public ? project.WithExternalHttpEndpoints() : project;
    }
}

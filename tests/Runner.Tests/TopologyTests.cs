using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;
using Xunit;

namespace Tumpang.Runner.Tests;

public sealed partial class TopologyTests
{
    static readonly string Root = Repository.Find().Root;

    [Fact]
    public void Whoever_is_called_awaited_or_accepted_is_in_the_list()
    {
        var known = Topology.Services.Select(service => service.Name).ToList();

        Assert.All(Topology.Services, service => Assert.All([.. service.Calls, .. service.Callers, .. service.WaitsFor], name => Assert.Contains(name, known)));
        Assert.All(Topology.Services, service => Assert.All(service.Secrets, secret => Assert.Contains(secret, Topology.Secrets)));
        Assert.All(Topology.Services, service => Assert.All(service.Callers, caller => Assert.Contains(service.Name, Topology.Find(caller).Calls)));
    }

    [Fact]
    public void Names_and_schemas_are_unique_and_valid_everywhere()
    {
        Assert.Distinct(Topology.Services.Select(service => service.Name));
        Assert.Distinct(Topology.Services.Where(service => service.Schema is not null).Select(service => service.Schema));
        Assert.All(Topology.Services, service => Assert.Matches(ResourceName(), service.Name));
        Assert.All(Contract.Secrets, secret => Assert.Matches(ResourceName(), secret));
    }

    [Fact]
    public void Nobody_waits_for_somebody_who_waits_for_him()
    {
        Assert.All(Topology.Services, service => Assert.DoesNotContain(service.Name, AwaitedBy(service, depth: 0)));

        static IEnumerable<string> AwaitedBy(Service service, int depth) => depth > Topology.Services.Count
            ? []
            : service.WaitsFor.Concat(service.WaitsFor.SelectMany(name => AwaitedBy(Topology.Find(name), depth + 1)));
    }

    [Fact]
    public void Every_copy_has_a_port_of_its_own_within_the_hundred_of_its_fleet()
    {
        const int first = 7100;

        var services = Topology.Services.SelectMany(service =>
            Enumerable.Range(0, service.Scales ? Ports.MaxCopies : service.Copies).Select(copy => Ports.Of(first, service, copy))).ToList();
        int[] stores = [.. new[] { Ports.Postgres, Ports.Redis, Ports.RabbitMq, Ports.RabbitMqDistribution, Ports.ErlangPortMapper }.Select(port => first + port)];

        Assert.Distinct([.. services, .. stores]);
        Assert.All([.. services, .. stores], port => Assert.InRange(port, first, first + Ports.PerFleet - 1));
        Assert.Equal(first, Ports.Of(first, Topology.Services[0], copy: 0));
    }

    [Fact]
    public void Only_the_gateway_is_public()
    {
        Assert.Equal("gateway", Assert.Single(Topology.Services, service => service.Public).Name);
    }

    [Fact]
    public void Every_project_exists_and_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Tumpang.slnx"));

        Assert.All([.. Topology.Services.Select(service => service.Project), Topology.MigratorProject], project =>
        {
            Assert.True(File.Exists(Path.Combine(Root, project)), project);
            Assert.Contains($"\"{project}\"", solution);
        });
    }

    [Fact]
    public void Every_schema_has_migrations()
    {
        Assert.All(
            Topology.Services.Where(service => service.Schema is not null),
            service => Assert.NotEmpty(Directory.GetFiles(Path.Combine(Root, "schemas", service.Schema!), "*.up.sql")));
    }

    [Fact]
    public void The_Aspire_host_builds_exactly_the_projects_of_the_topology()
    {
        var references = XDocument.Load(Path.Combine(Root, "AppHost", "AppHost.csproj")).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value["../".Length..]);

        Assert.Equal([.. Topology.Services.Select(service => service.Project).Append(Topology.MigratorProject).Order()], references.Order());
    }

    /// <summary>It is not compiled where Aspire is missing, so that nobody would notice.</summary>
    [Fact]
    public void The_Aspire_host_knows_every_service_by_its_project()
    {
        var known = AspireProject().Matches(File.ReadAllText(Path.Combine(Root, "AppHost", "AppHostExtensions.cs")))
            .Select(match => (match.Groups["name"].Value, match.Groups["project"].Value));

        Assert.Equal(Topology.Services.Select(service => (service.Name, Path.GetFileNameWithoutExtension(service.Project))), known);
    }

    [Fact]
    public void Postgres_admits_every_pool_when_it_is_full()
    {
        var pools = Topology.Services.Sum(service => Topology.CopiesOf(service, 3) * service.PoolSize);

        Assert.InRange(Topology.MaxConnections(replicas: 3), pools + 20, 1000);
    }

    [GeneratedRegex("^[a-zA-Z](-?[a-zA-Z0-9])*$", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex ResourceName();

    [GeneratedRegex("\"(?<name>[a-z]+)\" => builder.AddProject<Projects.(?<project>[A-Za-z]+)>", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex AspireProject();
}

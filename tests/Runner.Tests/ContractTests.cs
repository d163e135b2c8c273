using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;
using Xunit;

namespace Tumpang.Runner.Tests;

/// <summary>What a process is handed, by name. Both hosts take these names from the same list; here they are held against what services read.</summary>
public sealed class ContractTests : IDisposable
{
    /// <summary>What the runner sets by itself, for every process.</summary>
    static readonly string[] PerCopy = ["ASPNETCORE_URLS", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "Roads__CacheDirectory"];

    readonly string directory = Directory.CreateTempSubdirectory("tumpang-contract-").FullName;

    [Theory]
    [InlineData("gateway", "ConnectionStrings__postgres services__billing__http__0 services__location__http__0 services__match__http__0 services__payment__http__0 services__realtime__http__0 services__ride__http__0 services__sandbox__http__0 services__user__http__0")]
    [InlineData("user", "ConnectionStrings__postgres ConnectionStrings__rabbitmq ConnectionStrings__redis Secrets__PersonalDataKey Secrets__ProviderApiKey services__sandbox__http__0")]
    [InlineData("location", "ConnectionStrings__postgres ConnectionStrings__rabbitmq ConnectionStrings__redis ServiceKeys__Callers__billing ServiceKeys__Callers__match ServiceKeys__Callers__realtime")]
    [InlineData("match", "ConnectionStrings__postgres ConnectionStrings__rabbitmq Secrets__QuoteSigningKey ServiceKeys__Callers__billing ServiceKeys__Own services__location__http__0")]
    [InlineData("ride", "ConnectionStrings__postgres ConnectionStrings__rabbitmq Secrets__QuoteSigningKey")]
    [InlineData("billing", "ConnectionStrings__postgres ConnectionStrings__rabbitmq Secrets__QuoteSigningKey ServiceKeys__Callers__payment ServiceKeys__Own services__location__http__0 services__match__http__0 services__payment__http__0")]
    [InlineData("payment", "ConnectionStrings__postgres ConnectionStrings__rabbitmq Secrets__CardTokenKey Secrets__ProviderApiKey Secrets__WebhookSigningKey ServiceKeys__Callers__billing ServiceKeys__Own services__billing__http__0 services__sandbox__http__0")]
    [InlineData("realtime", "ConnectionStrings__postgres ConnectionStrings__rabbitmq ConnectionStrings__redis ServiceKeys__Own services__location__http__0")]
    [InlineData("sandbox", "ConnectionStrings__postgres Secrets__ProviderApiKey Secrets__WebhookSigningKey services__payment__http__0")]
    public void A_service_is_handed_what_it_needs_and_nothing_else(string service, string names)
    {
        string[] expected = ["ASPNETCORE_ENVIRONMENT", "Postgres__MaxPoolSize", .. names.Split(' ')];

        Assert.Equal(expected.Order(StringComparer.Ordinal), Contract.Of(Topology.Find(service)).Select(variable => variable.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_migrator_is_handed_the_password_of_every_role()
    {
        string[] roles = ["user", "location", "match", "ride", "billing", "payment", "realtime", "gateway", "sandbox", "auditor"];

        var names = Contract.OfMigrator.Select(variable => variable.Name).ToList();

        Assert.Contains("ConnectionStrings__postgres", names);
        Assert.Equal(roles.Select(role => $"Roles__{role}").Order(), names.Where(name => name.StartsWith("Roles__", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void The_runner_hands_exactly_the_contract_and_every_value_is_set()
    {
        var fleet = Fleet(replicas: 1);

        Assert.All(Topology.Services, service =>
        {
            var handed = ProcessEnvironment.Of(service, copy: 0, fleet);

            Assert.Equal(
                Contract.Of(service).Select(variable => variable.Name).Concat(PerCopy).Order(StringComparer.Ordinal),
                handed.Keys.Where(name => !name.StartsWith("DOTNET_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.All(handed.Values, value => Assert.False(string.IsNullOrWhiteSpace(value)));
        });
    }

    [Fact]
    public void Copies_are_all_named_and_tell_themselves_apart()
    {
        var fleet = Fleet(replicas: 3);

        var gateway = ProcessEnvironment.Of(Topology.Find("gateway"), copy: 0, fleet);
        var copies = Enumerable.Range(0, 3).Select(copy => ProcessEnvironment.Of(Topology.Find("ride"), copy, fleet)).ToList();

        Assert.Equal(copies.Select(copy => copy["ASPNETCORE_URLS"]), Enumerable.Range(0, 3).Select(copy => gateway[$"services__ride__http__{copy}"]));
        Assert.Distinct(copies.Select(copy => copy["OTEL_RESOURCE_ATTRIBUTES"]));
        Assert.DoesNotContain("services__sandbox__http__1", gateway.Keys);
    }

    [Fact]
    public void A_service_logs_in_with_its_own_role_and_password()
    {
        var fleet = Fleet(replicas: 1);

        var ride = ProcessEnvironment.Of(Topology.Find("ride"), copy: 0, fleet);
        var own = Topology.Find("ride").Secrets.Append("ride-password").Append("rabbitmq-password");
        var others = Contract.Secrets.Except(own).Select(name => fleet.Secrets[name]);

        Assert.Contains("Username=tumpang_ride", ride["ConnectionStrings__postgres"]);
        Assert.Contains(fleet.Secrets["ride-password"], ride["ConnectionStrings__postgres"]);
        Assert.DoesNotContain(ride.Values, value => others.Any(value.Contains));
    }

    [Fact]
    public void A_compressed_city_tells_every_service_its_clock()
    {
        var clock = new ClockSetting(new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero), TimeProvider.System.GetUtcNow(), 20);

        var handed = ProcessEnvironment.Of(Topology.Find("match"), copy: 0, Fleet(replicas: 1) with { Clock = clock });

        Assert.Equal("20", handed["CityClock__Factor"]);
        Assert.Equal(clock.CityStart, DateTimeOffset.Parse(handed["CityClock__CityStart"]));
        Assert.Equal(clock.SystemStart, DateTimeOffset.Parse(handed["CityClock__SystemStart"]));
    }

    [Fact]
    public void Secrets_are_kept_private_and_safe_inside_connection_strings()
    {
        var first = Secrets.Open(directory);
        var again = Secrets.Open(directory);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, "secrets.json")));
        Assert.All(Contract.Secrets, name => Assert.Equal(first[name], again[name]));
        Assert.All(Contract.Secrets, name => Assert.Matches("^[0-9a-f]{64}$", first[name]));
        Assert.Distinct(Contract.Secrets.Select(name => first[name]));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    FleetOptions Fleet(int replicas) => new(
        Repository.Find(), directory, 7100, new("Host=127.0.0.1;Port=1;Username=postgres;Password=owner;Database=tumpang", "127.0.0.1:2,password=r", "amqp://u:p@127.0.0.1:3"), Secrets.Open(directory))
    {
        Replicas = replicas,
    };
}

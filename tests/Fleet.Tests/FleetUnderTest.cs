using Microsoft.Extensions.Options;
using Tumpang.AppHost;
using Tumpang.FleetTests;
using Tumpang.Runner.Commands;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;
using Tumpang.ServiceDefaults;
using Tumpang.Simulator;
using Tumpang.Testing;
using Xunit;
using City = Tumpang.Simulator.City;

[assembly: AssemblyFixture(typeof(FleetUnderTest))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tumpang.FleetTests;

/// <summary>
/// The whole topology, two copies of every service that scales, on stores of its own: the drills stop and wipe them. City time runs ten times as fast.
/// </summary>
public sealed class FleetUnderTest : IAsyncLifetime
{
    const string Name = "Fleet.Tests";
    const int Copies = 2;
    const int Speed = 10;
    const int PortsByHand = 26_400;

    /// <summary>A machine that stands still for twenty seconds takes more than three minutes of this city: nobody is given up for that.</summary>
    static readonly Dictionary<string, string> Settings = new()
    {
        ["Billing__Surge__Every"] = "00:00:01",
        ["Matching__Default__SearchTime"] = "00:20:00",
        ["Matching__Default__OfferTime"] = "00:01:00",
        ["Matching__Default__PaymentMethodPatience"] = "00:00:30",
        ["Otp__Lifetime"] = "01:00:00",
    };

    Stores? stores;
    Runner.Fleets.Fleet? fleet;

    /// <summary>The stores, to be broken.</summary>
    public Stores Stores => stores ?? throw new InvalidOperationException("The fleet has not started.");

    /// <summary>The processes, to be killed.</summary>
    public Runner.Fleets.Fleet Fleet => fleet ?? throw new InvalidOperationException("The fleet has not started.");

    /// <summary>Reads everything, changes nothing.</summary>
    public string AuditorPostgres => Stores.Addresses.Of(Store.Postgres, Topology.Auditor, Stores.Secrets);

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var handed = TestStores.Handed;
        var repository = Repository.Find();
        var data = Path.Combine(handed?.DataDirectory ?? Path.Combine(repository.StateDirectory, "by-hand"), Name);
        var ports = handed?.FreePorts ?? PortsByHand;
        if (Directory.Exists(data))
        {
            await Stores.StopLeftovers(data);
            Directory.Delete(data, recursive: true);
        }

        stores = await Stores.Start(new StoreOptions(data, ports) { MaxConnections = Topology.MaxConnections(Copies) }, ct: ct);
        await Runner.Fleets.Fleet.Migrate(repository, stores.Addresses, stores.Secrets, data, ct: ct);
        fleet = await Runner.Fleets.Fleet.Start(
            new FleetOptions(repository, data, ports, stores.Addresses, stores.Secrets)
            {
                Replicas = Copies,
                Settings = Settings,
                Clock = new ClockSetting(CityData.DemandStart, TimeProvider.System.GetUtcNow(), Speed),
            },
            ct: ct);
    }

    /// <summary>A city of phones at this fleet's gateway.</summary>
    public City NewCity()
    {
        var clock = Fleet.Options.Clock!;
        var settings = new CityClockOptions { CityStart = clock.CityStart, SystemStart = clock.SystemStart, Factor = clock.Factor };
        return new City(Fleet.Gateway, new CityClock(Options.Create(settings), TimeProvider.System));
    }

    /// <summary>Tokens for whom a test pretends to be.</summary>
    public TestTokens NewTokens() => new(Stores.Addresses.Postgres);

    /// <summary>Every invariant, on the databases, once every event has arrived.</summary>
    public async Task AssertInvariantsHold()
    {
        var violations = await Audit.Check(AuditorPostgres, TestContext.Current.CancellationToken);
        Assert.Empty(violations);
    }

    public async ValueTask DisposeAsync()
    {
        if (fleet is not null)
        {
            await fleet.DisposeAsync();
        }

        if (stores is not null)
        {
            await stores.DisposeAsync();
        }
    }
}

using Tumpang.AppHost;

// The fleet under Aspire: stores in containers, everything else from the topology that ./fleet runs too.
var builder = DistributedApplication.CreateBuilder(args);

// Letters and digits only, for nothing escapes them inside connection strings. Kept in user secrets: the volumes outlive a run.
var random = new GenerateParameterDefault { MinLength = 44, Special = false };
var secrets = Contract.Secrets.ToDictionary(name => name, name => builder.AddParameter(name, random, secret: true, persist: true));

var postgres = builder.AddPostgres("postgres", password: secrets[Contract.PasswordOf("postgres")])
    .WithImage("postgis/postgis", "15-3.4")
    .WithArgs("-c", $"max_connections={Topology.MaxConnections(replicas: 1)}")
    .WithDataVolume();
var database = postgres.AddDatabase(Topology.Database);

// No volume: Redis holds what may be lost. No TLS either: the client that the services are pinned to would not trust it.
var redis = builder.AddRedis("redis", password: secrets[Contract.PasswordOf("redis")]).WithoutHttpsCertificate();

var rabbitmq = builder.AddRabbitMQ("rabbitmq", password: secrets[Contract.PasswordOf("rabbitmq")])
    .WithManagementPlugin()
    .WithDataVolume();

var migrator = builder.AddProject<Projects.Migrator>(Topology.Migrator, launchProfileName: null)
    .WithArgs("up")
    .WaitFor(database);
var services = Topology.Services.ToDictionary(service => service.Name, builder.AddService);

Hand(migrator, Contract.OfMigrator);
foreach (var service in Topology.Services)
{
    var project = services[service.Name].WaitForCompletion(migrator);
    Hand(project, Contract.Of(service));
    service.Stores.ToList().ForEach(store => project.WaitFor(ResourceOf(store)));
    service.WaitsFor.ToList().ForEach(awaited => project.WaitFor(services[awaited]));
}

builder.Build().Run();

void Hand(IResourceBuilder<ProjectResource> project, IEnumerable<Variable> variables)
{
    foreach (var (name, value) in variables)
    {
        _ = value switch
        {
            Value.Text text => project.WithEnvironment(name, text.Content),
            Value.Secret secret => project.WithEnvironment(name, secrets[secret.Name]),
            Value.AddressOf address => project.WithReference(services[address.Service]),
            Value.Connection { Store: Store.Postgres, Role: null } => project.WithReference(database, Topology.NameOf(Store.Postgres)),
            Value.Connection { Store: Store.Postgres, Role: { } role } => project.WithEnvironment(name, LoginOf(role)),
            Value.Connection { Store: Store.Redis } => project.WithReference(redis),
            Value.Connection { Store: Store.RabbitMq } => project.WithReference(rabbitmq),
            _ => throw new InvalidOperationException($"{name} comes from {value}, which is new here."),
        };
    }
}

ReferenceExpression LoginOf(string role)
{
    var (host, port) = (postgres.Resource.PrimaryEndpoint.Property(EndpointProperty.Host), postgres.Resource.PrimaryEndpoint.Property(EndpointProperty.Port));
    var (user, password) = (Topology.RolePrefix + role, secrets[Contract.PasswordOf(role)].Resource);
    return ReferenceExpression.Create($"Host={host};Port={port};Username={user};Password={password};Database={Topology.Database}");
}

IResourceBuilder<IResource> ResourceOf(Store store) => store switch
{
    Store.Postgres => database,
    Store.Redis => redis,
    Store.RabbitMq => rabbitmq,
    _ => throw new ArgumentOutOfRangeException(nameof(store)),
};

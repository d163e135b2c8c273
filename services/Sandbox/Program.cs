using Tumpang.Sandbox;
using Tumpang.Sandbox.Features;
using Tumpang.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("sandbox");
builder.AddPostgres(schema: "sandbox");
builder.AddWebhooks();
builder.Services.AddOptions<SandboxOptions>().BindConfiguration("Sandbox").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<ProviderKey>();
builder.Services.AddSingleton<ChargeStore>();
builder.Services.AddSingleton<CodeStore>();
builder.Services.AddSingleton<DisputeStore>();
builder.Services.AddSingleton<SettlementStore>();
builder.Services.AddSweeper<DecidePendingCharges>();
builder.Services.AddSweeper<DecidePendingAuthorisations>();
builder.Services.AddSweeper<DecidePendingRefunds>();
builder.Services.AddSweeper<DecidePendingTransfers>();
builder.Services.AddSweeper<ReturnDueTransfers>();
builder.Services.AddSweeper<ReceiveScans>();
builder.Services.AddSweeper<OpenDueDisputes>();
builder.Services.AddSweeper<DecideDueDisputes>();
builder.Services.AddSweeper<DeliverWebhooks>();
builder.Services.AddSweeper<ForgetMessages>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapSandboxRoutes();
app.Run();

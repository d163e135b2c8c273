using Tumpang.Realtime;
using Tumpang.Realtime.Features;
using Tumpang.Realtime.Positions;
using Tumpang.Realtime.Sockets;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("realtime");
builder.AddRedis();
builder.AddServiceClient<LocationClient>("location");
builder.AddBus(PushedEvents.Register);
builder.Services.AddOptions<RealtimeOptions>().BindConfiguration("Realtime").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<TokenIssuer>();
builder.Services.AddSingleton<InboxStore>();
builder.Services.AddSingleton<Connections>();
builder.Services.AddSingleton<RealtimeMetrics>();
builder.Services.AddSingleton<PositionLanes>();
builder.Services.AddHostedService(services => services.GetRequiredService<PositionLanes>());
builder.Services.AddHostedService<WakeListener>();
builder.Services.AddSweeper<RefreshPresence>();

var app = builder.Build();
app.UseWebSockets();
app.UseRouting();
app.MapServiceDefaults();
// Short-circuited: everything that a request passes on its way stays in memory for as long as its socket is open.
app.MapGet("/v1/ws", OpenSocket.Handle).WithTags("Realtime").AllowAnonymous().ShortCircuit();
app.Run();

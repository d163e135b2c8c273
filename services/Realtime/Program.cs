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
app.MapServiceDefaults();
app.UseWebSockets();
app.MapGet("/v1/ws", OpenSocket.Handle).WithTags("Realtime").AllowAnonymous();
app.Run();

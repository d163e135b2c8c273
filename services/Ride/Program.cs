using Tumpang.Contracts;
using Tumpang.Rides;
using Tumpang.Rides.Features;
using Tumpang.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("ride");
builder.AddPostgres(schema: "ride");
builder.AddBus(bus => bus
    .Handle<DriverApproved, OnDriverApproved>()
    .Handle<MatchConfirmed, OnMatchConfirmed>()
    .Listen<RideProgressed, Whereabouts>());
builder.Services.AddOptions<RideOptions>().BindConfiguration("Ride").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<RideStore>();
builder.Services.AddSingleton<RideMetrics>();
builder.Services.AddSingleton<QuoteToken>();
builder.Services.AddSweeper<ForgetEarlyCancellations>();
builder.Services.AddSweeper<Whereabouts>();
builder.Services.AddSweeper<ForgetWhereabouts>();
builder.Services.AddSweeper<AlertSilentRides>();
builder.Services.AddSweeper<CloseSilentRides>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapRideRoutes();
app.Run();

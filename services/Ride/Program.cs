using Tumpang.Contracts;
using Tumpang.Rides;
using Tumpang.Rides.Features;
using Tumpang.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("ride");
builder.AddPostgres(schema: "ride");
builder.AddBus(bus => bus.Handle<MatchConfirmed, OnMatchConfirmed>());
builder.Services.AddOptions<RideOptions>().BindConfiguration("Ride").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<RideStore>();
builder.Services.AddSweeper<ForgetEarlyCancellations>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapRideRoutes();
app.Run();

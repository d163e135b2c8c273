using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.Locations.Features;
using Tumpang.Locations.Mirror;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("location");
builder.AddPostgres(schema: "location");
builder.AddRedis();
builder.AddBus(bus => bus
    .Handle<DriverApproved, OnDriverApproved>()
    .Handle<DriverSuspended, OnDriverSuspended>()
    .Handle<MatchConfirmed, OnMatchConfirmed>()
    .Handle<RideStarted, OnRideStarted>()
    .Handle<StopReached, OnStopReached>()
    .Handle<RideRerouted, OnRideRerouted>()
    .Handle<RideCompleted, OnRideCompleted>()
    .Handle<RideCancelled, OnRideCancelled>());

builder.Services.AddOptions<LocationOptions>().BindConfiguration("Location").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<LocationMetrics>();
builder.Services.AddPoolMirror();
builder.Services.AddSingleton<PositionPool>();
builder.Services.AddSingleton<DutyStore>();
builder.Services.AddSingleton<DriverQueues>();
builder.Services.AddSingleton<CloseTrack>();
builder.Services.AddSingleton<TrackRecorder>();
builder.Services.AddSingleton<PositionIntake>();
builder.Services.AddSweeper<CloseDueTracks>();
builder.Services.AddSweeper<ForgetTrackPoints>();
builder.Services.AddSweeper<KeepTrackMonths>();
builder.Services.AddSweeper<SweepPool>();
builder.Services.AddSweeper<TakeSilentDriversOffline>();
builder.Services.AddSweeper<TellOfFirstZones>();
builder.AddPressure();
builder.AddRoads();
builder.AddZones(
    "location.zones",
    ring: """
        select json_agg(json_build_object('latitude', st_y(corner.geom), 'longitude', st_x(corner.geom)) order by corner.path) from st_dumppoints(shape) corner
        """);

var app = builder.Build();
app.MapServiceDefaults();
app.UseRateLimiter();
app.MapLocationRoutes();
app.Run();

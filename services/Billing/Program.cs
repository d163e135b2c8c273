using Tumpang.Billing;
using Tumpang.Billing.Features;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("billing");
builder.AddPostgres(schema: "billing");
builder.AddBus(bus => bus
    .Handle<ZoneChanged, OnZoneChanged>()
    .Handle<RideRequested, OnRideRequested>()
    .Handle<DropOffChanged, OnDropOffChanged>()
    .Handle<NoDriverFound, OnNoDriverFound>()
    .Handle<RideRequestCancelled, OnRideRequestCancelled>()
    .Handle<RideCreated, OnRideCreated>()
    .Handle<QueuedRideBegan, OnQueuedRideBegan>()
    .Handle<RideProgressed, OnRideProgressed>()
    .Handle<RideCompleted, OnRideCompleted>()
    .Handle<RideTrackClosed, OnRideTrackClosed>()
    .Handle<RideCancelled, OnRideCancelled>()
    .Handle<PaymentSucceeded, OnPaymentSucceeded>()
    .Handle<PaymentFailed, OnPaymentFailed>()
    .Handle<RefundSucceeded, OnRefundSucceeded>()
    .Handle<PaymentWrittenOff, OnPaymentWrittenOff>()
    .Handle<PaymentVoided, OnPaymentVoided>()
    .Handle<PayoutAccountChanged, OnPayoutAccountChanged>()
    .Handle<PayoutSent, OnPayoutSent>()
    .Handle<PayoutFailed, OnPayoutFailed>());

builder.Services.AddOptions<BillingOptions>().BindConfiguration("Billing").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<QuoteToken>();
builder.Services.AddSingleton<BillingMetrics>();
builder.Services.AddSingleton<FarePolicies>();
builder.Services.AddSingleton<Promotions>();
builder.Services.AddSingleton<RideBills>();
builder.Services.AddSingleton<RequestedQuotes>();
builder.Services.AddSweeper<RefreshFarePolicies>();
builder.Services.AddSweeper<RefreshPromotions>();
builder.Services.AddSweeper<FinaliseOverdueRides>();
builder.Services.AddSweeper<PayOutBatches>();
builder.AddRoads();
builder.AddZones("billing.zones", ring: "ring");

var app = builder.Build();
app.MapServiceDefaults();
app.MapBillingRoutes();
app.Run();

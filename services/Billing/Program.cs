using Tumpang.Billing;
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
    .Handle<DriverArrived, OnDriverArrived>()
    .Handle<RideProgressed, OnRideProgressed>()
    .Handle<StopReached, OnStopReached>()
    .Handle<RideRerouted, OnRideRerouted>()
    .Handle<RideCompleted, OnRideCompleted>()
    .Handle<RideTrackClosed, OnRideTrackClosed>()
    .Handle<RideCancelled, OnRideCancelled>()
    .Handle<WalletToppedUp, OnWalletToppedUp>()
    .Handle<WalletChargeDue, OnWalletChargeDue>()
    .Handle<PaymentPartCollected, OnPaymentPartCollected>()
    .Handle<PaymentSucceeded, OnPaymentSucceeded>()
    .Handle<PaymentFailed, OnPaymentFailed>()
    .Handle<RefundSucceeded, OnRefundSucceeded>()
    .Handle<SurplusReceived, OnSurplusReceived>()
    .Handle<TipPaid, OnTipPaid>()
    .Handle<SurplusReturned, OnSurplusReturned>()
    .Handle<ChargebackReceived, OnChargebackReceived>()
    .Handle<ChargebackWon, OnChargebackWon>()
    .Handle<ChargebackLost, OnChargebackLost>()
    .Handle<ChargebackSetOff, OnChargebackSetOff>()
    .Handle<TopUpChargebackReceived, OnTopUpChargebackReceived>()
    .Handle<TopUpChargebackWon, OnTopUpChargebackWon>()
    .Handle<TopUpChargebackLost, OnTopUpChargebackLost>()
    .Handle<PaymentWrittenOff, OnPaymentWrittenOff>()
    .Handle<PaymentVoided, OnPaymentVoided>()
    .Handle<PayoutAccountChanged, OnPayoutAccountChanged>()
    .Handle<PayoutSent, OnPayoutSent>()
    .Handle<PayoutFailed, OnPayoutFailed>()
    .Handle<PayoutReturned, OnPayoutReturned>()
    .Handle<ProviderSettled, OnProviderSettled>());

builder.Services.AddOptions<BillingOptions>().BindConfiguration("Billing").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<SurgeOptions>().BindConfiguration("Billing:Surge").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<QuoteToken>();
builder.Services.AddSingleton<BillingMetrics>();
builder.Services.AddSingleton<FarePolicies>();
builder.Services.AddSingleton<Promotions>();
builder.Services.AddSingleton<PromotionHolds>();
builder.Services.AddSingleton<SurgeInForce>();
builder.Services.AddSingleton<RideBills>();
builder.Services.AddSingleton<RequestedQuotes>();
builder.AddServiceClient<PaymentClient>("payment");
builder.Services.AddSweeper<RefreshFarePolicies>();
builder.Services.AddSweeper<RefreshPromotions>();
builder.Services.AddSweeper<ReleasePromotionHolds>();
builder.Services.AddSweeper<RefreshSurge>();
builder.Services.AddSweeper<QuoteInterest>();
builder.Services.AddSweeper<RecomputeSurge>();
builder.Services.AddSweeper<ForgetSurgeChanges>();
builder.Services.AddSweeper<FinaliseOverdueRides>();
builder.Services.AddSweeper<PayOutBatches>();
builder.Services.AddSweeper<RewardReferrals>();
builder.Services.AddSweeper<LapseReferrals>();
builder.Services.AddSweeper<ExpireCredits>();
builder.Services.AddSweeper<RenewSubscriptions>();
builder.Services.AddSweeper<MakeMonths>();
builder.Services.AddSweeper<KeepMonthBalances>();
builder.AddServiceClient<WaitingClient>("match");
builder.AddServiceClient<FreeDriversClient>("location");
builder.AddRoads();
builder.AddZones("billing.zones", ring: "ring");

var app = builder.Build();
app.MapServiceDefaults();
app.MapBillingRoutes();
app.Run();

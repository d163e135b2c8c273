using Tumpang.Contracts;
using Tumpang.Payments;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("payment");
builder.AddPostgres(schema: "payment");
builder.AddBus(bus => bus
    .Handle<RideCreated, OnRideCreated>()
    .Handle<CancellationWaived, OnCancellationWaived>()
    .Handle<FareFinalised, OnFareFinalised>()
    .Handle<WalletCharged, OnWalletCharged>()
    .Handle<WalletChargeRefused, OnWalletChargeRefused>()
    .Handle<FareAdjusted, OnFareAdjusted>()
    .Handle<PayoutDue, OnPayoutDue>());

builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payment").ValidateDataAnnotations()
    .Validate(options => options.LeaseOutlastsAnExchange, "Payment:Lease must outlast five provider timeouts: to ask, to look at the card, to name it, to charge, to cancel.")
    .ValidateOnStart();
builder.Services.AddSingleton<CardTokens>();
builder.Services.AddSingleton<Inquiry>();
builder.Services.AddSingleton<Collecting>();
builder.Services.AddSingleton<Authorisations>();
builder.Services.AddSingleton<Outcomes>();
builder.Services.AddSingleton<Refunds>();
builder.Services.AddSingleton<Codes>();
builder.Services.AddSingleton<Repayments>();
builder.Services.AddSingleton<TopUps>();
builder.Services.AddSingleton<Tips>();
builder.Services.AddSingleton<Payouts>();
builder.Services.AddSingleton<Disputes>();
builder.Services.AddSingleton<Webhooks>();
builder.Services.AddSingleton<Reconciliation>();
builder.Services.AddSingleton<LedgerComparison>();
builder.Services.AddSingleton(typeof(Signal<>));
builder.Services.AddSweeper<OweUnconfirmedCash>();
builder.Services.AddSweeper<EndIdleAuthorisations>();
builder.Services.AddHostedService<AuthoriseRides>();
builder.Services.AddHostedService<ReleaseAuthorisations>();
builder.Services.AddSweeper<AskAboutDisputes>();
builder.Services.AddSweeper<FindUntoldDisputes>();
builder.Services.AddSweeper<FindUntoldReturns>();
builder.Services.AddSweeper<ReconcileDays>();
builder.AddServiceClient<LedgerClient>("billing");
builder.Services.AddHostedService<ChargeDueAttempts>();
builder.Services.AddHostedService<ChargeTopUps>();
builder.Services.AddHostedService<ChargeTips>();
builder.Services.AddHostedService<ReturnSurplus>();
builder.Services.AddSweeper<CloseCodes>();
builder.Services.AddHostedService<SendDueRefunds>();
builder.Services.AddHostedService<SendDuePayouts>();

builder.AddPaymentProviders();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPaymentRoutes();
app.Run();

using Microsoft.Extensions.Options;
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
    .Handle<FareFinalised, OnFareFinalised>()
    .Handle<FareAdjusted, OnFareAdjusted>()
    .Handle<PayoutDue, OnPayoutDue>());

builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payment").ValidateDataAnnotations()
    .Validate(options => options.Lease > 2 * options.ProviderTimeout, "Payment:Lease must outlast two provider timeouts: one to ask, one to send.")
    .ValidateOnStart();
builder.Services.AddSingleton<CardTokens>();
builder.Services.AddSingleton<WebhookSignature>();
builder.Services.AddSingleton<Inquiry>();
builder.Services.AddSingleton<Outcomes>();
builder.Services.AddSingleton<Refunds>();
builder.Services.AddSingleton<Payouts>();
builder.Services.AddSingleton<ReceiveSandboxWebhook.Ledgers>();
builder.Services.AddSingleton(typeof(Signal<>));
builder.Services.AddSweeper<OweUnconfirmedCash>();
builder.Services.AddHostedService<ChargeDueAttempts>();
builder.Services.AddHostedService<SendDueRefunds>();
builder.Services.AddHostedService<SendDuePayouts>();

// The worker repeats by itself, knowing what it sent before; a retry or a breaker underneath it would only blur that.
var provider = new ServiceAddresses(builder.Configuration, "sandbox");
builder.Services.AddHttpClient<IPaymentProvider, SandboxProvider>((services, http) =>
{
    http.BaseAddress = provider.Next();
    http.Timeout = services.GetRequiredService<IOptions<PaymentOptions>>().Value.ProviderTimeout;
    http.DefaultRequestHeaders.Add("X-Api-Key", builder.Configuration["Secrets:ProviderApiKey"]);
});

var app = builder.Build();
app.MapServiceDefaults();
app.MapPaymentRoutes();
app.Run();

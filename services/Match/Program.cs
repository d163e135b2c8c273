using Tumpang.Contracts;
using Tumpang.Matching;
using Tumpang.Matching.Dispatch;
using Tumpang.Matching.Features;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("match");
builder.AddPostgres(schema: "match");
builder.AddServiceClient<LocationClient>("location");
builder.AddMatching();
builder.AddBus(bus => bus
    .Handle<DriverApproved, OnDriverApproved>()
    .Handle<DriverSuspended, OnDriverSuspended>()
    .Handle<DriverWentOffline, OnDriverWentOffline>()
    .Handle<RideNearsEnd, OnRideNearsEnd>()
    .Handle<RideCompleted, OnRideCompleted>()
    .Handle<RideCancelled, OnRideCancelled>()
    .Handle<PaymentMethodAdded, OnPaymentMethodAdded>()
    .Handle<PaymentMethodRemoved, OnPaymentMethodRemoved>()
    .Handle<PassengerDebtIncurred, OnPassengerDebtIncurred>()
    .Handle<PassengerDebtSettled, OnPassengerDebtSettled>()
    .Handle<WalletDebtIncurred, OnWalletDebtIncurred>()
    .Handle<WalletDebtSettled, OnWalletDebtSettled>()
    .Handle<FavouriteDriverAdded, OnFavouriteDriverAdded>()
    .Handle<FavouriteDriverRemoved, OnFavouriteDriverRemoved>());

var app = builder.Build();
app.MapServiceDefaults();
app.MapMatchRoutes();
app.Run();

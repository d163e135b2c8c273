using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;
using Tumpang.ServiceDefaults.Security;
using Tumpang.Users;
using Tumpang.Users.Features;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("user");
builder.AddPostgres(schema: "users");
builder.AddRedis();
builder.AddBus(bus => bus.Handle<SosRaised, OnSosRaised>());
builder.AddSmsProvider();
builder.Services.AddOptions<OtpOptions>().BindConfiguration("Otp").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<DriverOptions>().BindConfiguration("Drivers").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<SosOptions>().BindConfiguration("Sos").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<TokenIssuer>();
builder.Services.AddSingleton<PersonalData>();
builder.Services.AddSingleton<Operators>();
builder.Services.AddSingleton<OtpStore>();
builder.Services.AddSingleton<AccountStore>();
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSweeper<ForgetSessions>();
builder.Services.AddSweeper<SendSosTexts>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapUserRoutes();
app.Run();

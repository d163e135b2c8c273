using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;
using Tumpang.Users;
using Tumpang.Users.Features;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("user");
builder.AddPostgres(schema: "users");
builder.AddRedis();
builder.AddBus(_ => { });
builder.AddSmsProvider();
builder.Services.AddOptions<OtpOptions>().BindConfiguration("Otp").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<DriverOptions>().BindConfiguration("Drivers").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<TokenIssuer>();
builder.Services.AddSingleton<PersonalData>();
builder.Services.AddSingleton<Operators>();
builder.Services.AddSingleton<OtpStore>();
builder.Services.AddSingleton<AccountStore>();
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSweeper<ForgetSessions>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapUserRoutes();
app.Run();

using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Tumpang.Gateway;
using Tumpang.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("gateway");
builder.Logging.AddFilter("Yarp", LogLevel.Warning);
builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
builder.AddForwarding();
builder.AddRateLimits();
builder.Services.AddSocketTokens();
builder.Services.AddHttpClient();
builder.Services.AddSingleton<FleetHealth>();
builder.Services.AddSingleton<FleetDescription>();

var settings = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new();
builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
    .WithOrigins(settings.CorsOrigins).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(RequestIds.Header, "Retry-After", "Location")));
builder.Services.Configure<ForwardedHeadersOptions>(options =>
{
    options.ForwardedHeaders = settings.KnownProxies.Length > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
    Array.ForEach(settings.KnownProxies, proxy => options.KnownProxies.Add(IPAddress.Parse(proxy)));
});

var app = builder.Build();
app.UseForwardedHeaders();
app.UseRequestIds();
app.UseSecurityHeaders();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseCors();
app.UseAuthentication();
app.UseAuthorization();
app.UseRateLimiter();

app.MapGet("/health", (FleetHealth health, CancellationToken ct) => health.Handle(ct)).AllowAnonymous();
app.MapHealthChecks("/alive", new() { Predicate = check => check.Tags.Contains("live") }).AllowAnonymous();
app.MapGet("/openapi/v1.json", (FleetDescription description, CancellationToken ct) => description.Handle(ct)).AllowAnonymous();
app.MapApiPage();
app.MapReverseProxy(proxy =>
{
    proxy.UseBodyLimits();
    proxy.UseDeadServices();
    proxy.UseLoadBalancing();
});
app.MapFallback("{**path}", () => Problem.NotFound("address").ToHttp()).AllowAnonymous();
app.Run();

using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider.Stripe;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Provider;

/// <summary>
/// The providers that we speak to. A card and a bank account belong to the one that was chosen when they were added, and stay with it: a change of the
/// setting strands nothing that is under way.
/// </summary>
internal sealed class PaymentProviders(IServiceProvider services, IOptions<PaymentOptions> options)
{
    /// <summary>All of them, by their names in our rows.</summary>
    public static readonly IReadOnlyList<string> Names = [SandboxProvider.ProviderName, StripeProvider.ProviderName];

    /// <summary>Where new cards and bank accounts belong.</summary>
    public string Chosen => options.Value.Provider;

    /// <summary>The provider of that name in our rows.</summary>
    public IPaymentProvider Of(string name) => name switch
    {
        SandboxProvider.ProviderName => services.GetRequiredService<SandboxProvider>(),
        StripeProvider.ProviderName => services.GetRequiredService<StripeProvider>(),
        _ => throw Unknown(name),
    };

    /// <summary>The part of that provider that makes codes; null when it has none.</summary>
    public IProviderCodes? CodesOf(string name) => Of(name) as IProviderCodes;

    /// <summary>The part of that provider that knows whose a card is; null when it has none.</summary>
    public ICardOwners? CardOwnersOf(string name) => Of(name) as ICardOwners;

    /// <summary>The part of it that deals with disputes.</summary>
    public IProviderDisputes DisputesOf(string name) => name switch
    {
        SandboxProvider.ProviderName => services.GetRequiredService<SandboxDisputes>(),
        StripeProvider.ProviderName => services.GetRequiredService<StripeDisputes>(),
        _ => throw Unknown(name),
    };

    static InvalidOperationException Unknown(string name) => new($"There is no provider {name}.");
}

internal static class PaymentProvidersExtensions
{
    /// <summary>
    /// Every provider, its secrets from the configuration. A worker repeats by itself, knowing what it sent before; a retry or a breaker underneath it would
    /// only blur that.
    /// </summary>
    public static void AddPaymentProviders(this WebApplicationBuilder builder)
    {
        var (services, secrets) = (builder.Services, builder.Configuration.GetSection("Secrets"));
        services.AddSingleton<PaymentProviders>();
        var sandbox = new ServiceAddresses(builder.Configuration, "sandbox");
        services.AddHttpClient<SandboxProvider>(ToSandbox);
        services.AddHttpClient<SandboxDisputes>(ToSandbox);
        services.AddHttpClient<ISettlementFiles, SandboxSettlements>(ToSandbox);
        services.AddHttpClient<StripeClient>((scope, http) =>
        {
            var options = scope.GetRequiredService<IOptions<PaymentOptions>>().Value;
            http.BaseAddress = options.StripeUrl;
            http.Timeout = options.ProviderTimeout;
            http.DefaultRequestHeaders.Authorization = new("Bearer", secrets["StripeKey"]);
            http.DefaultRequestHeaders.Add("Stripe-Version", options.StripeVersion);
        });
        services.AddTransient<StripeProvider>();
        services.AddTransient<StripeDisputes>();
        services.AddTransient<IDisputeLists, StripeDisputes>();
        services.AddTransient<IReturnLists, StripeReturns>();
        var signingKey = secrets["WebhookSigningKey"] ?? throw new InvalidOperationException("Secrets:WebhookSigningKey is not set.");
        AddSignature(services, SandboxProvider.ProviderName, signingKey);
        AddSignature(services, StripeProvider.ProviderName, secrets["StripeWebhookKey"]);

        void ToSandbox(IServiceProvider scope, HttpClient http)
        {
            http.BaseAddress = sandbox.Next();
            http.Timeout = scope.GetRequiredService<IOptions<PaymentOptions>>().Value.ProviderTimeout;
            http.DefaultRequestHeaders.Add("X-Api-Key", secrets["ProviderApiKey"]);
        }
    }

    static void AddSignature(IServiceCollection services, string provider, string? secret) =>
        services.AddKeyedSingleton(provider, (scope, _) => new WebhookSignature(secret, scope.GetRequiredService<TimeProvider>()));
}

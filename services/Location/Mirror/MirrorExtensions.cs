namespace Tumpang.Locations.Mirror;

/// <summary>Registers the mirror and its follower.</summary>
static class MirrorExtensions
{
    public static void AddPoolMirror(this IServiceCollection services)
    {
        services.AddSingleton<PoolMirror>();
        services.AddHostedService(provider => provider.GetRequiredService<PoolMirror>());
    }
}

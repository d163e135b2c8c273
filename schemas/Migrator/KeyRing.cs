using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Tumpang.Migrator;

/// <summary>Makes the keys behind the fleet's tokens. Services only read them, at their start and once a day.</summary>
static class KeyRing
{
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);
    static readonly TimeSpan RenewBefore = TimeSpan.FromDays(90);

    /// <summary>A later key is used only once every running service has read it.</summary>
    static readonly TimeSpan Notice = TimeSpan.FromDays(2);

    /// <summary>Adds a key when there is none, or when the newest has less than half of its life left.</summary>
    public static async Task Renew(NpgsqlConnection connection)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddDataProtection();
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new Repository(connection));
        await using var provider = services.BuildServiceProvider();
        var (keys, now) = (provider.GetRequiredService<IKeyManager>(), DateTimeOffset.UtcNow);
        var usable = keys.GetAllKeys().Where(key => !key.IsRevoked).ToList();
        if (!usable.Exists(key => key.ExpirationDate > now + RenewBefore))
        {
            keys.CreateNewKey(usable.Count == 0 ? now.AddMinutes(-5) : now + Notice, now + Lifetime);
        }
    }

    sealed class Repository(NpgsqlConnection connection) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() =>
            [.. connection.Query<string>("select xml from platform.data_protection_keys order by id").Select(XElement.Parse)];

        public void StoreElement(XElement element, string friendlyName) => connection.Execute(
            "insert into platform.data_protection_keys (friendly_name, xml) values (@Name, @Xml)", new { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
    }
}

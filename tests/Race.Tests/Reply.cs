using System.Net;
using System.Text;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Race.Tests;

/// <summary>What a service answered.</summary>
sealed record Reply(HttpStatusCode Status, byte[] Body)
{
    public bool Succeeded => (int)Status is >= 200 and < 300;

    /// <summary>Losing a race is a conflict or a thing that is not there; everything else is a fault of the service or of the test.</summary>
    public bool IsExpected => Succeeded || Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict;

    public string Text => Encoding.UTF8.GetString(Body);

    public Guid Id(string name) => Element(name).GetGuid();

    public string Word(string name) => Element(name).GetString()!;

    public GeoPoint Point(string name) => Element(name).Deserialize<GeoPoint>(Json.Options);

    JsonElement Element(string name) => JsonDocument.Parse(Body).RootElement.GetProperty(name);
}

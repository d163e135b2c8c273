using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Users.Features;

/// <summary>
/// Somebody asks for help: their emergency contacts will be texted, each once per alert. The texts are rows, so that no crash and no outage loses one.
/// </summary>
sealed class OnSosRaised(PersonalData personalData, IOptions<SosOptions> options, IHostEnvironment environment) : IEventHandler<SosRaised>
{
    static readonly Uri DevelopmentGateway = new("http://localhost:7100");

    const string Write = """
        insert into users.sos_texts (alert_id, place, user_id, phone, text) values (@AlertId, @Place, @UserId, @Phone, @Text)
        on conflict do nothing
        """;

    public async Task Handle(SosRaised happened, Transaction transaction, CancellationToken ct)
    {
        var userId = happened.RaisedBy;
        if (await AccountStore.Find(transaction, userId, ct) is not { } account) return;

        var name = account.FullName is { } stored ? personalData.Reveal(stored, userId, Columns.FullName) : "Somebody who named you as a contact";
        foreach (var row in await transaction.List<EmergencyContacts.Row>(EmergencyContacts.Select, new { UserId = userId }, ct))
        {
            var parameters = new
            {
                happened.AlertId,
                row.Place,
                userId,
                Phone = personalData.Protect(row.Reveal(personalData, userId).PhoneNumber, userId, SosText.Column(happened.AlertId, row.Place, "phone")),
                Text = personalData.Protect(TextOf(name, happened), userId, SosText.Column(happened.AlertId, row.Place, "text")),
            };
            await transaction.Execute(Write, parameters, ct);
        }
    }

    string TextOf(string name, SosRaised alert)
    {
        var where = alert.Position is { } at ? $" They are near https://www.openstreetmap.org/?mlat={at.Latitude:0.00000}&mlon={at.Longitude:0.00000}" : "";
        return $"{name} has asked for help on a Tumpang ride at {alert.OccurredAt.UtcDateTime:HH:mm} UTC and named you as an emergency contact."
            + where + Follow(alert.SharePath);
    }

    string Follow(string? path)
    {
        var gateway = options.Value.PublicUrl ?? (environment.IsDevelopment() ? DevelopmentGateway : null);
        return gateway is null || path is null ? "" : $" Follow the ride: {gateway.AbsoluteUri.TrimEnd('/')}{path}";
    }
}

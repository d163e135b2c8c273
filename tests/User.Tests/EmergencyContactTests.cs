using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Users.Tests;

/// <summary>Whom to text, and that they are.</summary>
public sealed class EmergencyContactTests(UserServices services)
{
    static int numbers = Random.Shared.Next(2_000_000, 3_000_000);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_list_counts_and_nothing_of_it_can_be_read_in_the_database()
    {
        var phone = await new Phone(services).LogIn();
        var (mother, brother) = (NewNumber(), NewNumber());

        var first = await Set(phone, ("Ibu", mother), ("Budi", brother));
        var second = await Set(phone, (" Budi Santoso ", brother));

        var me = await phone.Send(HttpMethod.Get, "/v1/me/emergency-contacts");
        var contact = Assert.Single(me.Body.GetProperty("contacts").EnumerateArray());
        Assert.Equal((204, 204), (first.Status, second.Status));
        Assert.Equal(("Budi Santoso", brother), (contact.GetProperty("name").GetString(), contact.GetProperty("phoneNumber").GetString()));
        Assert.Equal(
            0, await Count($"users.emergency_contacts contact where contact::text like '%{brother[1..]}%' or contact::text like '%Santoso%'", phone.UserId));
        Assert.Equal(1, await Count("users.emergency_contacts where user_id = @userId", phone.UserId));
    }

    [Fact]
    public async Task Lists_at_once_follow_one_another_whole()
    {
        var phone = await new Phone(services).LogIn();
        var lists = Enumerable.Range(0, 12).Select(list => Enumerable.Range(0, 3).Select(contact => ($"{list}", NewNumber())).ToArray()).ToArray();

        var replies = await Task.WhenAll(lists.Select(list => Set(phone, list)));

        var me = await phone.Send(HttpMethod.Get, "/v1/me/emergency-contacts");
        Assert.All(replies, reply => Assert.Equal(204, reply.Status));
        Assert.Single(me.Body.GetProperty("contacts").EnumerateArray().Select(contact => contact.GetProperty("name").GetString()).Distinct());
    }

    [Theory]
    [InlineData("""{}""", "contacts")]
    [InlineData("""{"contacts": [null]}""", "contacts.name")]
    [InlineData("""{"contacts": [{"name": "", "phoneNumber": "+12125550123"}]}""", "contacts.name")]
    [InlineData("""{"contacts": [{"name": "A", "phoneNumber": "12"}]}""", "contacts.phoneNumber")]
    [InlineData("""{"contacts": [{"name": "A", "phoneNumber": "+12125550123"}, {"name": "B", "phoneNumber": "+1 (212) 555-0123"}]}""", "contacts.phoneNumber")]
    [InlineData("""{"contacts": [{"name": "A"}, {"name": "B"}, {"name": "C"}, {"name": "D"}]}""", "contacts")]
    public async Task A_list_is_of_none_to_three_people_with_numbers_of_their_own(string body, string field)
    {
        var phone = await new Phone(services).LogIn();

        var reply = await phone.Send(HttpMethod.Put, "/v1/me/emergency-contacts", JsonDocument.Parse(body).RootElement);

        Assert.Equal((400, field), (reply.Status, reply.Field));
    }

    /// <summary>The event is heard many times and under another id as well.</summary>
    [Fact]
    public async Task Each_contact_is_texted_once_and_what_was_sent_is_forgotten()
    {
        var phone = await new Phone(services).LogIn();
        var contacts = new[] { ("Ibu", NewNumber()), ("Budi", NewNumber()), ("Citra", NewNumber()) };
        await phone.Send(HttpMethod.Patch, "/v1/me", new { fullName = "Siti Aminah" });
        await Set(phone, contacts);
        var alert = new SosRaised(
            Guid.CreateVersion7(), Guid.CreateVersion7(), phone.UserId, Guid.CreateVersion7(), Party.Passenger, phone.UserId, "jakarta",
            new GeoPoint(-6.1754, 106.8272), "/v1/shared-rides/a-token")
        { OccurredAt = TimeProvider.System.GetUtcNow(), Version = 1 };

        await services.Bus.Publish(Ct, alert, alert, alert with { EventId = Guid.CreateVersion7() }, alert);
        const string sentTexts = "users.sos_texts where user_id = @userId and status = 'Sent' and phone is null and text is null";
        await Eventually.Get(() => Count(sentTexts, phone.UserId), sent => sent == 3, Ct);
        var again = alert with { EventId = Guid.CreateVersion7() };
        await services.Bus.Publish(Ct, again);
        await Eventually.Get(() => services.Count("select count(*) from users.inbox where event_id = @EventId", new { again.EventId }), heard => heard == 1, Ct);

        foreach (var (_, number) in contacts)
        {
            var text = Assert.Single(await TextsOf(number));
            Assert.Contains("Siti Aminah has asked for help", text, StringComparison.Ordinal);
            Assert.Contains("mlat=-6.17540&mlon=106.82720", text, StringComparison.Ordinal);
            Assert.EndsWith(" http://localhost:7100/v1/shared-rides/a-token", text, StringComparison.Ordinal);
        }
    }

    static string NewNumber() => $"+1347{Interlocked.Increment(ref numbers):0000000}";

    static Task<Reply> Set(Phone phone, params (string Name, string Number)[] contacts) => phone.Send(
        HttpMethod.Put, "/v1/me/emergency-contacts", new { contacts = contacts.Select(contact => new { name = contact.Name, phoneNumber = contact.Number }) });

    async Task<IReadOnlyList<string>> TextsOf(string number)
    {
        var inbox = await services.Sandbox.GetFromJsonAsync<JsonElement>($"/sandbox/sms/{Uri.EscapeDataString(number)}", Ct);
        return [.. inbox.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()!)];
    }

    async Task<long> Count(string what, Guid userId)
    {
        await using var connection = await services.Owner.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<long>(new($"select count(*) from {what}", new { userId }, cancellationToken: Ct));
    }
}

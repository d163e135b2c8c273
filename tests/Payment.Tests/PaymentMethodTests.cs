using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.Payments.Tests;

public sealed class PaymentMethodTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_is_kept_as_a_sealed_token_and_never_shown()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);

        var shown = await (await passenger.Get("/v1/payment-methods", Ct)).Content.ReadAsStringAsync(Ct);

        Assert.DoesNotContain("tok_ok", shown);
        Assert.False(await fleet.StoresInClear(passenger.MethodId, "tok_ok", Ct));
    }

    [Theory]
    [InlineData("""{"kind":"Card"}""", "card-token-missing")]
    [InlineData("""{"kind":"Card","cardToken":"4111 1111 1111 1111"}""", "card-number-refused")]
    [InlineData("""{"kind":"Card","cardToken":"<script>"}""", "card-token-malformed")]
    [InlineData("""{"kind":"Cash","cardToken":"tok_ok"}""", "unexpected-card-token")]
    [InlineData("""{"kind":"Gold"}""", "invalid-request")]
    public async Task What_is_not_a_method_is_refused_with_its_reason(string body, string code)
    {
        var answer = await fleet.Passenger().PostJson("/v1/payment-methods", body, null, Ct);

        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    // Whoever learns what another's card is called at the provider cannot charge it.
    [Fact]
    public async Task A_card_that_the_provider_saved_for_somebody_else_is_refused()
    {
        var (owner, thief) = (fleet.Passenger(), fleet.Passenger());
        owner.Provider = thief.Provider = "stripe";
        await owner.AddCard("pm_card_visa", Ct);

        var refused = await thief.Post("/v1/payment-methods", new { kind = "Card", cardToken = $"pm_card_visa_of_{owner.Id}" }, Ct);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("card-not-yours", (await refused.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        Assert.DoesNotContain("Card", await (await thief.Get("/v1/payment-methods", Ct)).Content.ReadAsStringAsync(Ct));
    }

    // Anchors 2.3, 1: one idempotency key, twenty callers, seven effects and a crash.
    [Fact]
    public async Task Twenty_twins_with_one_key_add_one_card()
    {
        var passenger = fleet.Passenger();
        var key = Guid.CreateVersion7().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            passenger.PostJson("/v1/payment-methods", """{"kind":"Card","cardToken":"tok_ok"}""", key, Ct)));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
        Assert.Equal(1, await Count(passenger));
    }

    [Fact]
    public async Task Of_methods_added_at_once_exactly_one_is_the_default()
    {
        var passenger = fleet.Passenger();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(turn => passenger.AddCard($"tok_{turn}", Ct)));

        var methods = await Methods(passenger);
        Assert.Equal(20, methods.Count);
        Assert.Single(methods, method => method.GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public async Task The_default_moves_when_asked_and_passes_on_when_removed()
    {
        var passenger = fleet.Passenger();
        var (first, second) = (await passenger.AddCard("tok_1", Ct), await passenger.AddCard("tok_2", Ct));

        Assert.Equal(HttpStatusCode.OK, (await passenger.Put($"/v1/payment-methods/{second}/default", Ct)).StatusCode);
        Assert.Equal(second, await Default(passenger));
        Assert.Equal(HttpStatusCode.NoContent, (await passenger.Delete($"/v1/payment-methods/{second}", Ct)).StatusCode);
        Assert.Equal(first, await Default(passenger));
    }

    [Fact]
    public async Task Another_passenger_s_method_does_not_exist_for_me()
    {
        var (owner, other) = (await fleet.PassengerWithCard("tok_ok", Ct), fleet.Passenger());

        Assert.Equal(HttpStatusCode.NotFound, (await other.Delete($"/v1/payment-methods/{owner.MethodId}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.Put($"/v1/payment-methods/{owner.MethodId}/default", Ct)).StatusCode);
        Assert.Equal(1, await Count(owner));
    }

    static async Task<IReadOnlyList<JsonElement>> Methods(Person person)
    {
        var answer = await (await person.Get("/v1/payment-methods", Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        return [.. answer.GetProperty("paymentMethods").EnumerateArray()];
    }

    static async Task<int> Count(Person person) => (await Methods(person)).Count;

    static async Task<Guid> Default(Person person) =>
        (await Methods(person)).Single(method => method.GetProperty("isDefault").GetBoolean()).GetProperty("paymentMethodId").GetGuid();
}

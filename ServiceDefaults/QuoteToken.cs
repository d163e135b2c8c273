using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults;

/// <summary>A binding price until it expires. Travels in a signed token, so that quoting needs no database row.</summary>
/// <param name="QuoteId">Unique; one ride request at most may use it.</param>
/// <param name="PassengerId">Only this passenger may use it.</param>
/// <param name="PolicyId">The fare policy behind it, with its version.</param>
/// <param name="DistanceMetres">By road, estimated.</param>
/// <param name="DurationSeconds">By road, estimated.</param>
/// <param name="Breakdown">Lines that sum exactly to <paramref name="Fare"/>.</param>
/// <param name="ExpiresAt">Until when it can be used, city time.</param>
/// <param name="PickupAt">The time of pickup that it is for, city time; null for at once.</param>
/// <param name="Inputs">What the fare was worked out from.</param>
/// <param name="Stops">Places on the way that are still ahead, in order; null for none.</param>
/// <param name="Change">The ride under way that it changes; null for a new ride.</param>
public sealed record Quote(
    Guid QuoteId, Guid PassengerId, string CityId, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff, Guid PolicyId, int PolicyVersion,
    int DistanceMetres, int DurationSeconds, Money Fare, IReadOnlyList<FareLine> Breakdown, DateTimeOffset QuotedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? PickupAt = null, FareInputs? Inputs = null, IReadOnlyList<GeoPoint>? Stops = null, QuotedChange? Change = null)
{
    /// <summary>Places on the way of one ride, those that are reached included.</summary>
    public const int MostStops = 5;
}

/// <summary>What a quote for another way holds for: a ride as it stood when it was made.</summary>
/// <param name="PreviousQuoteId">The quote that it takes the place of.</param>
/// <param name="StopsReached">So many places on the way lay behind already.</param>
/// <param name="DrivenSeconds">So much of the ride, from its start, is in the price as it was driven, and what was waited in that time with it.</param>
public sealed record QuotedChange(Guid RideId, Guid PreviousQuoteId, int StopsReached, int DrivenSeconds = 0);

/// <summary>One line of a fare's breakdown.</summary>
/// <param name="Code">Stable kebab-case code, for example base, distance, time, minimum, night, tax.</param>
/// <param name="AmountMinorUnits">In the fare's currency; discounts are negative.</param>
public readonly record struct FareLine(string Code, long AmountMinorUnits);

/// <summary>
/// All that a price depends on besides its fare policy. Kept with every quote and fare, so that the same price can be worked out again, to the
/// minor unit, however much else has changed.
/// </summary>
/// <param name="SlowDistanceMetres">The part of the distance driven slower than 12 mph.</param>
/// <param name="SlowSeconds">The part of the duration spent slower than 12 mph.</param>
/// <param name="LocalStart">The wall clock of the city at the start of the ride.</param>
/// <param name="IsHoliday">Whether that day is a legal holiday there.</param>
public sealed record FareInputs(int DistanceMetres, int DurationSeconds, int SlowDistanceMetres, int SlowSeconds, DateTime LocalStart, bool IsHoliday)
{
    /// <summary>How long the driver waited at the pickup; zero in a quote.</summary>
    public int WaitedSeconds { get; init; }

    /// <summary>How far the driver came, straight metres; zero in a quote.</summary>
    public int PickupMetres { get; init; }

    /// <summary>What the passenger promised the driver on top; no quote has it.</summary>
    public long TipMinorUnits { get; init; }

    /// <summary>Stops on the way.</summary>
    public int Stops { get; init; }

    /// <summary>How long the driver waited at each of them, seconds; null where nobody waited, and in every quote.</summary>
    public IReadOnlyList<int>? WaitedAtStops { get; init; }

    /// <summary>Zones for which the policy has fees, and how the ride met them.</summary>
    public IReadOnlyList<ZoneMet> ZonesMet { get; init; } = [];

    /// <summary>What the passenger does not have to pay.</summary>
    public PromotionTerms? Promotion { get; init; }

    /// <summary>What demand made of the price when it was quoted; null for nothing.</summary>
    public SurgeTerms? Surge { get; init; }

    /// <summary>The lines of the quote, where they stand whatever was driven.</summary>
    public IReadOnlyList<FareLine>? Quoted { get; init; }

    /// <summary>What a cancellation is charged by, and nothing else of a ride; null for a ride that was driven, and in every quote.</summary>
    public CancelledRide? Cancelled { get; init; }
}

/// <summary>How far a ride had come when it was cancelled, as far as it matters for the fee.</summary>
/// <param name="SetOutAt">When the grace period began, city time.</param>
/// <param name="At">City time of the cancellation.</param>
public sealed record CancelledRide(CancellationPhase Phase, DateTimeOffset SetOutAt, DateTimeOffset At);

/// <summary>
/// How far a ride had come when it was cancelled. Queued: its driver had not set out. NoShow: the driver had waited, and the passenger had not come.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<CancellationPhase>))]
public enum CancellationPhase { Queued, OnTheWay, AtPickup, NoShow }

/// <summary>A promotion as a quote froze it.</summary>
/// <param name="BasisPoints">Share of the fare; null for an amount.</param>
/// <param name="MostMinorUnits">The most that it gives, or all that it gives.</param>
public sealed record PromotionTerms(
    Guid PromotionId, string Name, long MostMinorUnits, bool FirstRideOnly, int UsesPerPassenger, int? BasisPoints = null, string? Code = null);

/// <summary>A surge as a quote froze it, and where it came from.</summary>
/// <param name="MultiplierBasisPoints">13 000 for 1.3 times the trip's price; always above 10 000.</param>
/// <param name="Cell">Where the pickup was.</param>
/// <param name="Round">The recomputation whose result it is.</param>
/// <param name="RuleVersion">The operators' rule of the city and class that bounded it.</param>
public sealed record SurgeTerms(int MultiplierBasisPoints, MapCell Cell, long Round, int RuleVersion);

/// <summary>How a ride meets a zone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ZoneMeeting>))]
public enum ZoneMeeting { Crossing, Pickup, DropOff }

/// <summary>A zone that a ride met.</summary>
public readonly record struct ZoneMet(Guid ZoneId, ZoneMeeting On);

/// <summary>Signs quotes (billing) and reads them back (match, billing): HMAC-SHA256 over the JSON, base64url.</summary>
public sealed class QuoteToken
{
    const int SignatureLength = 32;
    readonly byte[] key;

    public QuoteToken(IConfiguration configuration)
    {
        var secret = configuration["Secrets:QuoteSigningKey"] ?? throw new InvalidOperationException("Secrets:QuoteSigningKey is not set.");
        key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    }

    /// <summary>The quote as an opaque token.</summary>
    public string Sign(Quote quote)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(quote, Json.Options);
        var token = new byte[SignatureLength + payload.Length];
        HMACSHA256.HashData(key, payload, token.AsSpan(0, SignatureLength));
        payload.CopyTo(token, SignatureLength);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The quote in a token; null when it was not signed by us. Whether it has expired is the caller's to check.</summary>
    public Quote? Read(string token)
    {
        if (!Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: > SignatureLength } bytes)
        {
            return null;
        }

        Span<byte> expected = stackalloc byte[SignatureLength];
        HMACSHA256.HashData(key, bytes.AsSpan(SignatureLength), expected);
        return CryptographicOperations.FixedTimeEquals(expected, bytes.AsSpan(0, SignatureLength))
            ? JsonSerializer.Deserialize<Quote>(bytes.AsSpan(SignatureLength), Json.Options)
            : null;
    }
}

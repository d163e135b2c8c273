using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>What the vehicle is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VehicleType>))]
public enum VehicleType { Motorcycle, Car, Van }

/// <summary>What the passenger chooses and pays for. Motorcycles serve Motorcycle, cars Standard or Premium, vans Van.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VehicleClass>))]
public enum VehicleClass { Motorcycle, Standard, Premium, Van }

/// <summary>
/// What holds in a zone: there is service; passengers are met at gates (airport, station); prices may differ; nobody is picked up or dropped off.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ZoneKind>))]
public enum ZoneKind { ServiceArea, Airport, Station, Surge, Restricted }

/// <summary>
/// How a passenger pays. Wallet: from what they have paid in advance, which billing keeps. Qr: a phone scans a code and pays it at the provider.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentMethodKind>))]
public enum PaymentMethodKind { Card, Cash, Wallet, Qr }

/// <summary>A side of a ride; <see cref="System"/> when a rule of ours decided.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Party>))]
public enum Party { Passenger, Driver, System }

/// <summary>
/// The life of a ride:
/// <code>
/// (Queued →) DriverAssigned → DriverArrived → InProgress → Completed
///    └──────────────┴───────────────┴────→ Cancelled
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<RideStatus>))]
public enum RideStatus { Queued, DriverAssigned, DriverArrived, InProgress, Completed, Cancelled }

/// <summary>What somebody reports after a ride.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CaseKind>))]
public enum CaseKind { LostItem, Complaint }

/// <summary>How a passenger pays for one ride: the method's id at payment, and its kind.</summary>
public readonly record struct PaymentChoice(Guid PaymentMethodId, PaymentMethodKind Kind);

/// <summary>Reasons of a cancelled ride that change what comes of it. ride has checked them before it says so.</summary>
public static class CancelReason
{
    /// <summary>The driver waited at the pickup for as long as the rule says: as good as cancelled by the passenger.</summary>
    public const string PassengerNoShow = "passenger-no-show";

    /// <summary>The driver is late beyond the rule: as good as cancelled by the driver, though the passenger does not want another.</summary>
    public const string DriverNoShow = "driver-no-show";

    /// <summary>The passenger asked the driver to cancel, and does not want another.</summary>
    public const string PassengerAsked = "passenger-asked-to-cancel";

    /// <summary>Whose doing it is: who does not come has cancelled, though the other side says so.</summary>
    public static Party CauseOf(Party by, string? reason) => reason switch
    {
        PassengerNoShow => Party.Passenger,
        DriverNoShow => Party.Driver,
        _ => by,
    };
}

using System.Text.RegularExpressions;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>What a driver drives, as the driver wrote it.</summary>
/// <param name="Type">Motorcycle, Car or Van.</param>
/// <param name="Plate">2 to 10 letters and digits, at least one digit; spaces and hyphens do not count.</param>
/// <param name="Class">Motorcycle for motorcycles, Standard or Premium for cars, Van for vans.</param>
sealed record VehicleRequest(string Type = "", string Plate = "", string Class = "");

/// <summary>A vehicle that makes sense.</summary>
/// <param name="Plate">Upper case, without spaces and hyphens.</param>
sealed partial record Vehicle(VehicleType Type, string Plate, VehicleClass Class)
{
    /// <summary>The vehicle, or what is wrong with it, by field.</summary>
    public static Decision<Vehicle> From(VehicleRequest? request)
    {
        if (request is null) return Problem.Invalid("vehicle", "Say which vehicle you drive.");
        if (Named<VehicleType>(request.Type) is not { } type) return Problem.Invalid("vehicle.type", "A vehicle is a Motorcycle, a Car or a Van.");
        if (Named<VehicleClass>(request.Class) is not { } vehicleClass || !Fits(type, vehicleClass))
            return Problem.Invalid("vehicle.class", $"A {type} serves {string.Join(" or ", Enum.GetValues<VehicleClass>().Where(other => Fits(type, other)))}.");

        var plate = Separators().Replace(request.Plate, "").ToUpperInvariant();
        return PlateForm().IsMatch(plate)
            ? new Vehicle(type, plate, vehicleClass)
            : Problem.Invalid("vehicle.plate", "A plate has 2 to 10 letters and digits, at least one of them a digit.");
    }

    /// <summary>Names only: the parser of the framework would take numbers too.</summary>
    static TEnum? Named<TEnum>(string name)
        where TEnum : struct, Enum => Enum.GetNames<TEnum>().Contains(name, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<TEnum>(name, ignoreCase: true) : null;

    static bool Fits(VehicleType type, VehicleClass vehicleClass) => (type, vehicleClass) is
        (VehicleType.Motorcycle, VehicleClass.Motorcycle) or
        (VehicleType.Car, VehicleClass.Standard or VehicleClass.Premium) or
        (VehicleType.Van, VehicleClass.Van);

    [GeneratedRegex(@"[ \-]", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Separators();

    [GeneratedRegex(@"^(?=.*[0-9])[A-Z0-9]{2,10}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex PlateForm();
}

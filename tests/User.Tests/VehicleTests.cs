using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Users.Tests;

public sealed class VehicleTests
{
    [Theory]
    [InlineData("Car", "T123456C", "Standard", VehicleType.Car, "T123456C", VehicleClass.Standard)]
    [InlineData("car", "b 1234 xyz", "premium", VehicleType.Car, "B1234XYZ", VehicleClass.Premium)]
    [InlineData("Motorcycle", "B-6703-WXL", "Motorcycle", VehicleType.Motorcycle, "B6703WXL", VehicleClass.Motorcycle)]
    [InlineData("Van", "1AB", "Van", VehicleType.Van, "1AB", VehicleClass.Van)]
    public void A_vehicle_that_makes_sense_is_taken(string type, string plate, string vehicleClass, VehicleType expectedType, string expectedPlate, VehicleClass expectedClass) =>
        Assert.Equal(new Vehicle(expectedType, expectedPlate, expectedClass), Vehicle.From(new(type, plate, vehicleClass)).Event);

    // NebengJek 6.4: any text was a vehicle type, and any text a plate.
    [Theory]
    [InlineData("Boat", "B1234XYZ", "Standard", "vehicle.type")]
    [InlineData("1", "B1234XYZ", "Standard", "vehicle.type")]
    [InlineData("", "B1234XYZ", "Standard", "vehicle.type")]
    [InlineData("Motorcycle", "B1234XYZ", "Standard", "vehicle.class")]
    [InlineData("Car", "B1234XYZ", "Van", "vehicle.class")]
    [InlineData("Van", "B1234XYZ", "0", "vehicle.class")]
    [InlineData("Car", "", "Standard", "vehicle.plate")]
    [InlineData("Car", "ABC", "Standard", "vehicle.plate")]
    [InlineData("Car", "B1234567890", "Standard", "vehicle.plate")]
    [InlineData("Car", "B12'; drop", "Standard", "vehicle.plate")]
    public void What_makes_no_sense_is_refused_by_its_field(string type, string plate, string vehicleClass, string field)
    {
        var problem = Vehicle.From(new(type, plate, vehicleClass)).Problem;

        Assert.Equal((400, field), (problem!.Status, problem.Field));
    }

    [Fact]
    public void A_driver_without_a_vehicle_is_refused() => Assert.Equal("vehicle", Vehicle.From(null).Problem!.Field);
}

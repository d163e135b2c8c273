using System.Buffers.Binary;
using System.Buffers.Text;
using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>
/// A change of a pool as the feed carries it, in 33 bytes. Who comes or moves: class, id, place and time in binary, encoded by the copy that stores the
/// position. Who leaves: class and id in text, because scripts know them so.
/// </summary>
/// <param name="Driver">Where the driver is now; null when they are not in the pool any more.</param>
readonly record struct PoolChange(VehicleClass Class, Guid DriverId, FreeDriver? Driver)
{
    /// <summary>The fields of an entry that hold changes of the one kind and of the other.</summary>
    public const string In = "in", Out = "out";

    const int Length = 33, Id = 1, Hash = 17, At = 25;

    public static byte[] Here(VehicleClass vehicleClass, Guid driverId, Fix fix)
    {
        var change = new byte[Length];
        change[0] = (byte)vehicleClass;
        driverId.TryWriteBytes(change.AsSpan(Id));
        BinaryPrimitives.WriteUInt64LittleEndian(change.AsSpan(Hash), RedisGeo.Hash(fix.Position));
        BinaryPrimitives.WriteInt64LittleEndian(change.AsSpan(At), fix.At.ToUnixTimeMilliseconds());
        return change;
    }

    /// <summary>All changes of an entry, in their order.</summary>
    public static IEnumerable<PoolChange> Read(string kind, byte[] changes)
    {
        for (var start = 0; start + Length <= changes.Length; start += Length)
        {
            var change = changes.AsSpan(start, Length);
            yield return kind == In ? ReadIn(change) : ReadOut(change);
        }
    }

    static PoolChange ReadIn(ReadOnlySpan<byte> change)
    {
        var id = new Guid(change[Id..Hash]);
        var driver = new FreeDriver(id, BinaryPrimitives.ReadUInt64LittleEndian(change[Hash..]), BinaryPrimitives.ReadInt64LittleEndian(change[At..]));
        return new((VehicleClass)change[0], id, driver);
    }

    static PoolChange ReadOut(ReadOnlySpan<byte> change) => Utf8Parser.TryParse(change[Id..], out Guid id, out _, 'N')
        ? new((VehicleClass)(change[0] - '0'), id, null)
        : throw new FormatException("This is no driver's id.");
}

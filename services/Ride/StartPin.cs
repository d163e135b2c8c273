using System.Security.Cryptography;

namespace Tumpang.Rides;

/// <summary>What the passenger tells the driver at the pickup.</summary>
static class StartPin
{
    /// <summary>Four digits that nobody can foresee.</summary>
    public static string New() => RandomNumberGenerator.GetInt32(10_000).ToString("0000");
}

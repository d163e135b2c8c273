using System.Text.Json;

namespace Tumpang.MoneyTests;

/// <summary>What tests read off the operators' page of a ride's money.</summary>
static class MoneyPage
{
    public static bool AddsUp(this JsonElement page) => page.GetProperty("verdict").GetString() == "AddsUp";

    /// <summary>What the ride left on accounts of a kind, debits positive.</summary>
    public static long SumOn(this JsonElement page, string account) => page.GetProperty("sums").EnumerateArray()
        .Where(sum => sum.GetProperty("account").GetString() == account).Sum(sum => sum.GetProperty("amount").GetProperty("minorUnits").GetInt64());
}

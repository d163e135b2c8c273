using Tumpang.Payments.Provider;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>A file is taken whole or not at all.</summary>
public sealed class SettlementFileTests
{
    const string Whole = """
        type,reference,key,amount_minor_units,fee_minor_units,currency,occurred_at
        charge,c1,a1,1250,0,USD,2026-11-20T10:00:00.0000000+00:00
        chargeback,d1,d1,-1250,1500,USD,2026-11-20T11:00:00.0000000+00:00
        transfer,t1,p1,-5000,0,USD,2026-11-20T12:00:00.0000000+00:00
        transfer-return,t1,p1,5000,0,USD,2026-11-20T12:30:00.0000000+00:00
        charge,c2,a2,300000,0,IDR,2026-11-20T13:00:00.0000000+00:00
        bank,2026-11-20-IDR,,300000,0,IDR,2026-11-21T00:00:00.0000000+00:00
        bank,2026-11-20-USD,,-1500,0,USD,2026-11-21T00:00:00.0000000+00:00
        end,final,,7,0,,2026-11-21T00:00:00.0000000+00:00
        """;

    [Fact]
    public void A_file_says_what_moved_and_what_was_paid_and_both_agree()
    {
        var file = SettlementFile.Parse(Whole);

        Assert.True(file.IsFinal);
        Assert.Equal(5, file.Lines.Count);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), file.CutOff);
        Assert.Equal(file.Paid.OrderBy(paid => paid.Key), file.Net().OrderBy(net => net.Key));
    }

    public static TheoryData<string> Broken =>
    [
        "",
        "<html>busy</html>",
        Whole[..^80],
        Whole.Replace("charge,c1,a1,1250,0,USD,2026-11-20T10:00:00.0000000+00:00\n", "", StringComparison.Ordinal),
        Whole.Replace(",1250,", ",12.50,", StringComparison.Ordinal),
        Whole.Replace("transfer,t1", "loan,t1", StringComparison.Ordinal),
        Whole.Replace("charge,c1,a1,", "charge,c1,", StringComparison.Ordinal),
        Whole.Replace("bank,2026-11-20-IDR,,300000,0,IDR", "bank,2026-11-20-IDR,,300000,0,USD", StringComparison.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_file_that_broke_off_or_makes_no_sense_is_refused_whole(string csv) => Assert.Throws<FormatException>(() => SettlementFile.Parse(csv));
}

using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Tumpang.Users.Tests;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("628111234567", "+628111234567")]
    [InlineData("08121234567", "+628121234567")]
    [InlineData("8131234567", "+628131234567")]
    [InlineData("0821 1234 567", "+628211234567")]
    [InlineData("+628231234567", "+628231234567")]
    [InlineData("0811123456", "+62811123456")]
    [InlineData("+1 (212) 555-0123", "+12125550123")]
    [InlineData("+44 20 7946 0958", "+442079460958")]
    [InlineData("+6281555123456", "+6281555123456")]
    public void A_number_is_brought_into_its_one_form(string written, string e164) => Assert.Equal(e164, PhoneNumber.Parse(written)?.E164);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("08561234567")] // not a Telkomsel prefix
    [InlineData("08141234567")]
    [InlineData("08201234567")]
    [InlineData("081212345")] // too short
    [InlineData("0812123456789")] // too long
    [InlineData("08121234abc")]
    [InlineData("6512345678")] // another country needs its plus
    [InlineData("+1212555012")]
    [InlineData("+121255501234")]
    [InlineData("+0123456789")]
    [InlineData("+6208121234567")]
    [InlineData("+1234567")]
    [InlineData("+1234567890123456")]
    [InlineData("++12125550123")]
    [InlineData("+12125550123\n+12125550124")]
    [InlineData("+٤٤٢٠٧٩٤٦٠٩٥٨")]
    public void What_cannot_be_called_is_refused(string? written) => Assert.Null(PhoneNumber.Parse(written));

    [Fact]
    public void Every_local_spelling_of_a_number_means_the_same_account()
    {
        var national = Gen.Elements("811", "812", "813", "821", "822", "823", "851", "852", "853")
            .SelectMany(_ => Gen.Choose(6, 8), (prefix, length) => (prefix, length))
            .SelectMany(part => Gen.Elements("0123456789".ToCharArray()).ArrayOf(part.length), (part, digits) => part.prefix + new string(digits));

        Prop.ForAll(national.ToArbitrary(), number =>
        {
            var expected = "+62" + number;
            return new[] { number, "0" + number, "62" + number, "+62" + number, "+62 " + number.Insert(3, "-") }
                .All(spelling => PhoneNumber.Parse(spelling)?.E164 == expected);
        }).QuickCheckThrowOnFailure();
    }

    // NebengJek 1: its codes were logged in clear with their number.
    [Fact]
    public void A_number_does_not_print_itself() => Assert.DoesNotContain("2125550123", $"{PhoneNumber.Parse("+12125550123")}", StringComparison.Ordinal);
}

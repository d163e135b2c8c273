using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Roads.Tests;

public sealed class EncodedPolylineTests
{
    static readonly Gen<GeoPoint> AnyPoint =
        from latitude in Gen.Choose(-9_000_000, 9_000_000)
        from longitude in Gen.Choose(-18_000_000, 18_000_000)
        select new GeoPoint(latitude / 1e5, longitude / 1e5);

    /// <summary>The worked example of the format's published description.</summary>
    [Fact]
    public void The_published_example_is_met()
    {
        GeoPoint[] points = [new(38.5, -120.2), new(40.7, -120.95), new(43.252, -126.453)];

        Assert.Equal("_p~iF~ps|U_ulLnnqC_mqNvxq`@", EncodedPolyline.Encode(points));
        Assert.Equal(points, EncodedPolyline.Decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@"));
    }

    [Fact]
    public void What_is_encoded_is_decoded_again()
    {
        Prop.ForAll(AnyPoint.ArrayOf().ToArbitrary(), points => EncodedPolyline.Decode(EncodedPolyline.Encode(points)).SequenceEqual(points))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_error_does_not_grow_along_the_line()
    {
        var points = Enumerable.Range(0, 1_000).Select(index => new GeoPoint(40.7 + (index * 0.0000049), -73.9)).ToArray();

        Assert.All(points.Zip(EncodedPolyline.Decode(EncodedPolyline.Encode(points))), pair => Assert.InRange(pair.First.MetresTo(pair.Second), 0, 1));
    }

    [Theory]
    [InlineData("_p~iF~ps|")]
    [InlineData("\u0001\u0001")]
    [InlineData("~~~~~~~~~~~~~~~~~~~~")]
    public void Broken_text_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => EncodedPolyline.Decode(text));
    }
}

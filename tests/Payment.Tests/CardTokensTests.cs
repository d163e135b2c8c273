using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Tumpang.Payments.Tests;

public sealed class CardTokensTests
{
    readonly CardTokens tokens = With("cc33");

    [Fact]
    public void A_token_opens_for_its_own_row_only()
    {
        var (mine, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var box = tokens.Seal("tok_ok", mine);

        Assert.Equal("tok_ok", tokens.Open(box, mine));
        Assert.Throws<AuthenticationTagMismatchException>(() => tokens.Open(box, other));
        Assert.Throws<AuthenticationTagMismatchException>(() => With("another").Open(box, mine));
    }

    [Fact]
    public void Nothing_of_a_token_shows_and_none_looks_like_the_other()
    {
        var id = Guid.CreateVersion7();

        var (first, second) = (tokens.Seal("tok_ok", id), tokens.Seal("tok_ok", id));

        Assert.DoesNotContain("tok_ok", Encoding.UTF8.GetString(first));
        Assert.NotEqual(first, second);
    }

    static CardTokens With(string key) => new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:CardTokenKey", key)]).Build());
}

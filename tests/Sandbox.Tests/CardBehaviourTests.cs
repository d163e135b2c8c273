using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class CardBehaviourTests
{
    static readonly SandboxOptions Options = new();

    [Fact]
    public void An_answer_that_settles_nothing_is_always_followed_by_a_webhook()
    {
        string[] tokens = ["tok_timeout", "tok_error_after_charge", "tok_pending", "tok_pending_declined", "tok_webhook_twice", "tok_webhook_late"];

        Assert.All(tokens, token => Assert.NotEmpty(CardBehaviour.Of(token).NoticesAfter(Options)));
    }

    [Fact]
    public void The_duplicate_comes_after_the_first_and_the_late_one_late()
    {
        Assert.Equal([TimeSpan.Zero, Options.DuplicateAfter], CardBehaviour.Of("tok_webhook_twice").NoticesAfter(Options));
        Assert.Equal([Options.LateBy], CardBehaviour.Of("tok_webhook_late").NoticesAfter(Options));
    }

    [Fact]
    public void A_card_that_nobody_issued_is_declined() => Assert.Equal("unknown-card", CardBehaviour.Of("tok_whatever").DeclineCode);
}

namespace Tumpang.Sandbox;

/// <summary>Answers late, or never. A caller kept waiting is let go when this process stops, without an answer.</summary>
sealed class Patience(IHostApplicationLifetime lifetime, IHttpContextAccessor accessor)
{
    /// <summary>True when the caller is to be answered now; false when the connection ends without an answer.</summary>
    public async Task<bool> Allows(Answer answer, TimeSpan delay, CancellationToken ct)
    {
        if (answer is Answer.Slowly)
        {
            await Task.Delay(delay, ct);
        }

        if (answer is not Answer.Never)
        {
            return true;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        accessor.HttpContext?.Abort();
        return false;
    }
}

namespace Tumpang.Payments;

/// <summary>Wakes this process's worker when something became due for it, so that the poll behind it only matters after a crash.</summary>
internal sealed class Signal<TWorker> : IDisposable
{
    readonly SemaphoreSlim woken = new(0, 1);

    public void Wake()
    {
        lock (woken)
        {
            if (woken.CurrentCount == 0)
            {
                woken.Release();
            }
        }
    }

    public Task Wait(TimeSpan atMost, CancellationToken ct) => woken.WaitAsync(atMost, ct);

    public void Dispose() => woken.Dispose();
}

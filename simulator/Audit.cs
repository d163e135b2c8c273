namespace Tumpang.Simulator;

static class Audit
{
    public static Task<bool> Run(string postgres, CancellationToken ct) => Task.FromResult(true);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// Ends a process whose connection to Redis stays mute although Redis answers others. The client reconnects by itself after almost
/// everything, but a connection was once seen open, healthy for the client, and silent for minutes; whoever runs the process starts it again.
/// While Redis itself is away or frozen nothing happens: that passes without a restart.
/// </summary>
sealed partial class RedisWatch(
    IConnectionMultiplexer redis, ConfigurationOptions settings, IHostApplicationLifetime lifetime, ILogger<RedisWatch> logger) : BackgroundService
{
    const int SilencesInARow = 3;

    /// <summary>EX_TEMPFAIL of sysexits.h: nothing is wrong with the program, start it again.</summary>
    const int StartMeAgain = 75;

    static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var silences = 0;
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            silences = await Answers(redis) ? 0 : silences + 1;
            if (silences >= SilencesInARow && await AnswersAnew() && !await Answers(redis))
            {
                Stuck(silences, redis.GetCounters());
                Environment.ExitCode = StartMeAgain;
                lifetime.StopApplication();
                return;
            }
        }
    }

    async Task<bool> AnswersAnew()
    {
        try
        {
            using var another = await ConnectionMultiplexer.ConnectAsync(settings);
            return await Answers(another);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    static async Task<bool> Answers(IConnectionMultiplexer connection)
    {
        try
        {
            await connection.GetDatabase().PingAsync().Soon();
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Critical, "The connection to Redis was silent {Silences} times in a row while Redis answers on another: this process ends, to be started again. Its counters: {Counters}")]
    partial void Stuck(int silences, ServerCounters counters);
}

using System.CommandLine;
using System.CommandLine.Help;
using Tumpang.Runner.Commands;
using Tumpang.Runner.Processes;

var fleet = new Command("fleet", "Runs Tumpang on this machine: stores, services and gateway as plain processes.")
{
    new HelpOption(),
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    LogsCommand.Create(),
    ResetCommand.Create(),
    DemoCommand.Create(),
    DayCommand.Create(),
    BenchCommand.Create(),
    TestCommand.Create(),
};

try
{
    // Stopping a fleet in order takes longer than the two seconds that the library would grant.
    return await fleet.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, Signals.Stop);
}
catch (FleetException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
catch (OperationCanceledException) when (Signals.Stop.IsCancellationRequested)
{
    return 130;
}

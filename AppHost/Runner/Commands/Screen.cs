using Spectre.Console;

namespace Tumpang.Runner.Commands;

/// <summary>What people see: lines as things happen, and a spinner while they wait, when somebody can see it spin.</summary>
/// <param name="console">Standard output, or standard error for commands whose output is data.</param>
internal sealed class Screen(IAnsiConsole console) : IProgress<string>
{
    /// <summary>Standard output.</summary>
    public static Screen Output { get; } = For(System.Console.Out, System.Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static Screen Error { get; } = For(System.Console.Error, System.Console.IsErrorRedirected);

    /// <summary>Where tables go.</summary>
    public IAnsiConsole Console => console;

    /// <summary>Whether a person can answer a question.</summary>
    public static bool CanAsk => !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected;

    /// <summary>Colours are for terminals; files get plain text.</summary>
    static Screen For(TextWriter writer, bool isRedirected) => new(AnsiConsole.Create(new()
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
    }));

    bool IsTerminal => console.Profile.Out.IsTerminal;

    /// <summary>One line.</summary>
    public void Report(string value)
    {
        if (IsTerminal)
        {
            console.MarkupLineInterpolated($"[green]·[/] {value}");
        }
        else
        {
            // Never wrapped: others search these lines.
            console.Profile.Out.Writer.WriteLine(value);
        }
    }

    /// <summary>A line that somebody should not overlook.</summary>
    public void Warn(string value)
    {
        if (IsTerminal)
        {
            console.MarkupLineInterpolated($"[yellow]{value}[/]");
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(value);
        }
    }

    /// <summary>Does something that takes a while, under a headline.</summary>
    public Task<T> During<T>(string headline, Func<Task<T>> work)
    {
        if (IsTerminal)
        {
            return console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(headline), _ => work());
        }

        Report(headline + " …");
        return work();
    }

    /// <summary>Asks for a yes. Where nobody can answer, <paramref name="orElse"/> says what to do instead.</summary>
    public bool Agrees(string question, bool yes, string orElse)
    {
        if (yes)
        {
            return true;
        }

        if (!CanAsk)
        {
            throw new Processes.FleetException(orElse);
        }

        return console.Confirm(question, defaultValue: false);
    }
}

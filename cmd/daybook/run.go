package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// What the process ends with.
const (
	exitOK     = 0
	exitFailed = 1 // it did not work, or replay found a difference
	exitUsage  = 2 // it was asked for wrongly; nothing was done

	exitInterrupted = 130 // tail, which only a signal ends; what shells say of SIGINT
)

// errReported ends a command that has already said what is wrong.
var errReported = errors.New("reported")

// errInterrupted ends a command that only a signal ends.
var errInterrupted = errors.New("interrupted")

// A usageError is the caller's mistake: a flag, an argument, a setting or a
// condition that cannot be meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// An app is what the commands see of the world outside.
type app struct {
	stdin   io.Reader
	stdout  io.Writer // results
	stderr  io.Writer // everything else
	environ []string  // as os.Environ has it
	getenv  func(string) string

	started bool // flags and arguments were understood; a command is at work
}

// run carries out one command line, in an environment as os.Environ returns it,
// and returns the exit status. The first
// SIGINT or SIGTERM ends the command's context; a second one ends the process
// at once, as if it had no handler.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, environ: environ, getenv: getenv(environ)}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := checkCommand(root, args)
	if err == nil {
		cmd, err = root.ExecuteContextC(ctx)
	}
	return a.report(ctx, cmd, err)
}

// report says on stderr why cmd ended and returns the exit status.
func (a *app) report(ctx context.Context, cmd *cobra.Command, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(a.stderr, "daybook: interrupted")
		return exitFailed
	case errors.As(err, &usage) || !a.started:
		fmt.Fprintf(a.stderr, "daybook: %v\nSee '%s --help'.\n", err, cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(a.stderr, "daybook: %v%s\n", err, connectionAdvice(err))
	return exitFailed
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "daybook",
		Short: "Answer questions about a folder of daily audit files",
		Long: `Daybook reads the audit files that trading servers write, one file per UTC day,
where they lie, and answers questions about them over JSON-RPC 2.0.

Exit status: 0 all went well; 1 it failed, or replay found a difference;
2 the command line or a setting was wrong, and nothing was done; 130 a signal
ended tail.`,
		Example: `  daybook demo
  daybook serve --journal /var/log/trading
  daybook query --journal /var/log/trading --where 'status = ERROR' --limit 20`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			a.started = true
			if cmd.Name() != "serve" { // which has a log
				a.noteStrayVariables(cmd)
			}
		},
	}
	root.AddGroup(
		&cobra.Group{ID: groupServer, Title: "Serving:"},
		&cobra.Group{ID: groupTool, Title: "Asking and testing:"},
	)
	root.Version = currentVersion().String()
	root.Flags().Bool("version", false, "print which build this is, as daybook version does")
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommandGroupID(groupTool)
	root.SetCompletionCommandGroupID(groupTool)
	root.AddCommand(
		a.serveCommand(),
		a.demoCommand(),
		a.tokenCommand(),
		a.indexCommand(),
		a.requestsCommand(),
		a.queryCommand(),
		a.tailCommand(),
		a.statusCommand(),
		a.replayCommand(),
		a.generateCommand(),
		a.versionCommand(),
	)
	return root
}

// Groups of commands in the help of the root command.
const (
	groupServer = "server"
	groupTool   = "tool"
)

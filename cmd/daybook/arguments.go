package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// checkCommand refuses a command line whose command is not known, before it is
// carried out: where a subcommand or the topic of help is none, cobra would show
// another help, and succeed. It returns the command that the error is about.
func checkCommand(root *cobra.Command, args []string) (*cobra.Command, error) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		describeFlags(root)
		return root, nil // a shell asks what might stand there
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return root, usageError{err}
	}
	if !cmd.HasSubCommands() || len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return cmd, nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return cmd, usagef("unknown command %q for %q; there are %s", rest[0], cmd.CommandPath(), strings.Join(names, ", "))
}

// noArguments refuses arguments of a command that is told everything by flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	advice := ""
	switch has := cmd.Flags().Lookup; {
	case has("journal") != nil && isFolder(args[0]):
		advice = "; a journal folder is named by --journal"
	case has("where") != nil:
		advice = "; a condition is one argument, in quotes: --where 'status = ERROR'"
	}
	return usagef("unexpected argument %q: %s takes flags only%s", args[0], cmd.CommandPath(), advice)
}

// arguments returns a check that there are at least and at most so many
// arguments; most is 0 where there may be any number. What they are is said when
// some are missing.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return usagef("%s is missing", what)
		}
		if most > 0 && len(args) > most {
			return usagef("unexpected argument %q: %s takes %s", args[most], cmd.CommandPath(), what)
		}
		return nil
	}
}

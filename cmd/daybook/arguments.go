package main

import "github.com/spf13/cobra"

// noArguments refuses arguments of a command that is told everything by flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q: %s takes flags only", args[0], cmd.CommandPath())
	}
	return nil
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

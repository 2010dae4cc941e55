package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// describeFlags makes the help text of every flag what a shell shows beside it:
// there, back quotes around the name of its value are no mark but characters.
func describeFlags(cmd *cobra.Command) {
	plain := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(plain)
	cmd.PersistentFlags().VisitAll(plain)
	for _, sub := range cmd.Commands() {
		describeFlags(sub)
	}
}

// mustComplete gives a flag its possible values for the shell's completion.
// The flag must exist.
func mustComplete(cmd *cobra.Command, flag string, values ...string) {
	fixed := cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, fixed); err != nil {
		panic(fmt.Sprintf("daybook: complete --%s: %v", flag, err))
	}
}

// mustMarkDir makes the shell complete a flag with folders only.
func mustMarkDir(cmd *cobra.Command, flag string) {
	if err := cmd.MarkFlagDirname(flag); err != nil {
		panic(fmt.Sprintf("daybook: complete --%s: %v", flag, err))
	}
}

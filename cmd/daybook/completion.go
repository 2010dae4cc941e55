package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

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

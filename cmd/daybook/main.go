// Daybook answers questions about a folder of daily audit files, over
// JSON-RPC, where the files lie.
//
// Every command is described by its own help: daybook help COMMAND.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

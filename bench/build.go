package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// faster are variables with which a build could be made faster than a plain
// one is.
var faster = [...]string{"GOFLAGS", "GOEXPERIMENT", "GOAMD64", "GOARM64"}

// build builds the program, as a user would with nothing set, unless there is
// one already. It leaves the path, made absolute, in b.binary.
func (b *bench) build(ctx context.Context) (err error) {
	if b.binary != "" {
		b.binary, err = filepath.Abs(b.binary)
		return err
	}
	b.say("build daybook")
	b.binary = b.path("daybook")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "./cmd/daybook")
	cmd.Dir = b.repo
	cmd.Env = without(os.Environ(), faster[:]...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build daybook: %w\n%s", err, out)
	}
	return nil
}

// without returns the environment less some variables.
func without(env []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
}

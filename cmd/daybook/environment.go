package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
)

// envPrefix is what the names of all variables begin with that Daybook reads.
const envPrefix = "DAYBOOK_"

// envName returns the environment variable of a setting.
func envName(setting string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// getenv returns the value of a variable in an environment, as os.Environ gives
// it; "" where there is none.
func getenv(environ []string) func(name string) string {
	values := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			values[name] = value
		}
	}
	return func(name string) string { return values[name] }
}

// A strayVariable is a variable of the environment that has our prefix and is
// none that we read: mistyped, or somebody else's. Kubernetes makes some for each
// service, those of a service named daybook among them, and systemd passes on
// what it does not know, so they are told of and no error.
type strayVariable struct {
	name    string
	nearest string // which may be meant; "" where none is near
}

// strayVariables returns those of an environment that has values for them, sorted.
func strayVariables(environ []string) []strayVariable {
	settings := append(newSettings().names(), strings.ToLower(strings.TrimPrefix(tokenVariable, envPrefix)))
	var stray []strayVariable
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		short, ours := strings.CutPrefix(name, envPrefix)
		if !ours || value == "" || slices.ContainsFunc(settings, func(s string) bool { return envName(s) == name }) {
			continue
		}
		v := strayVariable{name: name}
		if near := nearest(short, settings); near != "" {
			v.nearest = envName(near)
		}
		stray = append(stray, v)
	}
	slices.SortFunc(stray, func(a, b strayVariable) int { return strings.Compare(a.name, b.name) })
	return stray
}

// logStrayVariables logs them. Values are nobody's business: one may be a token.
func logStrayVariables(log *zap.Logger, environ []string) {
	for _, v := range strayVariables(environ) {
		fields := []zap.Field{zap.String("variable", v.name)}
		if v.nearest != "" {
			fields = append(fields, zap.String("meant", v.nearest))
		}
		log.Warn("environment variable is no setting, and is ignored", fields...)
	}
}

// noteStrayVariables tells whoever runs cmd of those that look mistyped, where cmd
// reads any.
func (a *app) noteStrayVariables(cmd *cobra.Command) {
	if f := cmd.Flags(); f.Lookup("token") == nil && f.Lookup("data") == nil {
		return
	}
	for _, v := range strayVariables(a.environ) {
		if v.nearest != "" {
			fmt.Fprintf(a.stderr, "daybook: %s is no variable that daybook knows, and is ignored; is %s meant?\n", visible(v.name), v.nearest)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
)

func (a *app) serveCommand() *cobra.Command {
	s := newSettings()
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Answer requests over HTTP, WebSocket and TCP",
		GroupID: groupServer,
		Long: `Serve answers JSON-RPC 2.0 at POST /rpc and, as WebSocket, at GET /rpc. It also
has /healthz, /readyz, and /metrics for Prometheus (from this machine, or with
the token of an ADMIN). With --tcp it also answers the clients of the trading
platform, and JSON-RPC on lines, on a port of their own. POST /export answers
with all matches, as a file. The requests that it has answered are at GET
/api/metrics/request_logs.

Every setting below can also stand in the environment (--tls-cert as
DAYBOOK_TLS_CERT) or in a YAML file (--config; tls-cert: server.pem). A flag
outranks the environment, which outranks the file. A name in the file that is no
setting is an error; a variable DAYBOOK_… that is none is ignored, with a warning
in the log. A size is a number of bytes or a whole number with KiB, MiB or GiB; a
duration is written as 90s, 25m, 24h.

At first start, without any token, one for SESSION_ADMIN is made and printed
on stdout, this once. Everything else goes to stderr, one JSON object per line.

JWTs made elsewhere are good as tokens where --jwt-key names a key for them.

SIGHUP reads the file again: --allow-origin, --log-level, --drain and --jwt-…
change without a restart, TLS and key files are read again, and the log says
what needs a restart. SIGTERM and SIGINT let requests finish within --drain and
refuse new ones; a second signal ends at once.`,
		Example: `  daybook serve --journal /var/log/trading
  daybook serve --journal logs --listen :7390 --tls-cert server.pem --tls-key server.key
  DAYBOOK_JOURNAL=/var/log/trading daybook serve --config /etc/daybook.yaml
  daybook serve --journal logs --tcp 127.0.0.1:7391
  daybook serve --journal logs --record requests.jsonl --clock 2026-04-22T12:00:00Z`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := s.given()
			err := s.load(given, a.getenv)
			level, _ := parseLevel(s.logLevel) // what is no level is told below
			logStrayVariables(newLog(&logSink{w: a.stderr}, zap.NewAtomicLevelAt(level)), a.environ)
			if err != nil {
				return err
			}
			return a.serve(cmd.Context(), s, given)
		},
	}
	s.addTo(cmd.Flags())
	for _, dir := range [...]string{"journal", "data", "requests"} {
		mustMarkDir(cmd, dir)
	}
	mustComplete(cmd, "log-level", "debug", "info", "warn", "error")
	help := "  -h, --help   this text"
	cmd.SetUsageTemplate("Usage:\n  {{.UseLine}}\n\nExamples:\n{{.Example}}\n\n" + s.usage() + "\n\n" + help + "\n")
	return cmd
}

// serve runs a server until ctx ends, and then lets it finish.
func (a *app) serve(ctx context.Context, s *settings, given map[string][]string) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	v, err := a.startService(ctx, s)
	if err != nil {
		return err
	}
	for {
		select {
		case <-hangups:
			v.reload(given, a.getenv)
		case err := <-v.failed:
			v.stop()
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
			return v.stop()
		}
	}
}

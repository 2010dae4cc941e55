package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"daybook/auth"

	"github.com/spf13/cobra"
)

// A demo is a server over made-up records.
type demo struct {
	app    *app
	folder string // holds journal and data
	listen string
	fixed  bool // listen was asked for, and no other port will do
	ready  string
}

func (a *app) demoCommand() *cobra.Command {
	d := &demo{app: a}
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Show Daybook at work on thirty days of made-up records",
		GroupID: groupServer,
		Long: `Demo writes thirty days of made-up records, starts a server on them, and prints
its address, a token for each type of session and requests to paste. New records
are appended while it runs. Ctrl-C ends it; everything it wrote is removed,
unless --dir names a folder to keep it in.`,
		Example: "  daybook demo\n  daybook demo --dir demo --listen 127.0.0.1:0",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.fixed = cmd.Flags().Changed("listen")
			return d.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&d.folder, "dir", "", "`folder` to write to and to keep (default a temporary one)")
	flags.StringVar(&d.listen, "listen", defaultListen, "`address` to listen on; where the default is taken, a free port")
	flags.StringVar(&d.ready, "ready-file", "", "`file` that receives the address once requests are answered")
	mustMarkDir(cmd, "dir")
	return cmd
}

// run shows the demonstration until ctx ends.
func (d *demo) run(ctx context.Context) error {
	if d.folder == "" {
		folder, err := os.MkdirTemp("", "daybook-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		d.folder = folder
	}
	records, err := d.openJournal(ctx)
	if err != nil {
		return err
	}
	defer records.Close()
	tokens, err := d.makeTokens()
	if err != nil {
		return err
	}
	v, err := d.start(ctx)
	if err != nil {
		return err
	}
	if err := d.introduce(v.url(), tokens); err != nil {
		v.stop()
		return err
	}
	feeding, stopFeed := context.WithCancel(ctx)
	var feed sync.WaitGroup
	feed.Go(func() { d.feed(feeding, records) })
	select {
	case err = <-v.failed:
	case <-ctx.Done():
	}
	stopFeed()
	feed.Wait()
	return errors.Join(err, v.stop())
}

func (d *demo) journal() string { return filepath.Join(d.folder, "journal") }
func (d *demo) data() string    { return filepath.Join(d.folder, "data") }

// start starts the server. Where nobody asked for an address and the default
// one is taken, another port will do.
func (d *demo) start(ctx context.Context) (*service, error) {
	s := newSettings()
	s.journal, s.data, s.listen, s.readyFile = d.journal(), d.data(), d.listen, d.ready
	s.logLevel = "warn" // the terminal belongs to the introduction
	v, err := d.app.startService(ctx, s)
	if errors.Is(err, syscall.EADDRINUSE) && !d.fixed {
		s.listen = "127.0.0.1:0"
		v, err = d.app.startService(ctx, s)
	}
	return v, err
}

// A demoToken is a token for one type of session.
type demoToken struct {
	session auth.Session
	secret  auth.Secret
}

// makeTokens makes a token for each type of session.
func (d *demo) makeTokens() ([]demoToken, error) {
	if err := os.MkdirAll(d.data(), 0o700); err != nil {
		return nil, err
	}
	file, err := auth.OpenTokens(filepath.Join(d.data(), tokenFile), time.Now)
	if err != nil {
		return nil, err
	}
	var tokens []demoToken
	for _, session := range auth.Sessions() {
		secret, _, err := file.Create("demo", session, time.Time{})
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, demoToken{session, secret})
	}
	return tokens, nil
}

// introduce prints what can be done now.
func (d *demo) introduce(url string, tokens []demoToken) error {
	out := d.app.stdout
	fmt.Fprintf(out, "Thirty days of made-up records: %s\nServer: %s  (POST /rpc, or a WebSocket at /rpc)\n\nTokens:\n", d.journal(), url)
	var manager string
	for _, t := range tokens {
		fmt.Fprintf(out, "  %-16s %s\n", t.session, t.secret.Reveal())
		if t.session == auth.SessionManager {
			manager = t.secret.Reveal()
		}
	}
	week := time.Now().UTC().AddDate(0, 0, -7).Format("2006-01-02T15:04:05Z")
	_, err := fmt.Fprintf(out, `
Requests to paste:
  curl -s %[1]s/rpc -H 'Authorization: Bearer %[2]s' -H 'Content-Type: application/json' \
    -d '{"jsonrpc":"2.0","id":1,"method":"GetLogsByFilter","params":{"where":[["actor_type","=","MANAGER"],["timestamp",">=","%[3]s"]],"orderBy":["timestamp","DESC"],"limit":10,"offset":0}}'

  export DAYBOOK_TOKEN=%[2]s
  %[4]s query --server %[1]s --where 'status = ERROR' --from 24h
  %[4]s tail --server %[1]s --where-not 'actor_type SYSTEM'     # as they are written
  %[4]s status --server %[1]s --from 7d
  curl -s '%[1]s/api/metrics/request_logs?ordering=-duration' -H 'Authorization: Token %[2]s'     # who asked for what, the slowest first

Ctrl-C ends it.
`, url, manager, week, os.Args[0])
	return err
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"text/tabwriter"
	"time"

	"daybook/auth"

	"github.com/spf13/cobra"
)

// tokenFile is where a data folder keeps its tokens.
const tokenFile = "tokens.jsonl"

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "token",
		Short:   "Make, list and revoke API tokens",
		GroupID: groupServer,
		Long: `Tokens prove who asks. They live in the data folder, as hashes: a token is shown
once, when it is made. A running server sees changes within a second.

Session types: SESSION_ADMIN, SESSION_MANAGER and SESSION_DEALER may read logs,
the first two the log of requests as well; SESSION_USER may connect, but read
nothing.`,
	}
	cmd.AddCommand(a.tokenCreateCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	return cmd
}

// A dataFlag finds the data folder of the token commands.
type dataFlag struct{ data, journal string }

func (d *dataFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.data, "data", "", "data `folder` of the server; or DAYBOOK_DATA")
	cmd.Flags().StringVar(&d.journal, "journal", "", "journal `folder`, in place of --data where that has its default name; or DAYBOOK_JOURNAL")
	mustMarkDir(cmd, "data")
	mustMarkDir(cmd, "journal")
}

// folder returns the data folder that is named.
func (d *dataFlag) folder(a *app) (string, error) {
	folder := cmp.Or(d.data, a.getenv(envName("data")))
	if folder == "" {
		journal := cmp.Or(d.journal, a.getenv(envName("journal")))
		if journal == "" {
			return "", usagef("which data folder? Give --data, the data folder of the server, or --journal")
		}
		folder = defaultData(journal)
	}
	return folder, nil
}

// open opens the tokens; with make, it makes a data folder that is missing, and
// says so, since a mistyped name would make tokens that no server knows.
func (d *dataFlag) open(a *app, makeFolder bool) (*auth.Tokens, error) {
	folder, err := d.folder(a)
	if err != nil {
		return nil, err
	}
	err = checkDataFolder(folder)
	if makeFolder && errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(folder, 0o700); err == nil {
			fmt.Fprintf(a.stderr, "daybook: new data folder %s\n", visible(folder))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, dataAdvice(err))
	}
	return auth.OpenTokens(filepath.Join(folder, tokenFile), time.Now)
}

// dataAdvice says what helps where err tells that the data folder can't be written
// to, as beside a journal in /var/log; "" where it does not.
func dataAdvice(err error) string {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return "; --data names another folder, one that this user may write to"
	}
	return ""
}

// checkDataFolder makes sure that a folder is there, and a data folder or empty:
// one that is full of other things, a journal say, is none.
func checkDataFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	ours := func(e fs.DirEntry) bool {
		return e.Name() == tokenFile || e.Name() == "daybook.json" || e.Name() == "index" && e.IsDir()
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, ours) {
		return usagef("%s is no data folder: it holds %s and neither %s nor daybook.json; give the --data of the server, or --journal",
			visible(folder), visible(entries[0].Name()), tokenFile)
	}
	return nil
}

func (a *app) tokenCreateCommand() *cobra.Command {
	var (
		data    dataFlag
		session string
		name    string
		expires lifetime
	)
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a token and print it, alone, on stdout",
		Example: `  daybook token create --data /var/lib/daybook --session SESSION_MANAGER --name console
  TOKEN=$(daybook token create --journal logs --session SESSION_DEALER --name desk-7 --expires 30d)`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if session == "" || name == "" {
				return usagef("token create needs --session and --name")
			}
			kind, err := auth.ParseSession(session)
			if err != nil {
				return usageError{fmt.Errorf("--session: %w", err)}
			}
			tokens, err := data.open(a, true)
			if err != nil {
				return err
			}
			var end time.Time
			if expires > 0 {
				end = time.Now().Add(time.Duration(expires))
			}
			secret, token, err := tokens.Create(name, kind, end)
			if err != nil {
				return fmt.Errorf("token create: %w%s", err, dataAdvice(err))
			}
			fmt.Fprintf(a.stderr, "daybook: token %d for %s, %s; it is not shown again\n", token.ID, visible(token.Name), token.Session)
			_, err = fmt.Fprintln(a.stdout, secret.Reveal())
			return err
		},
	}
	data.addTo(cmd)
	cmd.Flags().StringVar(&session, "session", "", "session `type`: SESSION_USER, SESSION_MANAGER, SESSION_DEALER or SESSION_ADMIN")
	cmd.Flags().StringVar(&name, "name", "", "whose token it is, for lists and logs")
	cmd.Flags().Var(&expires, "expires", "`time` that it is good for, as 24h or 30d (default for ever)")
	mustComplete(cmd, "session", sessionNames()...)
	return cmd
}

// A lifetime is how long something is good for, as a flag: a duration, or days;
// 0 is for ever. It implements pflag.Value.
type lifetime time.Duration

// Set parses text.
func (l *lifetime) Set(text string) error {
	d, ok := parseAgo(text)
	if !ok {
		return fmt.Errorf("%q is no length of time; want it as 24h or 30d", text)
	}
	*l = lifetime(d)
	return nil
}

// String returns what Set takes; "" for ever.
func (l *lifetime) String() string {
	if *l == 0 {
		return ""
	}
	return time.Duration(*l).String()
}

// Type names the kind of value.
func (*lifetime) Type() string { return "time" }

func (a *app) tokenListCommand() *cobra.Command {
	var (
		data   dataFlag
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the tokens, without their text",
		Example: "  daybook token list --data /var/lib/daybook\n  daybook token list --data /var/lib/daybook --json",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			tokens, err := data.open(a, false)
			if err != nil {
				return err
			}
			list, err := tokens.List()
			if err != nil {
				return fmt.Errorf("token list: %w", err)
			}
			if asJSON {
				if list == nil {
					list = []auth.Token{}
				}
				return writeJSON(a.stdout, list)
			}
			return a.printTokens(list, time.Now())
		},
	}
	data.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// printTokens writes the tokens as a table with their state at now.
func (a *app) printTokens(list []auth.Token, now time.Time) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, "No tokens.")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSESSION\tSTATE\tCREATED\tEXPIRES")
	for _, t := range list {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", t.ID, visible(t.Name), t.Session,
			tokenState(t, now), moment(t.Created), moment(t.Expires))
	}
	return w.Flush()
}

func tokenState(t auth.Token, now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked"
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return "expired"
	}
	return "good"
}

// moment writes a time for a table; the zero time is never.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func (a *app) tokenRevokeCommand() *cobra.Command {
	var data dataFlag
	cmd := &cobra.Command{
		Use:     "revoke ID...",
		Short:   "Revoke tokens by their number",
		Example: "  daybook token revoke --data /var/lib/daybook 3",
		Args:    arguments(1, 0, "the number of a token, as 'daybook token list' shows it,"),
		RunE: func(_ *cobra.Command, args []string) error {
			ids := make([]int64, len(args))
			for i, arg := range args {
				id, err := strconv.ParseInt(arg, 10, 64)
				if err != nil {
					return usagef("%q is no token number; daybook token list shows them", arg)
				}
				ids[i] = id
			}
			tokens, err := data.open(a, false)
			if err != nil {
				return err
			}
			var failed error
			for _, id := range ids {
				if err := tokens.Revoke(id); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				fmt.Fprintf(a.stderr, "daybook: token %d is revoked; a running server refuses it within a second\n", id)
			}
			return failed
		},
	}
	data.addTo(cmd)
	return cmd
}

// sessionNames lists the session types for completions.
func sessionNames() []string {
	var names []string
	for _, s := range auth.Sessions() {
		names = append(names, s.String())
	}
	return names
}

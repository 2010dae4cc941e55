package main

import (
	"errors"
	"fmt"
	"strconv"
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
once, when it is made. A running server knows it at once, and refuses what
is revoked within a second.

Session types: SESSION_ADMIN, SESSION_MANAGER and SESSION_DEALER may read logs,
the first two the log of requests as well; SESSION_USER may connect, but read
nothing.`,
	}
	cmd.AddCommand(a.tokenCreateCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	return cmd
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

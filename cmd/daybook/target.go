package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"daybook/client"
	"daybook/filter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// tokenVariable is the environment variable of the token that commands ask
// servers with.
const tokenVariable = "DAYBOOK_TOKEN"

// A target is who a command asks: a server, or a journal folder.
type target struct {
	server  serverFlag
	token   string
	journal journalFlags
}

func (t *target) addTo(cmd *cobra.Command) {
	t.journal.addTo(cmd)
	t.server.addTo(cmd)
	addTokenTo(cmd, &t.token)
}

func addTokenTo(cmd *cobra.Command, token *string) {
	cmd.Flags().StringVar(token, "token", "", "`token` to ask the server with; better given as DAYBOOK_TOKEN, which other users cannot see")
}

// tokenOr returns the token of a flag, or else of the environment. White space
// around it comes from files, whose last line ends with one.
func (a *app) tokenOr(flag string) string {
	return strings.TrimSpace(cmp.Or(flag, a.getenv(tokenVariable)))
}

// complete fills in what the environment says where no flag says who is asked, and
// finds flags that are missing or do not go together.
func (t *target) complete(a *app) error {
	if t.server.url == "" && t.journal.folder == "" {
		t.journal.fromEnvironment(a)
	}
	if (t.server.url == "") == (t.journal.folder == "") {
		variable := ""
		if t.journal.requests {
			variable = fmt.Sprintf("; with --requests, the variable %s names the folder, and %s does not", envName("requests"), envName("journal"))
		}
		return usagef("give either --journal, a folder, or --server, a URL%s", variable)
	}
	if t.journal.data != "" && t.journal.folder == "" {
		return usagef("--data goes with --journal; a server has an index of its own")
	}
	return nil
}

// A question is one call of a method.
type question struct {
	method string
	params json.RawMessage

	// bounds returns the times whose day files' index is used, where the flags
	// name one.
	bounds func(params json.RawMessage) (filter.Bounds, error)

	// notes receives what a reader should know beside the answer.
	notes io.Writer
}

// ask asks who the flags name.
func (a *app) ask(ctx context.Context, t *target, q *question) (json.RawMessage, error) {
	if t.server.url == "" {
		return t.journal.call(ctx, q)
	}
	token := a.tokenOr(t.token)
	c, err := t.server.client(client.Options{Token: client.StaticToken(token), MaxMessage: maxAnswer})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var answer json.RawMessage
	err = c.Call(ctx, q.method, q.params, &answer)
	return answer, tokenError(err, token, t.journal.readers())
}

// Who may read the journals, for those who may not.
const (
	auditReaders   = "logs are for managers, dealers and administrators"
	requestReaders = "logs of requests are for managers and administrators"
)

// tokenError returns err, the outcome of a call with that token, and where the
// token is at fault, with what can be done about it; readers says who may read what
// was asked for.
func tokenError(err error, token, readers string) error {
	var own *client.Error
	switch {
	case !errors.As(err, &own):
		return err
	case own.Code == client.CodeNoToken && token == "":
		return fmt.Errorf("the server asks for a token: give --token or set %s; %s", tokenVariable, newTokenAdvice)
	case own.Code == client.CodeNoToken:
		return fmt.Errorf("%w; is the token complete? If it has expired or was revoked, %s", own, newTokenAdvice)
	case own.Code == client.CodeNoRights:
		return fmt.Errorf("%w; %s", own, readers)
	}
	return err
}

const newTokenAdvice = "a new one is made by 'daybook token create', beside the server"

// A journalFlags is a journal folder that a command reads by itself.
type journalFlags struct {
	folder, pattern string
	data            string // with an index; "" for none
	requests        bool   // it is one of requests
	clock           instant
	flags           *pflag.FlagSet // that they are of
}

func (j *journalFlags) addTo(cmd *cobra.Command) {
	j.flags = cmd.Flags()
	cmd.Flags().StringVar(&j.folder, "journal", "", "journal `folder` to read, without a server; or DAYBOOK_JOURNAL, with DAYBOOK_PATTERN")
	cmd.Flags().StringVar(&j.data, "data", "", "data `folder` of a server on that journal, whose index is used; nothing is written there")
	cmd.Flags().StringVar(&j.pattern, "pattern", defaultPattern, "name of a day file in it; {date} is the day")
	cmd.Flags().Var(&j.clock, "clock", "moment that counts as now, for --from, --to and the 30 days (default the real time)")
	mustMarkDir(cmd, "journal")
	mustMarkDir(cmd, "data")
}

// fromEnvironment names the folder as the environment says, with its files.
func (j *journalFlags) fromEnvironment(a *app) {
	if j.requests {
		j.folder = a.getenv(envName("requests"))
		return
	}
	j.folder = a.getenv(envName("journal"))
	if pattern := a.getenv(envName("pattern")); pattern != "" && !j.flags.Changed("pattern") {
		j.pattern = pattern
	}
}

// readers says who may read such a journal of a server.
func (j *journalFlags) readers() string {
	if j.requests {
		return requestReaders
	}
	return auditReaders
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"daybook/auth"
	"daybook/rpc"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"
)

// shownDifferences is how many differences of one request are printed.
const shownDifferences = 10

// A replay sends recorded requests to a server and compares the answers.
type replay struct {
	app    *app
	poster *poster
	tokens map[string]auth.Secret // by session name; "" stands for every other
	update bool

	same, different, skipped int
}

func (a *app) replayCommand() *cobra.Command {
	var (
		server serverFlag
		tokens []string
		update bool
	)
	cmd := &cobra.Command{
		Use:     "replay FILE|FOLDER...",
		Short:   "Send recorded requests again and compare the answers",
		GroupID: groupTool,
		Long: `Replay sends the requests of a recording (serve --record, one JSON object per
line; of a folder, every .jsonl file) to a server over HTTP, one after the
other, and prints where an answer differs from the recorded one. The order of an
object's members does not count. "***" in a recorded answer stands for a masked
secret and matches anything; ids of internal errors, and why a token was refused,
are not compared; requests that were cancelled, took too long or came too often
are skipped.

A request is sent with a token of the session that it was recorded with:
--token SESSION_DEALER=TOKEN for one session, --token TOKEN for all others, and
none for requests that were recorded without a session.

Exit status 1 if any answer differs. With --update the new answers replace the
recorded ones in the files, to be reviewed as a change.`,
		Example: `  daybook replay requests.jsonl --server http://127.0.0.1:7390 --token $TOKEN
  daybook replay testdata/requests --server https://audit.example.com --update`,
		Args: arguments(1, 0, "the recording, a file or folder,"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if server.url == "" {
				return usagef("--server is missing: the server to ask")
			}
			bySession, err := sessionTokens(tokens)
			if err != nil {
				return err
			}
			if _, ok := bySession[""]; !ok {
				bySession[""] = auth.Secret(a.tokenOr(""))
			}
			p, err := newPoster(server)
			if err != nil {
				return err
			}
			r := &replay{app: a, poster: p, tokens: bySession, update: update}
			return r.run(cmd.Context(), args)
		},
	}
	server.addTo(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&tokens, "token", nil, "`token`, or SESSION=token; may be repeated; a plain one may stand in DAYBOOK_TOKEN")
	flags.BoolVar(&update, "update", false, "write the new answers into the files")
	return cmd
}

// sessionTokens reads the --token flags.
func sessionTokens(texts []string) (map[string]auth.Secret, error) {
	tokens := make(map[string]auth.Secret)
	for _, text := range texts {
		session, token, named := strings.Cut(text, "=")
		if !named || !strings.HasPrefix(session, "SESSION_") {
			session, token = "", text
		} else if _, err := auth.ParseSession(session); err != nil {
			return nil, usageError{fmt.Errorf("--token: %w", err)}
		}
		tokens[session] = auth.Secret(token)
	}
	return tokens, nil
}

// run replays every file and prints the sum.
func (r *replay) run(ctx context.Context, args []string) error {
	files, err := recordingFiles(args)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := r.file(ctx, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	verb := "differ"
	if r.update {
		verb = "updated"
	}
	fmt.Fprintf(r.app.stdout, "%s: %d the same, %d %s, %d skipped.\n",
		plural(int64(r.same+r.different+r.skipped), "request"), r.same, r.different, verb, r.skipped)
	switch {
	case r.same+r.different == 0:
		return errors.New("nothing was compared")
	case r.different > 0 && !r.update:
		return errReported
	}
	return nil
}

// recordingFiles lists the files that args name; of a folder, its .jsonl files
// in order.
func recordingFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		entries, err := os.ReadDir(arg) // sorted
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, entry := range entries {
			if entry.Type().IsRegular() && filepath.Ext(entry.Name()) == ".jsonl" {
				files = append(files, filepath.Join(arg, entry.Name()))
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("%s: no .jsonl files", arg)
		}
	}
	return files, nil
}

// file replays one file, and rewrites it where that was asked for and an
// answer differs.
func (r *replay) file(ctx context.Context, name string) error {
	recordings, err := readRecordings(name)
	if err != nil {
		return err
	}
	before := r.different
	for i := range recordings {
		if err := r.request(ctx, fmt.Sprintf("%s: request %d", name, i+1), &recordings[i]); err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
	}
	if !r.update || r.different == before {
		return nil
	}
	return writeRecordings(name, recordings)
}

func readRecordings(name string) ([]rpc.Recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer file.Close()
	return rpc.ReadRecordings(file)
}

// writeRecordings replaces a file, or leaves it as it was.
func writeRecordings(name string, recordings []rpc.Recording) error {
	var text []byte
	for i := range recordings {
		var err error
		if text, err = recordings[i].AppendLine(text); err != nil {
			return err
		}
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return renameio.WriteFile(name, text, mode)
}

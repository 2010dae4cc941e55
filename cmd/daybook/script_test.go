package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the texts that scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"daybook": main, "appendlines": appendLines})
}

// TestScripts runs the program as its users do. Beside testscript's own
// commands, scripts have those of scriptCommands, and the condition [root]: file
// permissions do not bind who runs the tests.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Cmds:                scriptCommands(),
		Condition:           scriptCondition,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

type scriptCommand = func(ts *testscript.TestScript, neg bool, args []string)

// scriptCommands are:
//
//	exits CODE PROGRAM ARGS…   runs a program that must end with CODE
//	becomes CODE PROGRAM ARGS… runs a program again and again until it ends with CODE
//	signal NAME                sends a signal to the programs in the background
//	await FILE VARIABLE        waits for a file and puts its first line into the variable
//	await FILE contains TEXT   waits until a file has a text
//	setfrom VARIABLE FILE      puts a file's last word into the variable; FILE may be stdout
//	pair CERT KEY NAME         writes a self-signed certificate with its key
//	request METHOD URL [TOKEN [BODYFILE]]   prints the status and body of an HTTP request
//	listing DOC HEADING FILE   writes the indented lines below a heading of a document to a file
//	tcp ADDRESS TEXT…          sends each text as a line over TCP, and prints what comes until the end
func scriptCommands() map[string]scriptCommand {
	return map[string]scriptCommand{
		"exits":   scriptExits,
		"becomes": scriptBecomes,
		"signal":  scriptSignal,
		"await":   scriptAwait,
		"setfrom": scriptSetFrom,
		"pair":    scriptPair,
		"request": scriptRequest,
		"listing": scriptListing,
		"tcp":     scriptTCP,
	}
}

func scriptCondition(name string) (bool, error) {
	if name != "root" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return os.Geteuid() == 0, nil
}

func scriptExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := scriptRun(ts, args[1:]); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// scriptRun runs a program and returns its exit status.
func scriptRun(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

func scriptBecomes(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(awaitDeadline); scriptRun(ts, args[1:]) != want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("waited in vain for exit status %d", want)
		}
	}
}

func scriptSignal(ts *testscript.TestScript, _ bool, args []string) {
	sig, ok := map[string]os.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[args[0]]
	if !ok {
		ts.Fatalf("unknown signal %s", args[0])
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(sig))
	}
}

// awaitDeadline ends a script whose server never comes up.
const awaitDeadline = 60 * time.Second

// scriptAwait waits until a file is there, and sets a variable to its first line,
// or until a file, or what is at a URL, contains a text.
func scriptAwait(ts *testscript.TestScript, _ bool, args []string) {
	read := func() ([]byte, error) { return os.ReadFile(ts.MkAbs(args[0])) }
	if strings.HasPrefix(args[0], "http://") {
		read = func() ([]byte, error) { return scriptGet(args[0]) }
	}
	for deadline := time.Now().Add(awaitDeadline); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		text, err := read()
		switch {
		case err != nil:
		case len(args) == 2:
			line, _, _ := strings.Cut(string(text), "\n")
			ts.Setenv(args[1], line)
			return
		case bytes.Contains(text, []byte(args[2])):
			return
		}
	}
	text, err := read()
	ts.Fatalf("waited in vain for %v, %v; there is:\n%s", args, err, text)
}

func scriptGet(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func scriptSetFrom(ts *testscript.TestScript, _ bool, args []string) {
	words := strings.Fields(ts.ReadFile(args[1]))
	if len(words) == 0 {
		ts.Fatalf("%s is empty", args[1])
	}
	ts.Setenv(args[0], words[len(words)-1])
}

func scriptPair(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(writePair(ts.MkAbs(args[0]), ts.MkAbs(args[1]), args[2]))
}

func scriptRequest(ts *testscript.TestScript, _ bool, args []string) {
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(ts.ReadFile(args[3]))
	}
	req, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	if len(args) > 2 && args[2] != "" {
		req.Header.Set("Authorization", "Bearer "+args[2])
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, bytes.TrimSpace(answer))
}

// scriptListing makes a script of what a document tells its readers to type.
func scriptListing(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile("../../docs/" + args[0])
	ts.Check(err)
	_, section, found := strings.Cut(string(text), "\n## "+args[1]+"\n")
	if !found {
		ts.Fatalf("%s has no heading %s", args[0], args[1])
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var listing strings.Builder
	for line := range strings.Lines(section) {
		if rest, indented := strings.CutPrefix(line, "    "); indented {
			listing.WriteString(rest)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(listing.String()), 0o600))
}

func scriptTCP(ts *testscript.TestScript, _ bool, args []string) {
	conn, err := net.Dial("tcp", args[0])
	ts.Check(err)
	defer conn.Close()
	_, err = io.WriteString(conn, strings.Join(args[1:], "\n")+"\n")
	ts.Check(err)
	ts.Check(conn.(*net.TCPConn).CloseWrite())
	_, err = io.Copy(ts.Stdout(), conn)
	ts.Check(err)
}

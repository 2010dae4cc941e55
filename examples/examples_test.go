package examples_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"daybook/internal/testserver"

	"github.com/google/go-cmp/cmp"
)

// hangs is when a test gives up on what should have happened long ago.
const hangs = time.Minute

// now is the time of the servers of examples.
func now() time.Time { return time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC) }

// details of the errors in the journal, the oldest first.
func details() []string {
	return []string{"first", "margin, 'too' low", "Käufe: „5 %“ 🙂", "a \\\\ and \\t", "last"}
}

// start serves a journal with these errors and as many other records.
func start(t *testing.T) *testserver.Server {
	t.Helper()
	s, err := testserver.Start(testserver.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, detail := range details() {
		write(t, s, i, "INFO", "nothing to see")
		write(t, s, i, "ERROR", detail)
	}
	return s
}

// write appends the record of a second of the day.
func write(t *testing.T, s *testserver.Server, second int, status, detail string) {
	t.Helper()
	if err := s.Append(now(), fmt.Sprintf("%d\tCLIENT\t7\tOpenTrade\t%s\t10.0.0.1\t%s", now().Unix()+int64(second), status, detail)); err != nil {
		t.Fatal(err)
	}
}

// A program is a run of an example.
type program struct {
	t     *testing.T
	lines chan string // of its stdout; closed at its end
}

// prepare returns an example to be run against a server. Where its runtime is
// missing, the test is skipped.
func prepare(t *testing.T, s *testserver.Server, token, runtime string, command ...string) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath(runtime); err != nil {
		t.Skipf("there is no %s; .ci/packages gets it", runtime)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "DAYBOOK_URL=http://"+s.Addr+"/rpc", "DAYBOOK_TCP="+s.TCP, "DAYBOOK_TOKEN="+token, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	return cmd
}

// run runs an example against a server until the test ends.
func run(t *testing.T, s *testserver.Server, token, runtime string, command ...string) *program {
	t.Helper()
	cmd := prepare(t, s, token, runtime, command...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with what it starts
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{t, make(chan string)}
	ended := make(chan struct{})
	go func() {
		defer close(p.lines)
		for in := bufio.NewReader(stdout); ; {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			select {
			case p.lines <- strings.TrimRight(line, "\r\n"):
			case <-ended:
				io.Copy(io.Discard, in)
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(ended)
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Error(err)
		}
		for range p.lines {
		}
		cmd.Wait()
		if stderr.Len() > 0 {
			t.Errorf("stderr: %s", &stderr)
		}
	})
	return p
}

// next returns the next line of the program's stdout; "" at its end.
func (p *program) next() string {
	p.t.Helper()
	select {
	case line := <-p.lines:
		return line
	case <-time.After(hangs):
		p.t.Fatal("the example prints nothing more")
		return ""
	}
}

// TestPrograms runs the examples that print the same in all languages.
func TestPrograms(t *testing.T) {
	t.Parallel()
	row := func(second int, detail string) string {
		return fmt.Sprintf("%d OpenTrade %s", now().Unix()+int64(second), detail)
	}
	for name, command := range commands(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			p := run(t, s, s.Token, command[0], command...)
			for _, want := range []string{
				row(4, "last"), row(3, "a \\ and \t"), "5 errors in pages of 2",
				`refused: where[0][1]: unknown operator "~" -32602`, "live: " + row(4, "last"),
			} {
				if got := p.next(); got != want {
					t.Fatalf("the example prints %q, want %q", got, want)
				}
			}
			write(t, s, 5, "ERROR", details()[2])
			if got, want := p.next(), "live: "+row(5, details()[2]); got != want {
				t.Errorf("the example prints %q, want %q", got, want)
			}
		})
	}
}

// commands returns what runs the examples that print the same in all languages.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{
		"browser": {"node", "testdata/page.mjs", "browser.html"},
		"node":    {"node", "node.mjs"},
		"python":  {"python3", "python.py"},
		"php":     {"php", "php.php"},
		"go":      {buildGo(t, "./go")},
	}
}

// TestBadToken runs examples with a token that nobody has: they say so, and end
// where they are programs.
func TestBadToken(t *testing.T) {
	t.Parallel()
	const token = "dbk_nobody"
	s := start(t)
	all := commands(t)
	all["curl"] = []string{"sh", "curl.sh"}
	for name, command := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := command[0]
			switch name {
			case "browser":
				if got := run(t, s, token, runtime, command...).next(); got != "failed: unknown token" {
					t.Errorf("the page shows %q", got)
				}
				return
			case "curl":
				runtime = name
			}
			out, err := prepare(t, s, token, runtime, command...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "unknown token") || strings.Contains(string(out), token) {
				t.Errorf("it ends with %v, and prints %s", err, out)
			}
		})
	}
}

// TestEnded takes back the token under which an example follows live rows: it says
// why there are no more, and ends where it is a program.
func TestEnded(t *testing.T) {
	t.Parallel()
	for name, command := range commands(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			cmd := prepare(t, s, s.Token, command[0], command...)
			live, ended := false, ""
			stderr, err := follow(t, cmd, func(line string) {
				switch {
				case strings.HasPrefix(line, "live: "):
					live = true
					if err := s.Revoke("manager"); err != nil {
						t.Fatal(err)
					}
				case strings.HasPrefix(line, "ended: "): // a page goes on, so it is ended
					ended = line
					cmd.Process.Kill()
				}
			})
			if ended == "" {
				ended = strings.TrimSpace(stderr)
			}
			if !live || ended != "ended: token expired" {
				t.Errorf("live rows %v, then it says %q and ends with %v", live, ended, err)
			}
			if code := cmd.ProcessState.ExitCode(); name != "browser" && code != 1 {
				t.Errorf("exit status %d, want 1", code)
			}
		})
	}
}

// TestInterrupt ends examples by Ctrl-C while they follow live rows: they say
// nothing.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for name, command := range commands(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			cmd := prepare(t, s, s.Token, command[0], command...)
			stderr, err := follow(t, cmd, func(line string) {
				if strings.HasPrefix(line, "live: ") {
					cmd.Process.Signal(os.Interrupt)
				}
			})
			if stderr != "" || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
				t.Errorf("it ends with %v, and says %s", err, stderr)
			}
		})
	}
}

// follow starts a command, calls each with every line of its stdout, and returns its
// stderr and how it ended.
func follow(t *testing.T, cmd *exec.Cmd, each func(line string)) (stderr string, err error) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(hangs, func() { cmd.Process.Kill() }).Stop()
	for in := bufio.NewScanner(out); in.Scan(); {
		each(in.Text())
	}
	err = cmd.Wait() // before said is read
	return said.String(), err
}

// buildGo builds an example in Go.
func buildGo(t *testing.T, folder string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "example")
	if out, err := exec.Command("go", "build", "-o", binary, folder).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// found returns the details of the rows in a result.
func found(t *testing.T, result json.RawMessage) (all []string) {
	t.Helper()
	var page struct{ Rows [][]any }
	if err := json.Unmarshal(result, &page); err != nil {
		t.Fatalf("%s: %v", result, err)
	}
	for _, row := range page.Rows {
		all = append(all, row[6].(string))
	}
	return all
}

func TestCurl(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := run(t, s, s.Token, "curl", "sh", "curl.sh")
	var all [][]string
	line := p.next()
	for ; strings.HasPrefix(line, "{"); line = p.next() {
		var answer struct{ Result json.RawMessage }
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, found(t, answer.Result))
	}
	first := []string{"last", "a \\ and \t"}
	want := [][]string{first, first, {details()[2], details()[1]}, {"first"}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(line, `refused: {"jsonrpc":"2.0","id":1,"error":{"code":-32602,`) || p.next() != "" {
		t.Errorf("the refusal is printed as %s", line)
	}
}

func TestNetcat(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := run(t, s, s.Token, "nc", "sh", "nc.sh")
	type message struct {
		ExtID  string `json:"extID"`
		Status int
		Error  string
		Event  string
		Data   json.RawMessage
	}
	read := func() (m message) {
		line := p.next()
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		return m
	}
	answers := make(map[string]message)
	var live message
	for len(answers) < 4 || live.Event == "" {
		if m := read(); m.Event == "" {
			answers[m.ExtID] = m
		} else {
			live = m
		}
	}
	want := [][]string{{"last", "a \\ and \t"}, {details()[2], details()[1]}}
	if diff := cmp.Diff(want, [][]string{found(t, answers["first"].Data), found(t, answers["second"].Data)}); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if m := answers["refused"]; m.Status != 400 || m.Error != "INVALID_DATA" {
		t.Errorf("the refusal is %+v", m)
	}
	write(t, s, 5, "ERROR", "later")
	if next := read(); live.Event != "log:event" || !strings.Contains(string(live.Data), `"last"`) || !strings.Contains(string(next.Data), `"detail":"later"`) {
		t.Errorf("live rows %s, %s", live.Data, next.Data)
	}
}

// TestListed wants each example in README.md, and short.
func TestListed(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"*.html", "*.mjs", "*.py", "*.php", "*.sh", "*/main.go"} {
		some, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	if len(files) != 8 {
		t.Errorf("there are %d examples, the tests know 8: %v", len(files), files)
	}
	const most = 80 // lines
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > most {
			t.Errorf("%s has %d lines, want %d at most", file, n, most)
		}
		if !strings.Contains(string(readme), "("+file+")") {
			t.Errorf("README.md does not list %s", file)
		}
	}
}

package interop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clock is the day that the recorded answers were given on.
const clock = "2026-11-21T10:00:00Z"

var binary string // the program, built once

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "daybook-interop")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "daybook")
	build := exec.Command("go", "build", "-o", binary, "./cmd/daybook")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build daybook: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// A server runs over a journal of its own, which a test may append to.
type server struct {
	http  string // host:port
	tcp   string // host:port
	live  string // the day file that is appended to
	token string // of a manager
	user  string // a token of a session without rights
}

// serve starts a server over a copy of the test journal, and ends it with the
// test.
func serve(t *testing.T) *server {
	t.Helper()
	journal, data := copyJournal(t), t.TempDir()
	s := &server{
		// A day file of its own, since the one of today ends within a line.
		live:  filepath.Join(journal, "audit-2026-11-22.tsv"),
		token: createToken(t, data, "SESSION_MANAGER"),
		user:  createToken(t, data, "SESSION_USER"),
	}
	if err := os.WriteFile(s.live, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ready := filepath.Join(data, "ready")
	var log bytes.Buffer
	cmd := exec.Command(binary, "serve", "--journal", journal, "--data", data, "--clock", clock,
		"--listen", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--ready-file", ready)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			if err != nil || t.Failed() {
				t.Errorf("the server ended: %v\n%s", err, &log)
			}
		case <-time.After(30 * time.Second):
			cmd.Process.Kill()
			<-ended
			t.Errorf("the server did not end\n%s", &log)
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(ready)
		if lines := strings.Fields(string(text)); err == nil && len(lines) == 2 {
			s.http, s.tcp = lines[0], lines[1]
			return s
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the server ended before it was ready: %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the server is not ready")
		}
	}
}

// copyJournal copies the test journal to a folder that is removed with the test.
// Its files are as old as those of a journal are: after days that were over and
// changed just now, a subscription could not be resumed.
func copyJournal(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", "journal"))); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, file := range files {
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var tokenText = regexp.MustCompile(`dbk_[a-z2-7]+`)

func createToken(t *testing.T, data, session string) string {
	t.Helper()
	out, err := exec.Command(binary, "token", "create", "--data", data, "--session", session, "--name", session).Output()
	token := tokenText.FindString(string(out))
	if err != nil || token == "" {
		t.Fatalf("token create prints %q, %v", out, err)
	}
	return token
}

// nodeTest matches the line of a test that is over, in the output of node:test.
var nodeTest = regexp.MustCompile(`^(ok|not ok) \d+ - (.*)$`)

// TestNode runs the scripts, each with a server of its own.
func TestNode(t *testing.T) {
	node := nodeVersion(t)
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if installed, err := os.ReadFile(filepath.Join("node_modules", ".package-lock.of")); err != nil || !bytes.Equal(lock, installed) {
		t.Skip("node_modules is not what package-lock.json says; make deps gets it")
	}
	scripts, err := filepath.Glob(filepath.Join("clients", "*.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".mjs")
		if name == "daybook" {
			continue // what the scripts share
		}
		ran++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "schema-utils" && node < 20 {
				t.Skipf("node is version %d; @open-rpc/schema-utils-js needs 20", node)
			}
			runScript(t, script)
		})
	}
	if ran < 7 {
		t.Errorf("%d scripts, want 7 or more", ran)
	}
}

// nodeVersion returns the major version of Node.js.
func nodeVersion(t *testing.T) (major int) {
	t.Helper()
	version, err := exec.Command("node", "--version").Output()
	if err != nil {
		t.Skip("there is no node; .ci/packages gets it")
	}
	if _, err := fmt.Sscanf(string(version), "v%d.", &major); err != nil || major < 18 {
		t.Skipf("node is %s; the packages need 18, and one of them 20", bytes.TrimSpace(version))
	}
	return major
}

// runScript runs a script, whose tests become tests of t. A script stops by
// itself; the deadline is for one that hangs.
func runScript(t *testing.T, script string) {
	s := serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=tap", script)
	cmd.Env = append(os.Environ(),
		"DAYBOOK_HTTP=http://"+s.http+"/rpc",
		"DAYBOOK_TCP="+s.tcp,
		"DAYBOOK_TOKEN="+s.token,
		"DAYBOOK_USER_TOKEN="+s.user,
		"DAYBOOK_LIVE_FILE="+s.live,
		"DAYBOOK_RECORDED="+filepath.Join("..", "testdata", "requests"),
	)
	out, err := cmd.CombinedOutput()
	passed := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		switch m := nodeTest.FindStringSubmatch(lines.Text()); {
		case m == nil:
		case strings.Contains(m[2], " # "):
			t.Errorf("left out: %s", m[2]) // SKIP or TODO
		case m[1] == "ok":
			passed++
			t.Log("passed:", m[2])
		}
	}
	if err != nil || passed < 3 {
		t.Errorf("node %s: %v, %d tests passed, want 3 or more\n%s", script, err, passed, out)
	}
}

package examples_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// TestRequests asks the shop for an order and ends it at once: the request is in
// its journal.
func TestRequests(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	cmd := exec.CommandContext(t.Context(), buildGo(t, "./requests"))
	cmd.Env = append(os.Environ(), "REQUEST_LOG_DIR="+dir, "LISTEN=127.0.0.1:0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		cmd.Wait()
		t.Fatalf("%v: %s", err, &stderr)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSpace(url)+"/orders/17?api_key=c4n4ry", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("ann", "c4n4ry")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, &stderr)
	}
	files, err := filepath.Glob(filepath.Join(dir, "requests-*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("day files %v, error %v", files, err)
	}
	line, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	r, err := requestlog.ParseLine(line)
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	got := []any{*r.Endpoint, *r.StatusCode, r.User.Username, *r.ExceptionType, *r.ExceptionMessage, string(r.QueryParams), strings.Contains(string(line), "c4n4ry")}
	want := []any{"/orders/{id}", http.StatusNotFound, "ann", "NO_ORDER", "there is no order 17", `{"api_key":"***"}`, false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record mismatch (-want +got):\n%s", diff)
	}
}

package examples_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// userAgents are of browsers, tools and robots that servers meet.
var userAgents = []string{
	"",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 OPR/113.0.0.0",
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/128.0.0.0 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
	"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
	"curl/8.5.0",
	"python-requests/2.32.3",
	"Go-http-client/1.1",
	"okhttp/4.12.0",
}

// TestDjangoAgents wants of the middleware for Django what package requestlog says
// of user agents, but the models of devices that run Android.
func TestDjangoAgents(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3; .ci/packages gets it")
	}
	dir := filepath.Join(t.TempDir(), "requests")
	log, err := requestlog.Open(requestlog.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range userAgents {
		log.Add(&requestlog.Entry{Started: time.Now(), RequestHeader: http.Header{"User-Agent": {text}}})
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	type agent struct {
		Device     string `json:"device"`
		DeviceType string `json:"device_type"`
		IsBot      bool   `json:"is_bot"`
		OS         string `json:"os"`
		Browser    string `json:"browser"`
	}
	var want []agent
	for _, line := range readLines(t, dir) {
		r, err := requestlog.ParseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		a := agent{*r.Device, *r.DeviceType, *r.IsBot, *r.OS, *r.Browser}
		if a.OS == "Android" {
			a.Device = ""
		}
		want = append(want, a)
	}
	texts, err := json.Marshal(userAgents)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c",
		"import json, middleware, sys; print(json.dumps([middleware.agent_of(text) for text in json.load(sys.stdin)]))")
	cmd.Env = append(os.Environ(), "PYTHONPATH=django", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(texts)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []agent
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(want) != len(userAgents) {
		t.Fatalf("%d records of %d user agents", len(want), len(userAgents))
	}
	for i, text := range userAgents {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			t.Errorf("%s mismatch (-requestlog +middleware):\n%s", text, diff)
		}
	}
}

// readLines returns the lines of a journal, oldest first.
func readLines(t *testing.T, dir string) (lines [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "requests-*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			lines = append(lines, line)
		}
	}
	return lines
}

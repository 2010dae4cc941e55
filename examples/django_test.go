package examples_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// torn is what a process that was killed has left of a line.
const torn = `{"id":1,"user":{"id`

// TestDjango has eight processes record requests with the middleware for Django,
// which needs no Django for that, and reads what they wrote. In the folder a line is
// torn, and the last id damaged.
func TestDjango(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3; .ci/packages gets it")
	}
	dir := filepath.Join(t.TempDir(), "of", "requests") // which the middleware makes
	runDjango(t, dir, `python3 -c 'from middleware import RequestLog; RequestLog(None)'`)
	damaged := map[string]string{"last-id": "17\xff"}
	for _, day := range []time.Time{time.Now(), time.Now().Add(time.Hour)} { // it may be midnight soon
		damaged["requests-"+day.UTC().Format(time.DateOnly)+".jsonl"] = torn
	}
	for name, text := range damaged {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runDjango(t, dir, `python3 testdata/django_requests.py | cat`) // which waits for all processes
	files, err := filepath.Glob(filepath.Join(dir, "requests-*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	const processes, rounds = 8, 8 * 10
	ids := make(map[int64]bool)
	kinds := make(map[string]int)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("c4n4ry")) {
			t.Errorf("%s holds the secret", name)
		}
		if string(text) == torn {
			continue // of the day on which nothing was recorded
		}
		for line := range bytes.Lines(text) {
			if bytes.HasPrefix(line, []byte(torn)) && bytes.HasSuffix(line, []byte(" [torn]\n")) {
				continue
			}
			r, err := requestlog.ParseLine(line)
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			ids[r.ID] = true
			kinds[kind(t, r)]++
			if day := r.CreatedAt.Format("2006-01-02"); !strings.Contains(name, day) {
				t.Errorf("a record of %s is in %s", day, name)
			}
		}
	}
	want := map[string]int{
		`POST 200 - {"a":[1.5,{"pass-word":"***"}],"note":"it is ***","nan":"NaN","half":"?"}`: rounds,
		`GET 500 PermissionError bad token *** null`:                                           rounds,
		`POST 200 - {"password":"***","name":"Käufer 🙂","colour":["red","green"]}`:             rounds,
		`POST 200 - "… [27 bytes cut]"`:                                                        rounds,
		`POST 200 - "… [40004 bytes cut]"`:                                                     rounds,
		`POST 200 - "… [2097152 bytes cut]"`:                                                   processes,
		`POST 200 - "… [9 bytes cut]"`:                                                         processes,
		`POST 200 - {"nested":"{\"password\": \"***\"}"}`:                                      processes,
		`PATCH 200 - null`: processes,
		`PURGE 500 ValueError at https://h/?access_token=***&a=1 not *** {"pin_token":"***"}`: processes,
		`POST 200 - "… [2000 bytes cut]"`:                                                     processes,
		`POST 200 - "… [651 bytes cut]"`:                                                      processes,
		`POST 200 - {"huge":"-1e999","small":-0.0025}`:                                        processes,
		`POST 200 - "… [32001 bytes cut]"`:                                                    processes,
		`POST 200 - {"***":"***"}`:                                                            processes,
		`POST 200 - {"token_type":"***","token_type_hint":"***","note":"Bearer, access_token, Windows, theme=light, ***"}`:                  processes,
		`POST 200 - [{"name":"DB_PASSWORD","value":"***"},{"Value":["red","***"],"key":"colour"},{"new":"***","path":"/token","op":"add"}]`: processes,
		`POST 200 - ["postgres://joe:***@h/db","https://h:8080/a@b","https://h/@joe?a:b@c","http://joe:***@h"]`:                             processes,
		`POST 200 - "***"`: 2 * processes,
		`POST 200 - 1`:     2 * processes,
		`HEAD 200 - null`:  processes,
		`PUT 200 - null`:   processes,
		`DELETE 500 ValueError ` + strings.Repeat("ä", 32<<10) + `… [134464 bytes cut] null`: processes,
	}
	if diff := cmp.Diff(want, kinds); diff != "" || len(ids) != 5*rounds+20*processes {
		t.Errorf("%d ids, want %d; records mismatch (-want +got):\n%s", len(ids), 5*rounds+20*processes, diff)
	}
}

// TestDjangoModes makes files that their group may read, whatever the umask, and
// leaves those alone that are there.
func TestDjangoModes(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3; .ci/packages gets it")
	}
	dir := t.TempDir()
	const record = `umask 077; python3 -c 'import os, middleware; middleware.append(os.environ["REQUEST_LOG_DIR"], {})'`
	runDjango(t, dir, record)
	modes := modesOf(t, dir)
	if len(modes) < 2 {
		t.Errorf("files %v, want a day file and the last id", modes)
	}
	for name, mode := range modes {
		if mode != 0o640 {
			t.Errorf("%s has mode %v, want 0640", name, mode)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "last-id"), 0o600); err != nil {
		t.Fatal(err)
	}
	runDjango(t, dir, record)
	if mode := modesOf(t, dir)["last-id"]; mode != 0o600 {
		t.Errorf("a file of mode 0600 has mode %v after the next record", mode)
	}
}

// modesOf returns the permissions of the files of a folder, by name.
func modesOf(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	modes := make(map[string]fs.FileMode)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		modes[e.Name()] = info.Mode().Perm()
	}
	return modes
}

// runDjango runs a command that uses the middleware, with its folder.
func runDjango(t *testing.T, dir, command string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Env = append(os.Environ(), "REQUEST_LOG_DIR="+dir, "PYTHONPATH=django", "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, &stderr)
	}
}

// kind returns what tells the records of the test apart, and checks the rest.
func kind(t *testing.T, r *requestlog.Record) string {
	t.Helper()
	endpoint := "/orders/<int:id>/"
	if *r.Method == "HEAD" {
		endpoint = "/reset/***"
	}
	if *r.Scheme != "https" || *r.Endpoint != endpoint || *r.IP != "203.0.113.9" ||
		r.Duration < 0 || r.FinishedAt.Before(r.StartedAt.Time) || r.CreatedAt.Before(r.FinishedAt.Time) || *r.OS != "" || *r.IsBot {
		t.Errorf("odd record %+v", r)
	}
	if u := r.User; *r.Method == "PUT" {
		if u.ID != nil || u.Username != "stranger" || u.FullName != "" {
			t.Errorf("odd stranger %+v", u)
		}
	} else if *u.ID != 7 || u.Username != "desk" || u.FullName != "The Desk" {
		t.Errorf("odd user %+v", u)
	}
	if got := compact(t, r.QueryParams); got != `{}` && !(got == `null` && *r.Method == "DELETE") && got != `{"page":["2","3"],"api_key":"***"}` {
		t.Errorf("query %s", got)
	}
	exception := "-"
	if r.ExceptionType != nil {
		exception = *r.ExceptionType + " " + *r.ExceptionMessage
		if !strings.Contains(*r.ExceptionTraceback, "in "+map[string]string{"GET": "fails", "DELETE": "babbles", "PURGE": "quotes"}[*r.Method]+"\n") {
			t.Errorf("traceback %s", *r.ExceptionTraceback)
		}
	}
	return *r.Method + " " + strings.Join([]string{strconv.Itoa(*r.StatusCode), exception, compact(t, r.Body)}, " ")
}

// compact returns JSON without its white space.
func compact(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Error(err)
	}
	return b.String()
}

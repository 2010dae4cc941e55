package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// loadSettings parses args as serve does, with an environment and the text of
// a configuration file ("" for none).
func loadSettings(t *testing.T, args []string, env map[string]string, file string) (*settings, error) {
	t.Helper()
	if file != "" {
		name := filepath.Join(t.TempDir(), "daybook.yaml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"--config", name}, args...)
	}
	s := newSettings()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	s.addTo(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatalf("parse %v: %v", args, err)
	}
	return s, s.load(s.given(), func(name string) string { return env[name] })
}

func TestSettingsPrecedence(t *testing.T) {
	const file = `
# which journal
journal: from-file
data: from-file
pattern: from-file
max-message: 2MiB
max-batch: 7
request-timeout: 5s
insecure-plaintext: true
allow-origin:
  - https://a.example
  - https://b.example
`
	env := map[string]string{
		"DAYBOOK_JOURNAL":      "from-env",
		"DAYBOOK_DATA":         "from-env",
		"DAYBOOK_MAX_BATCH":    "8",
		"DAYBOOK_TLS_CERT":     "", // empty counts as not set
		"DAYBOOK_ALLOW_ORIGIN": "",
	}
	s, err := loadSettings(t, []string{"--journal", "from-flag"}, env, file)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"journal": s.journal, "data": s.data, "pattern": s.pattern, "batch": s.limits.Batch, "message": s.limits.Message,
		"timeout": s.limits.Request, "plaintext": s.insecurePlaintext, "origins": s.allowOrigin, "depth": s.limits.Depth,
	}
	want := map[string]any{
		"journal": "from-flag", "data": "from-env", "pattern": "from-file", "batch": 8, "message": int64(2 << 20),
		"timeout": 5 * time.Second, "plaintext": true, "origins": []string{"https://a.example", "https://b.example"}, "depth": 32,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings mismatch (-want +got):\n%s", diff)
	}
}

func TestSettingsLists(t *testing.T) {
	want := []string{"https://a.example", "https://b.example"}
	for _, tt := range []struct {
		name string
		args []string
		env  string
		file string
	}{
		{"flag repeated", []string{"--allow-origin", want[0], "--allow-origin", want[1]}, "https://x.example", ""},
		{"flag with comma", []string{"--allow-origin", want[0] + "," + want[1]}, "", ""},
		{"environment", nil, want[0] + ", " + want[1], "allow-origin: https://x.example"},
		{"file, flow", nil, "", "allow-origin: [https://a.example, https://b.example]"},
		{"file, block", nil, "", "allow-origin:\n- https://a.example\n- https://b.example\n"},
	} {
		s, err := loadSettings(t, tt.args, map[string]string{"DAYBOOK_ALLOW_ORIGIN": tt.env}, tt.file)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(want, s.allowOrigin); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestSettingsFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		file string
		want []string // all stand in the error
	}{
		{"unknown name", nil, "journal: x\njurnal: y\n", []string{"daybook.yaml:2", `unknown setting "jurnal"; is journal meant? 'daybook serve --help' lists all settings`}},
		{"nothing like it", nil, "colour: x\n", []string{`unknown setting "colour"; 'daybook serve --help' lists all settings`}},
		{"underscores", nil, "tls_cert: x\n", []string{"daybook.yaml:1", "is tls-cert meant?"}},
		{"no nesting", nil, "journal: x\nlimits:\n  max-batch: 7\n", []string{"daybook.yaml:2", "limits"}},
		{"twice", nil, "journal: x\ndata: y\njournal: z\n", []string{"daybook.yaml:3", "journal"}},
		{"bad number", nil, "journal: x\n\nmax-batch: many\n", []string{"daybook.yaml:3", "max-batch", "many"}},
		{"bad size", nil, "max-message: 1MB\n", []string{"daybook.yaml:1", "max-message", "KiB, MiB or GiB"}},
		{"list for one", nil, "journal: [a, b]\n", []string{"daybook.yaml:1", "journal", "takes one value"}},
		{"no value", nil, "journal:\n", []string{"daybook.yaml:1", "journal", "no value"}},
		{"config in config", nil, "config: other.yaml\n", []string{"daybook.yaml:1", "config"}},
		{"not a mapping", nil, "- journal\n", []string{"daybook.yaml:1", "journal:"}},
		{"not YAML", nil, "journal: [a\n", []string{"daybook.yaml:1"}},
		{"two documents", nil, "journal: a\n---\njournal: b\n", []string{"2 YAML documents"}},
		{"environment", map[string]string{"DAYBOOK_MAX_DEPTH": "deep"}, "", []string{"DAYBOOK_MAX_DEPTH", "deep"}},
		{"outranked", map[string]string{"DAYBOOK_MAX_DEPTH": "16"}, "max-depth: deep\n", []string{"daybook.yaml:1", "max-depth"}},
	} {
		_, err := loadSettings(t, nil, tt.env, tt.file)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: %v is no usage error", tt.name, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not hold %q", tt.name, err, want)
			}
		}
	}
}

func TestSettingsEmptyFile(t *testing.T) {
	for _, file := range []string{"\n", "# nothing yet\n", "---\n"} {
		if _, err := loadSettings(t, nil, nil, file); err != nil {
			t.Errorf("file %q: %v", file, err)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string // "" for none
	}{
		{[]string{"--journal", "x"}, ""},
		{nil, "--journal is missing"},
		{[]string{"--journal", "x", "--tls-cert", "c"}, "--tls-key"},
		{[]string{"--journal", "x", "--tls-cert", "c", "--tls-key", "k"}, ""},
		{[]string{"--journal", "x", "--max-depth", "0"}, "--max-depth must be more than 0"},
		{[]string{"--journal", "x", "--max-depth", "-5"}, "--max-depth must be more than 0"},
		{[]string{"--journal", "x", "--request-timeout", "0s"}, "--request-timeout must be more than 0"},
		{[]string{"--journal", "x", "--query-memory", "0"}, "--query-memory must be more than 0"},
		{[]string{"--journal", "x", "--index-memory", "256MiB", "--index-share", "1"}, ""},
		{[]string{"--journal", "x", "--index-memory", "255MiB"}, "--index-memory must be at least 256MiB, not 255MiB"},
		{[]string{"--journal", "x", "--index-share", "0"}, "--index-share must be above 0"},
		{[]string{"--journal", "x", "--index-share", "1.1"}, "--index-share must be above 0"},
		{[]string{"--journal", "x", "--index-share", "NaN"}, "--index-share must be above 0"},
		{[]string{"--journal", "x", "--drain", "0s"}, ""},
		{[]string{"--journal", "x", "--drain", "-1s"}, "--drain"},
		{[]string{"--journal", "x", "--log-level", "loud"}, "levels are debug, info, warn and error"},
		{[]string{"--journal", "x", "--allow-origin", "console.example.com"}, "is no origin"},
		{[]string{"--journal", "x", "--allow-origin", "https://console.example.com/path"}, "is no origin"},
		{[]string{"--journal", "x", "--allow-origin", "*"}, "is no origin"},
	} {
		s, err := loadSettings(t, tt.args, nil, "")
		if err == nil {
			err = s.check()
		}
		switch {
		case err == nil && tt.want != "":
			t.Errorf("check %v: no error, want %q", tt.args, tt.want)
		case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("check %v: %v, want %q", tt.args, err, tt.want)
		}
	}
}

// TestSettingsReload checks that what the command line gave survives a reload,
// and that the rest follows the file.
func TestSettingsReload(t *testing.T) {
	s, err := loadSettings(t, []string{"--journal", "x", "--drain", "3s"}, nil, "drain: 1s\nlog-level: warn\n")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string][]string{"journal": {"x"}, "drain": {"3s"}, "config": {s.configFile}}
	if err := os.WriteFile(s.configFile, []byte("drain: 9s\nlog-level: debug\nallow-origin: https://a.example\nmax-batch: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	next := newSettings()
	if err := next.load(given, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	got := s.differences(next)
	if diff := cmp.Diff([]string{"allow-origin", "log-level", "max-batch"}, got); diff != "" {
		t.Errorf("differences mismatch (-want +got):\n%s", diff)
	}
	if next.drain != 3*time.Second {
		t.Errorf("drain = %v after reload, want the flag's 3s", next.drain)
	}
}

func TestDefaultData(t *testing.T) {
	for _, tt := range []struct{ journal, want string }{
		{"/var/log/trading", "/var/log/trading.daybook"},
		{"/var/log/trading/", "/var/log/trading.daybook"},
		{"/var/log/x/../trading", "/var/log/trading.daybook"},
	} {
		if got := defaultData(tt.journal); got != tt.want {
			t.Errorf("defaultData(%q) = %q, want %q", tt.journal, got, tt.want)
		}
	}
	t.Chdir(t.TempDir())
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got := defaultData("."); got != dir+".daybook" {
		t.Errorf("defaultData(.) = %q, want it beside %q", got, dir)
	}
}

// FuzzConfig reads arbitrary files: no panic, and what is read is a list of
// settings with a place each.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{"journal: x\n", "a: [1, 2]\nb:\n  - c\n", "a: &x 1\nb: *x\n", "? a\n: b\n", "a: |\n  text\n", "{a: 1, b: 2}", "\ta: 1", "a: !!int 1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parseConfig("f.yaml", text)
		for _, e := range entries {
			if err != nil {
				t.Fatalf("entries %v beside error %v", entries, err)
			}
			if e.Values == nil || !strings.HasPrefix(e.Where, "f.yaml:") {
				t.Errorf("entry %+v lacks values or a place", e)
			}
		}
	})
}

// The file that operators start from is good as it is, and with all of its
// examples.
func TestDeployedSettings(t *testing.T) {
	text, err := os.ReadFile("../../deploy/daybook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^#([a-z-]+: )`)
	if n := len(examples.FindAll(text, -1)); n < 10 {
		t.Fatalf("%d examples, want more", n)
	}
	for _, file := range []string{string(text), examples.ReplaceAllString(string(text), "$1")} {
		s, err := loadSettings(t, nil, nil, file)
		if err == nil {
			err = s.check()
		}
		if err != nil {
			t.Errorf("%v\n%s", err, file)
		}
	}
}

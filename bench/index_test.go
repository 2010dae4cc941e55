package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// standForDaybook returns a bench whose program is a shell script.
func standForDaybook(t *testing.T, script string) *bench {
	t.Helper()
	b := &bench{options: &options{binary: filepath.Join(t.TempDir(), "daybook")}, progress: new(strings.Builder)}
	if err := os.WriteFile(b.binary, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuildIndex(t *testing.T) {
	j := writeJournal(t, map[string][]string{"audit-2026-04-22.tsv": {strings.Repeat("x", 999)}}) // 1,000 bytes
	data := t.TempDir()
	makes := fmt.Sprintf(`[ "$*" = "index build --journal %s --data %s" ] && mkdir %s/index && printf 12345 > %s/index/a.seg`, j.dir, data, data, data)
	r, err := standForDaybook(t, makes).buildIndex(t.Context(), j, data)
	if err != nil || !r.Built || r.Bytes != 5 || r.Share != 0.005 || r.Seconds <= 0 {
		t.Errorf("buildIndex = %+v, %v, want 5 bytes of 1,000", r, err)
	}

	unknown := `echo 'daybook: unknown command "index" for "daybook"' >&2; exit 2`
	if r, err := standForDaybook(t, unknown).buildIndex(t.Context(), j, data); err != nil || r.Built {
		t.Errorf("buildIndex = %+v, %v for a program without the command, want nothing built", r, err)
	}
	broken := `echo 'daybook: disk full' >&2; exit 1`
	if r, err := standForDaybook(t, broken).buildIndex(t.Context(), j, data); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("buildIndex = %+v, %v, want why it failed", r, err)
	}
}

func TestTakes(t *testing.T) {
	for script, want := range map[string]bool{
		`[ "$*" = "serve --help" ] && echo "  --no-index  answer from the files alone"`: true,
		`echo "  --listen address"`:   false,
		`echo "  --no-index"; exit 2`: false,
	} {
		if got := standForDaybook(t, script).takes(t.Context(), noIndex); got != want {
			t.Errorf("takes(%s) = %v for a program that does %s", noIndex, got, script)
		}
	}
}

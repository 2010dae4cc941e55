package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// TestRecorded sends the recorded requests over every transport, whichever
// they were recorded on: the answer is the same.
func TestRecorded(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "testdata", "requests", "*.jsonl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no recorded requests: %v", err)
	}
	for _, transport := range []string{"http", "ws", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			s := fixtures(t)
			sent := 0
			for _, file := range names {
				for _, r := range recordings(t, file) {
					replay(t, s, transport, filepath.Base(file), r)
					sent++
				}
			}
			if sent < 200 {
				t.Errorf("sent %d recorded requests, want 200 and more", sent)
			}
		})
	}
}

// replay sends one recorded message on a connection of its own, and then a
// request whose answer shows that nothing else came.
func replay(t *testing.T, s *served, transport, file string, r rpc.Recording) {
	t.Helper()
	token := s.tokens[strings.ToLower(strings.TrimPrefix(r.Session, "SESSION_"))]
	c := s.overHTTP(token)
	switch transport {
	case "ws":
		c = s.overWebSocket(t, token)
	case "tcp":
		c = s.overHeaders(t, token)
	}
	message := []byte(r.Text)
	if r.Text == "" {
		message = bytes.Replace(r.Request, []byte(`"token":"***"`), []byte(`"token":"`+token+`"`), 1)
	}
	if r.Answer == nil || string(r.Answer) == "null" {
		if err := c.notify(message); err != nil {
			t.Errorf("%s, %q: %v", file, r.Note, err)
		}
	} else {
		got, err := c.call(message)
		if err != nil {
			t.Fatalf("%s, %q: %v", file, r.Note, err)
		}
		if diff := cmp.Diff(members(t, r.Answer), members(t, got)); diff != "" {
			t.Errorf("%s, %q: %s (-want +got):\n%s", file, r.Note, message, diff)
		}
	}
	answer, err := c.call([]byte(`{"jsonrpc":"2.0","id":"probe","method":"nothing"}`))
	if err != nil || !bytes.Contains(answer, []byte(`"probe"`)) {
		t.Errorf("%s, %q: afterwards came %s, %v", file, r.Note, answer, err)
	}
}

func recordings(t *testing.T, file string) []rpc.Recording {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := rpc.ReadRecordings(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return all
}

// members takes an answer apart. The id stays as it was sent, byte for byte.
func members(t *testing.T, answer []byte) map[string]any {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(answer, &raw); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	all := make(map[string]any)
	for name, text := range raw {
		if name == "id" {
			all[name] = string(text)
			continue
		}
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all[name] = v
	}
	return all
}

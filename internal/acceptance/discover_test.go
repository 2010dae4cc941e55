package acceptance

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

var update = flag.Bool("update", false, "record the examples of rpc.discover anew")

// TestDiscoveredExamples asks what the examples of rpc.discover ask, one after
// the other on one connection, and wants the answers that they show. With
// -update it writes down what is answered.
func TestDiscoveredExamples(t *testing.T) {
	file := filepath.Join("..", "..", "rpc", "examples.jsonl")
	s := fixtures(t)
	e := &exampleCaller{t: t, conn: s.overWebSocket(t, s.token).(*wsCaller).conn, token: s.token}
	all := recordings(t, file)
	if len(all) < 10 {
		t.Errorf("%d examples, want 10 or more", len(all))
	}
	var answered []byte
	differ := false
	for _, want := range all {
		got := e.ask(want)
		var err error
		if answered, err = got.AppendLine(answered); err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff(lasting(want), lasting(got))
		differ = differ || diff != ""
		if diff != "" && !*update {
			t.Errorf("example %q mismatch (-recorded +answered); run with -update if the change is meant:\n%s", want.Note, diff)
		}
	}
	if differ && *update {
		if err := os.WriteFile(file, answered, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// An exampleCaller asks examples. What an earlier answer brought, the cursor and
// the id of the subscription, is what a later example sends.
type exampleCaller struct {
	t            *testing.T
	conn         *websocket.Conn
	token        string
	subscription string
	cursor       string
}

// ask sends the request of an example and returns the example with its answer.
// An event is not asked for, but waited for.
func (e *exampleCaller) ask(rec rpc.Recording) rpc.Recording {
	e.t.Helper()
	rec.Answer = nil
	var request struct {
		ID     json.RawMessage
		Method string
	}
	if err := json.Unmarshal(rec.Request, &request); err != nil {
		e.t.Fatal(err)
	}
	if request.Method == "LogEvent" {
		rec.Request = e.read()
		return rec
	}
	rec.Request = replaceText(rec.Request, "at", e.cursor)
	rec.Request = replaceText(rec.Request, "subscription", e.subscription)
	e.send(bytes.Replace(rec.Request, []byte(`"token":"***"`), []byte(`"token":"`+e.token+`"`), 1))
	if request.ID == nil {
		return rec
	}
	rec.Answer = e.read()
	if found := textMember("cursor").FindSubmatch(rec.Answer); found != nil {
		e.cursor = string(found[1])
	}
	if found := textMember("subscription").FindSubmatch(rec.Answer); found != nil {
		e.subscription = string(found[1])
	}
	return rec
}

func (e *exampleCaller) send(message []byte) {
	e.t.Helper()
	if err := e.conn.WriteMessage(websocket.TextMessage, message); err != nil {
		e.t.Fatal(err)
	}
}

func (e *exampleCaller) read() json.RawMessage {
	e.t.Helper()
	e.conn.SetReadDeadline(time.Now().Add(time.Minute))
	_, text, err := e.conn.ReadMessage()
	if err != nil {
		e.t.Fatal(err)
	}
	return text
}

// textMember matches a member whose value is a text without escapes.
func textMember(name string) *regexp.Regexp {
	return regexp.MustCompile(`"` + name + `":"([^"\\]*)"`)
}

// replaceText gives a member that text has another value.
func replaceText(text []byte, name, value string) []byte {
	return textMember(name).ReplaceAll(text, []byte(`"`+name+`":"`+value+`"`))
}

var lag = regexp.MustCompile(`"lag":[0-9.]+`)

// lasting returns an example without what is new each time: the ids of
// subscriptions, the cursors that come with them, which name the moment too and so
// tell files that were written later, and how long the unfinished line of the
// journal has waited.
func lasting(rec rpc.Recording) rpc.Recording {
	for _, text := range []*json.RawMessage{&rec.Request, &rec.Answer} {
		*text = lag.ReplaceAll(*text, []byte(`"lag":0`))
		if textMember("subscription").Match(*text) {
			*text = replaceText(replaceText(*text, "subscription", "random"), "cursor", "new")
		}
	}
	return rec
}

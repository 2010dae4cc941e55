package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// An sdk reads answers as one of the platform's client libraries does: it is
// given each piece that the network brings, and keeps what it parsed.
type sdk interface {
	data(piece []byte)
	messages() []any
}

// sdks are the client libraries whose source is published, by repository, file
// and commit.
func sdks() map[string]func() sdk {
	return map[string]func() sdk{
		"ScaleTrade/server-api-js index.js 2c6ae6e":                               func() sdk { return &nodeSDK{} },
		"ScaleTrade/server-api-php src/STPlatform.php d0fbeec":                    func() sdk { return &phpSDK{} },
		"iontrader/server-api-net src/IonTrader.ServerApi/IONPlatform.cs 83cbddd": func() sdk { return &netSDK{} },
	}
}

// parsed are the messages that an SDK made sense of. What it could not parse it
// drops, and its caller waits for 30 seconds.
type parsed []any

func (p *parsed) messages() []any { return *p }

func (p *parsed) parse(text string) bool {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return false
	}
	*p = append(*p, v)
	return true
}

// whitespace is what all of them take out of a message, inside strings too.
var whitespace = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// A buffer is the text of an answer that is not complete.
type buffer struct{ text []byte }

// add appends a piece and returns the messages that are complete with it: what
// stands before each CRLF, to the last.
func (b *buffer) add(piece string) []string {
	b.text = append(b.text, piece...)
	if !strings.Contains(piece, "\n") {
		return nil // it completes nothing
	}
	end := bytes.LastIndex(b.text, []byte("\r\n"))
	if end < 0 {
		return nil
	}
	received := string(b.text[:end])
	b.text = append(b.text[:0], b.text[end+2:]...)
	return strings.Split(received, "\r\n")
}

// A nodeSDK decodes each piece of the network on its own, so that a character
// cut in two is lost, splits at CRLF, and takes out commas before brackets,
// inside strings too.
type nodeSDK struct {
	parsed
	buffer
}

var (
	nodeBrace   = regexp.MustCompile(`,\s*}`)
	nodeBracket = regexp.MustCompile(`,\s*]`)
)

func (s *nodeSDK) data(piece []byte) {
	for _, token := range s.add(strings.ToValidUTF8(string(piece), "\ufffd")) {
		token = nodeBrace.ReplaceAllString(whitespace.Replace(token), "}")
		s.parse(strings.TrimSpace(nodeBracket.ReplaceAllString(token, "]")))
	}
}

// A phpSDK joins bytes, splits at CRLF, makes a quote of each apostrophe that no
// backslash stands before, and takes out commas before brackets.
type phpSDK struct {
	parsed
	buffer
}

var (
	apostrophe = regexp.MustCompile(`(^|[^\\])'`)
	phpComma   = regexp.MustCompile(`,(\s*[}\]])`)
)

func (s *phpSDK) data(piece []byte) {
	for _, token := range s.add(string(piece)) {
		token = phpComma.ReplaceAllString(apostrophe.ReplaceAllString(token, `$1"`), "$1")
		s.parse(strings.TrimSpace(whitespace.Replace(token)))
	}
}

// A netSDK decodes each piece of up to 8,192 bytes on its own, splits at CRLF,
// and repairs what can't be parsed like the others.
type netSDK struct {
	parsed
	buffer
}

func (s *netSDK) data(piece []byte) {
	for len(piece) > 0 {
		n := min(len(piece), 8192)
		for _, line := range s.add(strings.ToValidUTF8(string(piece[:n]), "\ufffd")) {
			if !s.parse(line) {
				s.parse(phpComma.ReplaceAllString(apostrophe.ReplaceAllString(line, `$1"`), "$1"))
			}
		}
		piece = piece[n:]
	}
}

// hostile are details that one SDK or another loses, or reads wrong, when they
// come in plain JSON.
var hostile = []string{
	"it's, 'quoted'", `don't, \ '`, "a,]", "a, }", `{"a":[1,2,],"b":'c',}`, ",", "'", `\'`, "é", "Пополнение счёта ₽", "입금 처리", "📈📉", "line\u2028separator\u2029",
	"\u0085\u00a0\ufeff", "\x7f", `tab\tand\nline\r\nbreak`, "x\\\\", `"quoted", ]`, "\ufffd", `\u0027\u002c`, "}\u00e9]", "'''',,,,]]]]}}}}",
}

// TestSDKs gives each client library answers full of hostile text, in pieces of
// every size that cuts them, and wants each answer whole, and what HTTP answers.
// Without the platform's encoding they break, which is checked as well.
func TestSDKs(t *testing.T) {
	dir := t.TempDir()
	var lines strings.Builder
	for i, detail := range hostile {
		fmt.Fprintf(&lines, "%d\tCLIENT\to'neil,%d\tAction é\tSUCCESS\t10.0.0.1\t%s\n", 1795161600+i, i, strings.Repeat(detail+" ", 1+i%3))
	}
	if err := os.WriteFile(filepath.Join(dir, "audit-2026-11-20.tsv"), []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, logstore.Options{Dir: dir, Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }})
	requests := map[string]string{
		"GetLogsByFilter": `{"limit":1000,"offset":0,"orderBy":[["detail","ASC"]]}`,
		"GetLogs":         `{"from":0,"to":"9999-12-31T23:59:59Z","limit":500,"offset":3}`,
		"GetLogTop":       `{"field":"detail","limit":100}`,
		"GetLogHistogram": `{"interval":"hour","by":"detail"}`,
		"then":            `{}`,
	}
	var answers, plain []byte
	var want []any
	c, platform := s.overHTTP(s.token), s.overPlatform(t, s.token)
	for method, params := range requests {
		answer, err := platform.raw(method, json.RawMessage(params))
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer...)
		r, err := ask(c, method, json.RawMessage(params))
		if err != nil {
			t.Fatal(err)
		}
		if r.Error != nil {
			want = append(want, map[string]any{"extID": "1", "status": 404., "error": "INVALID_METHOD", "code": 406., "message": `no method "then"`})
			continue
		}
		var data any
		if err := json.Unmarshal(r.Result, &data); err != nil {
			t.Fatal(err)
		}
		want = append(want, map[string]any{"extID": "1", "status": 200., "data": data})
		plain = append(append(append(plain, `{"extID":"1","status":200,"data":`...), r.Result...), "}\r\n"...)
	}
	sizes := []int{1, 7, 1024, 4096, 8192, 1 << 20}
	if testing.Short() { // under the race detector, which has nothing to find here
		sizes = sizes[1:4]
	}
	for name, open := range sdks() {
		for _, size := range sizes {
			if diff := cmp.Diff(want, readBy(open(), answers, size)); diff != "" {
				t.Errorf("%s, pieces of %d bytes (-want +got):\n%.2000s", name, size, diff)
			}
		}
		if cmp.Equal(want, readBy(open(), plain, 7)) {
			t.Errorf("%s reads plain JSON as well: the test shows nothing", name)
		}
	}
}

// readBy returns what an SDK makes of text that comes in pieces of size bytes.
func readBy(s sdk, text []byte, size int) []any {
	for len(text) > 0 {
		n := min(size, len(text))
		s.data(text[:n])
		text = text[n:]
	}
	return s.messages()
}

package rpc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxRecordedAnswer is the length in bytes of the longest answer that a
// recording keeps.
const MaxRecordedAnswer = 1 << 20

// maxRecordingLine bounds one line of a file of recordings: a request and an
// answer of the largest size, with room for escapes and the other members.
const maxRecordingLine = 8 << 20 // bytes

// A Recording is a request with its answer: one line of the files that
// `serve --record` writes and `daybook replay` sends again, and of the
// project's own fixtures. Items of a batch are recorded one by one.
type Recording struct {
	Note      string    `json:"note,omitempty"` // what the request is for; servers write none
	Time      time.Time `json:"time"`           // when it came, UTC
	Transport string    `json:"transport"`      // "http", "ws" or "tcp"
	Session   string    `json:"session"`        // such as SESSION_MANAGER; "" when nobody was recognised

	// Request is the JSON-RPC message as sent, without white space between
	// its tokens and with secrets masked; of a request in the dialect of the
	// trading platform it is the JSON-RPC request that asks for the same. Text
	// stands in its place for a message that is not JSON.
	Request json.RawMessage `json:"request"`
	Text    string          `json:"text,omitempty"`

	// Answer is the JSON-RPC message that answered; null for a notification,
	// and for an answer longer than MaxRecordedAnswer, whose length stands in
	// AnswerBytes.
	Answer      json.RawMessage `json:"answer"`
	AnswerBytes int64           `json:"answer_bytes,omitempty"`
}

// ReadRecordings reads a file of recordings, one JSON object per line. Empty
// lines are passed over. An error names the line.
func ReadRecordings(r io.Reader) ([]Recording, error) {
	var all []Recording
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxRecordingLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		rec, err := parseRecording(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, *rec)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	return all, nil
}

// parseRecording reads one line. It refuses members that a recording does not
// have: a misspelt one would make a fixture say less than it seems to.
func parseRecording(line []byte) (*Recording, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	rec := new(Recording)
	if err := d.Decode(rec); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	switch rec.Transport {
	case "http", "ws", "tcp":
	default:
		return nil, fmt.Errorf("transport %q: want http, ws or tcp", rec.Transport)
	}
	if isNull(rec.Request) {
		rec.Request = nil
	}
	if isNull(rec.Answer) {
		rec.Answer = nil
	}
	if rec.Request == nil && rec.Text == "" {
		return nil, errors.New("no request")
	}
	return rec, nil
}

// isNull reports whether a member is absent or null.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// AppendLine appends r as ReadRecordings reads it, with its line break. Request
// and Answer must be JSON or nil.
func (r *Recording) AppendLine(dst []byte) ([]byte, error) {
	line := bytes.NewBuffer(dst)
	e := json.NewEncoder(line)
	e.SetEscapeHTML(false) // messages stay as they were sent
	if err := e.Encode(r); err != nil {
		return dst, fmt.Errorf("encode recording: %w", err)
	}
	return line.Bytes(), nil
}

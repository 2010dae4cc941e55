package oracle

import (
	"encoding/json"
	"fmt"
	"time"
)

// Options say how a journal is to be read. The zero value of a member stands
// for its default.
type Options struct {
	Pattern string        // of the names of day files; default "audit-{date}.tsv"
	Today   time.Time     // any moment of the UTC day that is today; default the day of Now
	Now     time.Time     // the clock that ends days for unterminated lines; required
	MaxLine int           // longest line in bytes, its ending not counted; default 1 MiB
	Grace   time.Duration // how long after its day an unterminated line stays unread; default 10 minutes
}

// withDefaults returns o with its defaults filled in.
func (o Options) withDefaults() Options {
	if o.Pattern == "" {
		o.Pattern = "audit-{date}.tsv"
	}
	if o.Today.IsZero() {
		o.Today = o.Now
	}
	if o.MaxLine == 0 {
		o.MaxLine = 1 << 20
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Minute
	}
	return o
}

// An Oracle holds one journal as it was when New read it. Its methods may be
// called concurrently.
type Oracle struct {
	opts      Options
	parts     []*part            // by position: day, then rank in the day
	snapshots map[string]*Oracle // what Recall has named, by cursor
}

// New reads the journal folder dir, all of it. A day file that cannot be read
// is no error here: requests that select it answer -32015.
func New(dir string, opts Options) (*Oracle, error) {
	o := &Oracle{opts: opts.withDefaults()}
	pattern, err := parsePattern(o.opts.Pattern)
	if err != nil {
		return nil, err
	}
	files, err := readFolder(dir, pattern)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	position, d := 0, newDictionary()
	for _, f := range files {
		p := o.readPart(f, d)
		for i := range p.records {
			p.records[i].position = position
			position++
		}
		o.parts = append(o.parts, p)
	}
	d.finish()
	return o, nil
}

// Answer returns the result of one call, or what is wrong with it. Params are
// as they stand in the request, nil if it has none; they must be valid JSON.
func (o *Oracle) Answer(method string, params json.RawMessage) (json.RawMessage, *Error) {
	q, err := decode(method, params, o.window())
	if err != nil {
		return nil, err
	}
	snapshot, err := o.snapshot(q.asked)
	if err != nil {
		return nil, err
	}
	a, err := q.answer(snapshot)
	if err != nil {
		return nil, err
	}
	a.ask(q.asked)
	return a.print(), nil
}

// decode decodes the params of a method; window is what a histogram without
// bounds spans.
func decode(method string, params json.RawMessage, window bounds) (*query, *Error) {
	switch method {
	case "GetLogs":
		return decodeGetLogs(params)
	case "GetLogsByFilter":
		return decodeGetLogsByFilter(params)
	case "GetLogHistogram":
		return decodeGetLogHistogram(params, window)
	case "GetLogTop":
		return decodeGetLogTop(params)
	}
	return nil, &Error{Code: codeNoMethod, Reason: fmt.Sprintf("no method %q", method)}
}

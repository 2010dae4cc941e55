package requestlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// MaxLine is the length in bytes of the longest line, without its newline.
const MaxLine = 1<<20 - 1

// maxID is the greatest id: numbers above it are not exact everywhere that JSON
// is read.
const maxID = 1<<53 - 1

// A Record is one request, as its line in the journal has it. A nil pointer, and
// a nil or null JSON value, is null: there was none, or it is not known.
type Record struct {
	ID   int64 `json:"id"`   // positive, below 2^53
	User *User `json:"user"` // who asked; null when nobody was recognised

	IP         *string `json:"ip"`          // of the client, as far as proxies can be trusted
	Device     *string `json:"device"`      // model, such as iPhone; "" unknown
	DeviceType *string `json:"device_type"` // pc, mobile, tablet; "" unknown
	IsBot      *bool   `json:"is_bot"`
	OS         *string `json:"os"`      // family, such as Android; "" unknown
	Browser    *string `json:"browser"` // family, such as Chrome; "" unknown

	Scheme     *string `json:"scheme"`   // http, https, ws, wss, tcp, tls
	Endpoint   *string `json:"endpoint"` // the pattern of the route, or rpc:Method
	Method     *string `json:"method"`   // GET, POST, …; WS and TCP for calls over these
	StatusCode *int    `json:"status_code"`

	ExceptionType *string `json:"exception_type"` // null on success

	StartedAt  Timestamp `json:"started_at"`
	FinishedAt Timestamp `json:"finished_at"`
	Duration   Seconds   `json:"duration"`   // finished − started
	CreatedAt  Timestamp `json:"created_at"` // when the record was written; the day of its file
	UpdatedAt  Timestamp `json:"updated_at"`

	QueryParams     json.RawMessage `json:"query_params"`     // object
	RequestHeaders  json.RawMessage `json:"request_headers"`  // object
	ResponseHeaders json.RawMessage `json:"response_headers"` // object
	Body            json.RawMessage `json:"body"`             // the JSON value, or a string
	Response        json.RawMessage `json:"response"`         // the same

	ExceptionMessage   *string `json:"exception_message"`
	ExceptionTraceback *string `json:"exception_traceback"`
}

// A User is who asked.
type User struct {
	ID       *int64  `json:"id"` // null where the user has no number
	Username string  `json:"username"`
	FullName string  `json:"full_name"`
	Mobile   *string `json:"mobile,omitempty"` // searched for, not shown
}

// AppendLine appends r as one line of the journal, with its newline. Its raw
// values must be JSON.
func (r *Record) AppendLine(dst []byte) ([]byte, error) {
	whole := *r
	for _, raw := range whole.raws() {
		var compact bytes.Buffer
		if len(*raw) == 0 {
			continue
		}
		if err := json.Compact(&compact, *raw); err != nil {
			return dst, fmt.Errorf("encode record: %w", err)
		}
		*raw = compact.Bytes()
	}
	return whole.appendLine(dst), nil
}

// ParseLine reads one line of the journal, whoever wrote it. Members that a
// Record does not have are passed over, and those that are missing are null; but
// a record has an id, and the time at which it was created.
func ParseLine(line []byte) (*Record, error) {
	r := new(Record)
	if err := json.Unmarshal(line, r); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	switch {
	case r.ID < 1 || r.ID > maxID:
		return nil, fmt.Errorf("read record: id %d, want 1 to %d", r.ID, int64(maxID))
	case r.CreatedAt.IsZero():
		return nil, errors.New("read record: created_at is missing")
	}
	return r, nil
}

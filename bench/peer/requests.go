package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// requestColumns are those of the table requests, one after the other. Times and
// durations are in microseconds, which compare as numbers. The id is the row's
// number, and so stands in each index.
var requestColumns = [...]string{
	"id INTEGER PRIMARY KEY", "user_id INTEGER", "username TEXT", "mobile TEXT", "ip TEXT", "device TEXT", "device_type TEXT", "is_bot INTEGER",
	"os TEXT", "browser TEXT", "scheme TEXT", "endpoint TEXT", "method TEXT", "status_code INTEGER", "exception_type TEXT",
	"started_at INTEGER", "duration INTEGER", "created_at INTEGER", "query_params TEXT", "exception_message TEXT",
}

// Indexes of a single field that a query may be told to use.
const (
	ByStatus   = "r_code"
	ByDuration = "r_duration"
)

// requestIndexes returns the statements that make an index for each field that
// requests are selected or ordered by in a benchmark, behind it what they are listed
// by; one for those of a status by duration; and one of trigrams over the fields that
// are searched.
func requestIndexes() (trees, trigrams []string) {
	return []string{
			"CREATE INDEX r_created ON requests (created_at)",
			"CREATE INDEX " + ByStatus + " ON requests (status_code)",
			"CREATE INDEX r_status ON requests (status_code, duration)",
			"CREATE INDEX " + ByDuration + " ON requests (duration)",
			"CREATE INDEX r_user ON requests (user_id, created_at)",
			"CREATE INDEX r_ip ON requests (ip, created_at)",
			"CREATE INDEX r_endpoint ON requests (endpoint, exception_type, created_at)",
			"ANALYZE",
		}, []string{
			"CREATE VIRTUAL TABLE searched USING fts5(user_id, username, mobile, ip, device, os, browser, endpoint, exception_type, " +
				"content='requests', content_rowid='id', tokenize='trigram')",
			"INSERT INTO searched(searched) VALUES ('rebuild')",
		}
}

// LoadRequests makes a table of the day files of a journal of requests, with its
// indexes.
func LoadRequests(ctx context.Context, file string, paths []string) ([]Step, error) {
	table := "CREATE TABLE requests (" + strings.Join(requestColumns[:], ", ") + ")"
	trees, trigrams := requestIndexes()
	return makeSQLite(ctx, file, table, func(d *Database) []loadStep {
		return []loadStep{
			{"load", func() error {
				return d.insert(ctx, &lineTable{"requests", len(requestColumns), requestValues}, paths)
			}},
			{"indexes", func() error { return d.execute(ctx, trees...) }},
			{"trigrams", func() error { return d.execute(ctx, trigrams...) }},
		}
	})
}

// A requestLine is a line of a journal of requests.
type requestLine struct {
	ID   int64
	User *struct {
		ID               *int64
		Username, Mobile *string
	}
	IP, Device       *string
	DeviceType       *string `json:"device_type"`
	IsBot            *bool   `json:"is_bot"`
	OS, Browser      *string
	Scheme           *string
	Endpoint, Method *string
	StatusCode       *int64          `json:"status_code"`
	ExceptionType    *string         `json:"exception_type"`
	StartedAt        time.Time       `json:"started_at"`
	Duration         json.Number     `json:"duration"`
	CreatedAt        time.Time       `json:"created_at"`
	QueryParams      json.RawMessage `json:"query_params"`
	ExceptionMessage *string         `json:"exception_message"`
}

// requestValues appends the columns of a line.
func requestValues(dst []any, line []byte) ([]any, error) {
	var r requestLine
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, fmt.Errorf("%w: %.100q", err, line)
	}
	seconds, micros, ok := strings.Cut(string(r.Duration), ".")
	took, err := strconv.ParseInt(seconds+micros, 10, 64)
	if err != nil || !ok || len(micros) != 6 {
		return nil, fmt.Errorf("duration %q, want six decimals: %.100q", r.Duration, line)
	}
	var user [3]any
	if r.User != nil {
		user = [3]any{r.User.ID, r.User.Username, r.User.Mobile}
	}
	var params any
	if r.QueryParams != nil {
		params = string(r.QueryParams)
	}
	dst = append(append(dst, r.ID), user[:]...)
	return append(dst, r.IP, r.Device, r.DeviceType, r.IsBot, r.OS, r.Browser, r.Scheme, r.Endpoint, r.Method, r.StatusCode, r.ExceptionType,
		r.StartedAt.UnixMicro(), took, r.CreatedAt.UnixMicro(), params, r.ExceptionMessage), nil
}

// Requests are a journal of requests in SQLite.
type Requests struct{ d *Database }

// OpenRequests opens a database that LoadRequests has made.
func OpenRequests(ctx context.Context, file string) (*Requests, error) {
	d, err := openSQLite(ctx, file)
	if err != nil {
		return nil, err
	}
	if err := requireTrigrams(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Requests{d}, nil
}

// A RequestQuery is a page of the requests in a selection.
type RequestQuery struct {
	Where  string // conditions in SQL; "" for none
	Order  string // terms in SQL
	Limit  int
	Offset int64

	// The indexes to count by, and to find the page by; "" leaves it to SQLite.
	CountBy, PageBy string
}

// from returns what is selected from, by an index.
func (q *RequestQuery) from(index string) string {
	text := " FROM requests"
	if index != "" {
		text += " INDEXED BY " + index
	}
	if q.Where != "" {
		text += " WHERE " + q.Where
	}
	return text
}

// Found returns the condition that every term is found in a field that is searched.
func Found(terms ...string) string {
	quoted := make([]string, len(terms))
	for i, term := range terms {
		quoted[i] = `"` + strings.ReplaceAll(term, `"`, `""`) + `"`
	}
	return "id IN (SELECT rowid FROM searched WHERE searched MATCH " + literal(strings.Join(quoted, " AND ")) + ")"
}

// Answer counts the selection and reads the page with all of its columns, and
// returns the count, the ids of the page, and how long that took.
func (r *Requests) Answer(ctx context.Context, q *RequestQuery) (count int64, ids []int64, took time.Duration, err error) {
	page := "SELECT *" + q.from(q.PageBy) + " ORDER BY " + q.Order + fmt.Sprintf(" LIMIT %d OFFSET %d", q.Limit, q.Offset)
	began := time.Now()
	if count, err = ask[int64](ctx, r.d, "SELECT count(*)"+q.from(q.CountBy)); err != nil {
		return 0, nil, 0, err
	}
	rows, err := r.d.rows(ctx, page)
	took = time.Since(began)
	for _, row := range rows {
		id, is := row[0].(int64)
		if !is {
			return 0, nil, 0, fmt.Errorf("id %v is no number", row[0])
		}
		ids = append(ids, id)
	}
	return count, ids, took, err
}

// Value returns the one text that a statement answers with.
func (r *Requests) Value(ctx context.Context, statement string) (string, error) {
	return ask[string](ctx, r.d, statement)
}

// Version returns the name and version of the program.
func (r *Requests) Version() string { return r.d.version }

// Close closes the database.
func (r *Requests) Close() error { return r.d.Close() }

package rpc

import (
	"errors"
	"testing"

	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// noFiles is the text of the cursor of a snapshot without files.
const noFiles = "AQGqwQIAABP3bpc"

func cursorOf(t testing.TB, text string) *logstore.Cursor {
	t.Helper()
	c, err := logstore.ParseCursor(text)
	if err != nil {
		t.Fatalf("ParseCursor(%s): %v", text, err)
	}
	return c
}

// TestCursorParams holds what the methods that can be asked for a snapshot hand
// to the store, and what they make of its refusal.
func TestCursorParams(t *testing.T) {
	t.Parallel()
	for method, params := range map[string]string{
		"GetLogsByFilter": `{"limit":1,"offset":0,`,
		"GetLogHistogram": `{"interval":"day",`,
		"GetLogTop":       `{"field":"status",`,
	} {
		store := &fakeStore{res: &logstore.Result{}, groups: &logstore.Groups{}}
		m := methodNamed(t, method, store, nil)
		handed := func() (cursor bool, at *logstore.Cursor) {
			if store.last != nil {
				return store.last.Cursor, store.last.At
			}
			return store.counts.Cursor, store.counts.At
		}
		for _, tt := range []struct {
			params string
			cursor bool
			at     string
		}{
			{`"cursor":false}`, false, ""},
			{`"cursor":true}`, true, ""},
			{`"at":"` + noFiles + `"}`, false, noFiles},
			{`"partial":true,"at":"` + noFiles + `","cursor":true}`, true, noFiles},
		} {
			if _, err := run(m, params+tt.params, &Caller{}); err != nil {
				t.Errorf("%s(%s%s): %v", method, params, tt.params, err)
				continue
			}
			cursor, at := handed()
			text := ""
			if at != nil {
				text = at.String()
			}
			if cursor != tt.cursor || text != tt.at {
				t.Errorf("%s(%s%s) asks for a cursor: %t, at %q", method, params, tt.params, cursor, text)
			}
		}
		for at, want := range map[string]string{
			`"x"`:               "is no cursor",
			`""`:                "is no cursor",
			`"` + noFiles + `"`: "cursor no longer valid",
		} {
			store.err = &logstore.CursorError{Reason: "cursor no longer valid"}
			_, err := run(m, params+`"at":`+at+`}`, &Caller{})
			var fault *filter.ParamError
			if !errors.As(err, &fault) {
				t.Errorf("%s at %s: %v, want a *filter.ParamError", method, at, err)
			} else if diff := cmp.Diff(filter.ParamError{Param: "at", Reason: want}, *fault); diff != "" {
				t.Errorf("%s at %s mismatch (-want +got):\n%s", method, at, diff)
			}
		}
	}
}

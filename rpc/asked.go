package rpc

import (
	"encoding/json"
	"errors"

	"daybook/filter"
	"daybook/logstore"
)

// An asked is what a request says of its answer besides conditions and page.
type asked struct {
	explain bool             // the answer says how it was found
	cursor  bool             // the answer names the snapshot that it is of
	at      *logstore.Cursor // answer from that snapshot; nil for the journal as it is
	partial bool             // unreadable files become problems of the answer
}

// askedNames returns the names of these params, in the order in which they are
// read.
func askedNames() []string { return []string{"explain", "cursor", "at", "partial"} }

// readAsked reads these params.
func readAsked(p *filter.Params) (a asked, err error) {
	if a.explain, err = p.Bool("explain"); err != nil {
		return asked{}, err
	}
	if a.cursor, err = p.Bool("cursor"); err != nil {
		return asked{}, err
	}
	if raw := p.Raw("at"); raw != nil {
		var text *string
		if json.Unmarshal(raw, &text) != nil || text == nil {
			return asked{}, &filter.ParamError{Param: "at", Reason: "is no cursor; a cursor is a string"}
		}
		if a.at, err = logstore.ParseCursor(*text); err != nil {
			return asked{}, cursorFault("at", err)
		}
	}
	if a.partial, err = p.Bool("partial"); err != nil {
		return asked{}, err
	}
	return a, nil
}

// cursorFault makes a fault of a param out of a *logstore.CursorError, and
// leaves other errors as they are.
func cursorFault(param string, err error) error {
	var refused *logstore.CursorError
	if !errors.As(err, &refused) {
		return err
	}
	return &filter.ParamError{Param: param, Reason: refused.Reason}
}

// members returns the members of an answer that are there only when they were
// asked for.
func (a *asked) members(problems []logstore.Problem, cursor *logstore.Cursor, explain *logstore.Explanation) (tail []member) {
	if a.partial && len(problems) > 0 {
		tail = append(tail, member{"problems", problems})
	}
	if cursor != nil {
		tail = append(tail, member{"cursor", cursor.String()})
	}
	if explain != nil {
		tail = append(tail, member{"explain", explain})
	}
	return tail
}

// appendMembers appends members of an object, each led by a comma.
func (e Encoding) appendMembers(dst []byte, members []member) []byte {
	for _, m := range members {
		dst = append(dst, ',')
		dst = appendJSON(dst, m.name)
		dst = append(dst, ':')
		dst = e.appendJSON(dst, m.value)
	}
	return dst
}

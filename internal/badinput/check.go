package badinput

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkMessages compares what came, message by message, with what is wanted.
func checkMessages(want *outcome, messages [][]byte) error {
	var items []json.RawMessage
	if want.Batch {
		if len(messages) != 1 {
			return fmt.Errorf("%d messages for one batch", len(messages))
		}
		if err := json.Unmarshal(messages[0], &items); err != nil {
			return fmt.Errorf("the answer is no array: %w", err)
		}
	} else {
		for _, m := range messages {
			items = append(items, m)
		}
	}
	left := slices.Clone(want.Answers)
	for _, item := range items {
		got, err := parseReply(item)
		if err != nil {
			return err
		}
		at, why := got.find(left)
		if at < 0 {
			return why
		}
		left = slices.Delete(left, at, at+1)
	}
	for _, a := range left {
		if !a.Optional {
			return fmt.Errorf("nothing came of: %s", a)
		}
	}
	return nil
}

// A reply is one answer as it came.
type reply struct {
	id      string // its bytes
	code    int    // noError for a result
	message string
	data    map[string]json.RawMessage
}

// parseReply reads an answer, which must have exactly the members that the
// specification gives it. With an error comes what could be read, or nil.
func parseReply(raw []byte) (*reply, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("an answer that is no UTF-8")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, fmt.Errorf("an answer that is no object: %s", shorten(string(raw)))
	}
	a := &reply{id: string(members["id"])}
	if string(members["jsonrpc"]) != `"2.0"` {
		return a, fmt.Errorf("an answer with jsonrpc %s", members["jsonrpc"])
	}
	_, isError := members["error"]
	_, isResult := members["result"]
	if len(members) != 3 || members["id"] == nil || isError == isResult {
		return a, fmt.Errorf("an answer whose members are not jsonrpc, id, and result or error: %s", shorten(string(raw)))
	}
	if isResult {
		return a, nil
	}
	return a, a.parseError(members["error"])
}

// parseError reads the error member.
func (a *reply) parseError(raw []byte) error {
	var e struct {
		Code    *int            `json:"code"`
		Message *string         `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || e.Code == nil || e.Message == nil {
		return fmt.Errorf("an error without code or message, or with more: %s", shorten(string(raw)))
	}
	if *e.Code == noError || *e.Message == "" {
		return fmt.Errorf("an error with code %d and message %q", *e.Code, *e.Message)
	}
	a.code, a.message = *e.Code, *e.Message
	if e.Data != nil {
		if err := json.Unmarshal(e.Data, &a.data); err != nil {
			return fmt.Errorf("error data that is no object: %s", shorten(string(e.Data)))
		}
	}
	return a.checkData()
}

// checkData checks the members that the contract gives the data of each code.
func (a *reply) checkData() error {
	switch a.code {
	case codeNoToken:
		return a.wantData("name", `"PERMISSION_DENIED"`, "code", "401")
	case codeTooFrequent:
		if a.number("retryAfter") < 1 {
			return fmt.Errorf("error %d with retryAfter %s", a.code, a.data["retryAfter"])
		}
		return a.wantData("name", `"TOO_FREQUENT"`, "code", "8")
	case codeTooLarge:
		if limit := a.number("limit"); limit < 1 || a.number("actual") <= limit {
			return fmt.Errorf("error %d with limit %s and actual %s", a.code, a.data["limit"], a.data["actual"])
		}
	case codeBadParams:
		param, ok := a.text("param")
		reason, _ := a.text("reason")
		if !ok || reason == "" {
			return fmt.Errorf("error %d without param or reason", a.code)
		}
		if plain(param) && !strings.Contains(a.message, param) {
			return fmt.Errorf("message %q does not name param %q", a.message, param)
		}
	case codeInternal:
		if id, _ := a.text("id"); id == "" {
			return fmt.Errorf("error %d without id", a.code)
		}
	}
	return nil
}

// wantData checks members of data: name, value, name, value.
func (a *reply) wantData(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if got := string(a.data[pairs[i]]); got != pairs[i+1] {
			return fmt.Errorf("error %d with data.%s %q", a.code, pairs[i], got)
		}
	}
	return nil
}

// number is a member of data; 0 if it is none.
func (a *reply) number(name string) int {
	var n int
	if json.Unmarshal(a.data[name], &n) != nil {
		return 0
	}
	return n
}

// text is a member of data; ok is whether it is a string.
func (a *reply) text(name string) (s string, ok bool) {
	var p *string
	if json.Unmarshal(a.data[name], &p) != nil || p == nil {
		return "", false
	}
	return *p, true
}

// plain reports whether a message can show s as it is.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' })
}

// find returns the first of wants that a is, or -1 and why it is none.
func (a *reply) find(wants []answer) (int, error) {
	why := fmt.Errorf("one answer too many: id %s, code %d", shorten(a.id), a.code)
	for i := range wants {
		err := a.check(&wants[i])
		if err == nil {
			return i, nil
		}
		if i == 0 || wants[i].ID == a.id {
			why = err
		}
	}
	return -1, why
}

// check compares a with one wanted answer.
func (a *reply) check(want *answer) error {
	if a.id != want.ID && (!want.OrNull || a.id != "null") {
		return fmt.Errorf("id %s", shorten(a.id))
	}
	codes := want.Codes
	if codes == nil {
		codes = []int{noError}
	}
	if !slices.Contains(codes, a.code) && (a.code == noError || !slices.Contains(codes, anyError)) {
		return fmt.Errorf("code %d (%s)", a.code, shorten(a.message))
	}
	param, _ := a.text("param")
	if want.Param != "" && !under(param, want.Param) {
		return fmt.Errorf("param %q (%s)", param, shorten(a.message))
	}
	if want.Limit != 0 && a.number("limit") != want.Limit {
		return fmt.Errorf("limit %s", a.data["limit"])
	}
	if want.Actual != 0 && a.number("actual") != want.Actual {
		return fmt.Errorf("actual %s", a.data["actual"])
	}
	return nil
}

// under reports whether path is the wanted one, or with "*" at its end, that or
// one below it.
func under(path, want string) bool {
	key, below := strings.CutSuffix(want, "*")
	return path == key || below && strings.HasPrefix(path, key+"[")
}

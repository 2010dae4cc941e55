package badinput

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A platformError is what the platform's dialect makes of a code of JSON-RPC.
type platformError struct {
	Status int
	Error  string
	Code   int
}

// platformErrors is the table of the contract, for the codes of the corpus.
func platformErrors() map[int]platformError {
	return map[int]platformError{
		codeParse:       {400, "BAD_REQUEST", 400},
		codeNotRequest:  {400, "BAD_REQUEST", 400},
		codeBadParams:   {400, "INVALID_DATA", 3},
		codeNoToken:     {401, "PERMISSION_DENIED", 401},
		codeNoMethod:    {404, "INVALID_METHOD", 406},
		codeTooLarge:    {413, "ERR_DATA", 14},
		codeTooFrequent: {429, "TOO_FREQUENT", 8},
		codeInternal:    {500, "ERROR", 2},
	}
}

// platformCase returns a case as a message in the platform's dialect. Those that
// are about what the dialects do not share can't be put into it: what is no
// request of JSON-RPC for reasons of its own, notifications, batches, ids that
// are none, params that are null, and whatever is near a bound of the message.
func (r *runner) platformCase(c *Case, s State) (string, bool) {
	text := []byte(r.body(c.message()))
	want := c.want(Way{WebSocket, s})
	if want.Batch || len(want.Answers) != 1 || len(text) > 4<<10 || strings.HasPrefix(c.Name, "limits") {
		return "", false
	}
	renamed := map[string]string{"id": "extID", "method": "command", "params": "data"}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') || !json.Valid(text) {
		return "", false
	}
	seen := make(map[string]string)
	made := "{"
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return "", false
		}
		key := name.(string)
		if _, twice := seen[key]; twice {
			return "", false
		}
		seen[key] = string(value)
		if to := renamed[key]; to != "" {
			made += fmt.Sprintf("%q:%s,", to, value)
		}
	}
	if len(seen) > 4 || seen["jsonrpc"] != `"2.0"` || seen["id"] == "" || seen["params"] == "null" ||
		slices.Equal(want.Answers[0].Codes, []int{codeNotRequest}) || want.Answers[0].ID != seen["id"] {
		return "", false
	}
	if s == After {
		made += fmt.Sprintf("%q:%q,", "__token", r.target.Token)
	}
	return strings.TrimSuffix(made, ",") + "}", true
}

// platformExchange sends a case in the platform's dialect, checks its answer, and
// that the connection goes on.
func (r *runner) platformExchange(p *tcpPeer, c *Case, s State, want *outcome) error {
	text, _ := r.platformCase(c, s)
	p.say(text)
	p.wait()
	answer, err := p.next()
	if err != nil {
		return err
	}
	if err := checkPlatform(answer, &want.Answers[0]); err != nil {
		return fmt.Errorf("%w in answer to %s", err, shorten(text))
	}
	p.say(`{"command":"rpc.discover","extID":"probe"}`)
	p.wait()
	if answer, err = p.next(); err != nil {
		return fmt.Errorf("afterwards: %w", err)
	}
	if err := checkPlatform(answer, new(probed())); err != nil {
		return fmt.Errorf("afterwards: %w", err)
	}
	late, err := p.finish()
	if len(late) > 0 {
		return fmt.Errorf("%d answers too many", len(late))
	}
	return err
}

// probed is what must come of the request after a case.
func probed() answer { return result(`"probe"`) }

// checkPlatform compares an answer with the wanted one: exactly the members that
// the dialect has, in ASCII and without apostrophes.
func checkPlatform(raw []byte, want *answer) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("an answer that is no object: %w", err)
	}
	rest := bytes.Replace(raw, []byte(want.ID), nil, 1) // which comes back as it was sent
	if i := bytes.IndexFunc(rest, func(r rune) bool { return r < ' ' || r > '~' || r == '\'' }); i >= 0 {
		return fmt.Errorf("byte %#x", rest[i])
	}
	if got := string(members["extID"]); got != want.ID {
		return fmt.Errorf("extID %s", shorten(got))
	}
	var status, code int
	var name, message string
	for member, to := range map[string]any{"status": &status, "code": &code, "error": &name, "message": &message} {
		if text := members[member]; text != nil && json.Unmarshal(text, to) != nil {
			return fmt.Errorf("%s %s", member, text)
		}
	}
	if status == 200 {
		if want.Codes != nil && !slices.Contains(want.Codes, noError) || len(members) != 3 || members["data"] == nil {
			return fmt.Errorf("a result, or one with other members than extID, status and data: %s", shorten(string(raw)))
		}
		return nil
	}
	got := platformError{status, name, code}
	for wire, is := range platformErrors() {
		if is == got && (slices.Contains(want.Codes, wire) || slices.Contains(want.Codes, anyError)) && len(members) == 5 && message != "" {
			if want.Param != "" && plain(want.Param) && !strings.Contains(message, strings.TrimSuffix(want.Param, "*")) {
				return fmt.Errorf("message %q does not name param %q", message, want.Param)
			}
			return nil
		}
	}
	return fmt.Errorf("%s", shorten(string(raw)))
}

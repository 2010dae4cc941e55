package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"daybook/auth"
	"daybook/rpc"
)

// masked stands for a secret in a recording.
const masked = "***"

// An envelope is what a replay needs of a request and its answer.
type envelope struct {
	Method string     `json:"method"`
	Error  *rpc.Error `json:"error"`
}

// parseEnvelope reads what there is; text that is no JSON object has nothing.
func parseEnvelope(text []byte) (e envelope) {
	_ = json.Unmarshal(text, &e)
	return e
}

// request sends one recorded request, prints how its answer differs, and with
// update puts the new answer into rec.
func (r *replay) request(ctx context.Context, title string, rec *rpc.Recording) error {
	method, recorded := parseEnvelope(rec.Request).Method, parseEnvelope(rec.Answer).Error
	if recorded != nil && (recorded.Code == rpc.CodeStopped || recorded.Code == rpc.CodeTooFrequent) {
		r.skipped++ // it depended on the moment
		return nil
	}
	token, err := r.token(rec.Session)
	if err != nil {
		return err
	}
	got, err := r.poster.send(ctx, token, r.message(rec, method, recorded == nil, token))
	if err != nil {
		return err
	}
	got = bytes.TrimSpace(got)
	differences, err := compareAnswers(rec, got)
	if err != nil {
		return err
	}
	if len(differences) == 0 {
		r.same++
		return nil
	}
	r.different++
	if r.update {
		r.keep(rec, got)
	}
	return r.print(title, method, rec.Note, differences)
}

// token returns what to send a request of session with.
func (r *replay) token(session string) (auth.Secret, error) {
	if session == "" {
		return "", nil
	}
	token := r.tokens[session]
	if token == "" {
		token = r.tokens[""]
	}
	if token == "" {
		return "", usagef("no token for %s: give --token, --token %s=… or DAYBOOK_TOKEN", session, session)
	}
	return token, nil
}

// message returns the bytes to send. The masked token of an Authenticate that
// went well is replaced by one that is good now.
func (r *replay) message(rec *rpc.Recording, method string, good bool, token auth.Secret) []byte {
	if rec.Request == nil {
		return []byte(rec.Text)
	}
	if method != "Authenticate" || !good {
		return rec.Request
	}
	if token == "" {
		token = r.tokens[""]
	}
	return bytes.ReplaceAll(rec.Request, []byte(`"`+masked+`"`), []byte(compact(token.Reveal())))
}

// keep makes got the recorded answer, without the tokens of this replay.
func (r *replay) keep(rec *rpc.Recording, got []byte) {
	rec.Answer, rec.AnswerBytes = nil, 0
	if len(got) > rpc.MaxRecordedAnswer {
		rec.AnswerBytes = int64(len(got))
		return
	}
	for _, token := range r.tokens {
		if token != "" {
			got = bytes.ReplaceAll(got, []byte(token.Reveal()), []byte(masked))
		}
	}
	if len(got) > 0 {
		rec.Answer = got
	}
}

// print says where an answer differs.
func (r *replay) print(title, method, note string, differences []difference) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", title, visible(shorten(method, 60)))
	if note != "" {
		fmt.Fprintf(&b, " (%s)", visible(note))
	}
	b.WriteString("\n")
	for i, d := range differences {
		if i == shownDifferences {
			fmt.Fprintf(&b, "    … and %d more\n", len(differences)-i)
			break
		}
		fmt.Fprintf(&b, "    %s\n", visible(d.String()))
	}
	_, err := r.app.stdout.Write([]byte(b.String()))
	return err
}

// compareAnswers lists how got differs from what rec says. Of an answer too
// long to be recorded the length is compared.
func compareAnswers(rec *rpc.Recording, got []byte) ([]difference, error) {
	switch {
	case rec.Answer == nil && rec.AnswerBytes > 0:
		if int64(len(got)) == rec.AnswerBytes {
			return nil, nil
		}
		return []difference{{"length", fmt.Sprint(rec.AnswerBytes, " bytes"), fmt.Sprint(len(got), " bytes")}}, nil
	case rec.Answer == nil && len(got) == 0:
		return nil, nil
	case rec.Answer == nil:
		return []difference{{"", nothing, string(got)}}, nil
	case len(got) == 0:
		return []difference{{"", string(rec.Answer), nothing}}, nil
	}
	all, err := compareJSON(rec.Answer, got)
	if err != nil {
		return nil, err
	}
	var differences []difference
	for _, d := range all {
		if !volatile(d, parseEnvelope(rec.Answer).Error) {
			differences = append(differences, d)
		}
	}
	return differences, nil
}

// volatile tells whether a difference means nothing: a masked value, the id
// of an internal error in the log, or why a token was refused that a recording
// does not hold.
func volatile(d difference, recorded *rpc.Error) bool {
	switch {
	case d.Want == `"`+masked+`"`:
		return true
	case recorded == nil:
		return false
	case recorded.Code == rpc.CodeInternal:
		return d.Path == "error.data.id"
	}
	return recorded.Code == rpc.CodeNoToken && d.Path == "error.message"
}

package badinput

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

const fakeToken = "a-good-token"

// A fake is a server that knows the corpus by heart: it looks up what is
// wanted of a message and answers just that. Only the transports, the probes
// and the login are done by rule. It can be told to be wrong.
type fake struct {
	limits   Limits
	byInput  map[string]*Case
	upgrader websocket.Upgrader
	url      string

	spoil  func(c *Case, w Way, o *outcome) bool // changes what is answered; false: left alone
	render func(answer string) string            // changes how it is written
	forget bool                                  // a connection loses its token with its first error
	hangUp bool                                  // connections end unannounced after the first answer
	linger bool                                  // connections stay open after a close
	lax    bool                                  // methods, types and encodings of HTTP are not looked at

	mu      sync.Mutex
	spoiled map[string]bool // "case over way" of every answer that spoil changed
}

// newFake serves cases until t ends. tune may make it wrong.
func newFake(t *testing.T, cases []Case, tune func(*fake)) *fake {
	f := &fake{limits: DefaultLimits(), byInput: map[string]*Case{}, spoiled: map[string]bool{}}
	for i := range cases {
		if cases[i].message != nil {
			input := strings.ReplaceAll(string(cases[i].message()), "{token}", fakeToken)
			f.byInput[input] = &cases[i]
		}
	}
	f.upgrader.CheckOrigin = sameOrigin
	tune(f)
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.url = srv.URL + "/rpc"
	return f
}

// sameOrigin passes requests without an origin and those of the server's own.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	return origin == "" || err == nil && u.Scheme == "http" && origin == "http://"+r.Host
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state, offered := Before, r.Header.Get("Authorization")
	if offered == fakeToken || strings.HasSuffix(offered, " "+fakeToken) {
		state = After
	}
	switch {
	case r.Method == http.MethodGet:
		f.serveWebSocket(w, r, state, offered)
	case r.Method != http.MethodPost && !f.lax:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !acceptable(r) && !f.lax:
		f.write(w, http.StatusUnsupportedMediaType, render(&fails415))
	default:
		f.servePost(w, r, state)
	}
}

var fails415 = answer{ID: "null", Codes: []int{codeNotRequest}}

// acceptable checks the type and encoding of a body.
func acceptable(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	_, encoded := r.Header["Content-Encoding"]
	return err == nil && kind == "application/json" && !encoded
}

func (f *fake) servePost(w http.ResponseWriter, r *http.Request, state State) {
	limit := f.limit(state)
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o := f.outcome(string(body), Way{HTTP, state}, limit)
	if f.hangUp {
		f.hangUpOn(w, &o)
		return
	}
	f.write(w, o.statuses()[0], f.text(&o)...)
}

// hangUpOn answers and ends the connection without saying so.
func (f *fake) hangUpOn(w http.ResponseWriter, o *outcome) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	body := strings.Join(f.text(o), "")
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", o.statuses()[0], len(body), body)
}

func (f *fake) write(w http.ResponseWriter, status int, body ...string) {
	if len(body) > 0 {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Join(body, ""))
}

func (f *fake) serveWebSocket(w http.ResponseWriter, r *http.Request, state State, offered string) {
	switch {
	case !websocket.IsWebSocketUpgrade(r):
		w.WriteHeader(http.StatusUpgradeRequired)
		return
	case offered != "" && state == Before:
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	conn, err := f.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	if f.linger {
		defer time.AfterFunc(time.Minute, func() { _ = conn.Close() })
	} else {
		defer conn.Close()
	}
	for f.serveMessage(conn, &state) {
	}
}

// serveMessage answers one message; false ends the connection.
func (f *fake) serveMessage(conn *websocket.Conn, state *State) bool {
	kind, in, err := conn.NextReader()
	if err != nil {
		return false // gorilla has written the close frame
	}
	limit := f.limit(*state)
	body, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
	o := f.outcome(string(body), Way{WebSocket, *state}, limit)
	switch {
	case err != nil:
		return false
	case kind == websocket.BinaryMessage:
		o = closes(1003)
	case len(body) <= limit && !utf8.Valid(body) && f.byInput[string(body)] == nil:
		o = closes(1007)
	}
	for _, text := range f.text(&o) {
		if conn.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
			return false
		}
	}
	if o.Close != nil {
		_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(o.Close[0], ""))
		return false
	}
	if o.Binds {
		*state = After
	}
	if f.forget && len(o.Answers) > 0 && o.Answers[0].Codes != nil {
		*state = Before
	}
	return !f.hangUp
}

func (f *fake) limit(s State) int {
	if s == Before {
		return f.limits.EarlyMessage
	}
	return f.limits.Message
}

// outcome is what the corpus wants of a message, or what a rule says of one
// that is no case.
func (f *fake) outcome(body string, w Way, limit int) outcome {
	if len(body) > limit {
		return oversize(limit)(w)
	}
	if c := f.byInput[body]; c != nil {
		o := c.want(w)
		o.Answers = slices.Clone(o.Answers)
		if f.spoil != nil && f.spoil(c, w, &o) {
			f.mu.Lock()
			f.spoiled[c.Name+" over "+w.String()] = true
			f.mu.Unlock()
		}
		return o
	}
	return byRule(body, w)
}

// byRule answers the probes, the login and what framing cases carry.
func byRule(body string, w Way) outcome {
	var m struct {
		ID     json.RawMessage
		Method string
	}
	if !json.Valid([]byte(body)) {
		return answers(fails("null", codeParse))
	}
	if strings.HasPrefix(body, "[") {
		return batch(result("1"), result("2"))
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.ID == nil {
		return silent()
	}
	id := string(m.ID)
	switch {
	case m.Method == "Authenticate":
		return outcome{Answers: []answer{result(id)}, Binds: true}
	case m.Method == "rpc.discover", m.Method == "GetLogs" && w.State == After:
		return answers(result(id))
	case m.Method == "GetLogs":
		return answers(fails(id, codeNoToken))
	default:
		return answers(fails(id, codeNoMethod))
	}
}

// text writes the answers of o, one string a message.
func (f *fake) text(o *outcome) []string {
	var all []string
	for i := range o.Answers {
		a := render(&o.Answers[i])
		if f.render != nil {
			a = f.render(a)
		}
		all = append(all, a)
	}
	if o.Batch && len(all) > 0 {
		return []string{"[" + strings.Join(all, ",") + "]"}
	}
	return all
}

// render writes the answer that a wants.
func render(a *answer) string {
	code := noError
	if a.Codes != nil {
		code = a.Codes[0]
	}
	if code == anyError {
		code = codeNotRequest
	}
	param := strings.TrimSuffix(a.Param, "*")
	data := ""
	switch code {
	case noError:
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"rows":[]}}`, a.ID)
	case codeNoToken:
		data = `,"data":{"name":"PERMISSION_DENIED","code":401}`
	case codeBadParams:
		data = fmt.Sprintf(`,"data":{"param":%q,"reason":"wrong"}`, param)
	case codeTooLarge:
		data = fmt.Sprintf(`,"data":{"limit":%d,"actual":%d}`, max(a.Limit, 1), max(a.Actual, a.Limit+1, 2))
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"bad %s"%s}}`, a.ID, code, param, data)
}

// rewrite replaces text in every answer.
func rewrite(from, to string) func(*fake) {
	return func(f *fake) {
		f.render = func(answer string) string { return strings.ReplaceAll(answer, from, to) }
	}
}

func anyOrigin(*http.Request) bool { return true }

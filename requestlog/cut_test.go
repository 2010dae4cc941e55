package requestlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"daybook/internal/mask"
)

// secretNames are names of secrets in JSON, quoted, as odd as they may be.
var secretNames = []string{
	`"password"`, `"pass\u0077ord"`, `"token id"`, `" my token "`, `"Session-ID"`, `"x.api_key[0]"`, `"\"secret\""`, `"tokens/a"`, `"é-credentials"`, `"authorization\n"`,
}

// A treeWriter writes random JSON in which the canary stands under the names of
// secrets only.
type treeWriter struct {
	*rand.Rand
	strings.Builder
}

// space writes white space, or none.
func (w *treeWriter) space() { w.WriteString([]string{"", "", " ", "\n", "\r\n\t", "  "}[w.IntN(6)]) }

// value writes a value; secret says that it has the name of one.
func (w *treeWriter) value(depth int, secret bool) {
	word := "plain"
	if secret {
		word = fmt.Sprintf("%s-%06d", canary, w.IntN(1e6)) // none is masked thanks to another
	}
	switch kind := w.IntN(6); {
	case !secret && depth > 0 && w.IntN(4) == 0:
		w.named(depth)
	case kind == 0 && depth > 0:
		w.list("[]", func() { w.value(depth-1, secret) })
	case kind <= 2 && depth > 0:
		w.list("{}", func() {
			named := secret || w.IntN(3) == 0
			name := `"name"`
			if named && !secret {
				name = secretNames[w.IntN(len(secretNames))]
			}
			w.WriteString(name)
			w.space()
			w.WriteByte(':')
			w.space()
			w.value(depth-1, named)
		})
	case kind == 3 && !secret:
		fmt.Fprint(w, w.IntN(1e9))
	case kind == 4 && secret:
		fmt.Fprintf(w, "%s%06d", canaryNumber, w.IntN(1e6))
	default:
		text, err := json.Marshal([]string{"", `x"`, `\`, ", ", "}]", "a\n"}[w.IntN(6)] + word + []string{"", `"y`, `\\`, " z", "{["}[w.IntN(5)])
		if err != nil {
			panic(err)
		}
		w.Write(text)
	}
}

// named writes an object or array in which a secret stands beside its name.
func (w *treeWriter) named(depth int) {
	name := secretNames[w.IntN(len(secretNames))]
	switch w.IntN(3) {
	case 0:
		w.WriteString(`{"name": ` + name + `,"value":`)
		w.value(depth-1, true)
		w.WriteString(`}`)
	case 1:
		w.WriteString(`{"v": `)
		w.value(0, true)
		w.WriteString("\n" + `, "key":` + name + `}`)
	default:
		fmt.Fprintf(w, `[["a",1] ,["x-token" , "%s"], [ "cookie",["%s"]]]`, canary, canary)
	}
}

// list writes an array or object.
func (w *treeWriter) list(brackets string, item func()) {
	w.WriteByte(brackets[0])
	for n := range w.IntN(4) {
		if n > 0 {
			w.WriteByte(',')
		}
		w.space()
		item()
		w.space()
	}
	w.WriteByte(brackets[1])
}

// canaryNumber is how secret numbers begin.
const canaryNumber = "908172"

// TestEveryCut cuts bodies off at each of their bytes. However little is left of
// their structure, no secret is shown.
func TestEveryCut(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(18, 5))
	for range 100 {
		w := &treeWriter{Rand: random}
		w.WriteString(`{"first":`)
		w.value(5, false)
		w.WriteString(`,"second":`)
		w.value(5, false)
		w.WriteByte('}')
		cutEverywhere(t, "application/json", w.String())
		nested, err := json.Marshal(map[string]string{"text": w.String()})
		if err != nil {
			t.Fatal(err)
		}
		cutEverywhere(t, "application/json", string(nested))
		for n := range w.Len() {
			within, err := json.Marshal(map[string]string{"message": "request was " + w.String()[:n]})
			if err != nil {
				t.Fatal(err)
			}
			mustNotLeakBody(t, &Body{Text: within, Size: int64(len(within))})
		}
	}
	contentType, body := multipartBody("password", canary+"\r\n"+canary)
	for _, b := range [...][2]string{
		{contentType, body},
		{plain, "preamble\r\n" + body},
		{form, "a=1&password=" + canary + "+" + canary + "&b=2&user[to%6ben]=" + canary + "&json=" + url.QueryEscape(`{"password":"x `+canary+`"}`) + "&x=y"},
		{plain, "a=1&password=x, " + canary + "; " + canary + "'" + canary + "&b=2"},
		{"text/xml", `<a><x:Password a="b" c='d'>` + "\n<![CDATA[x]>" + canary + "]]></x:Password><credentials><b>" + canary + "</b></credentials></a>"},
		{"application/yaml", "a:\n  password: " + canary + "\n  token: |\n    x\n\n    " + canary + "\n  secrets:\n  - " + canary + "\nb: c\n"},
		{plain, "GET / HTTP/1.1\r\nCookie: a=b; c=" + canary + "\r\nAuthorization: Digest x, y=" + canary + "\r\nReferer: https://h/?token=" + canary + "\r\n\r\n"},
	} {
		cutEverywhere(t, b[0], b[1])
	}
}

// cutEverywhere masks each beginning of a body.
func cutEverywhere(t *testing.T, contentType, body string) {
	t.Helper()
	for n := 1; n <= len(body); n++ {
		if mustNotLeakBody(t, &Body{Text: []byte(body[:n]), Size: int64(len(body)), Type: contentType}) {
			return
		}
	}
}

// mustNotLeakBody masks a body, and reports whether a secret is shown.
func mustNotLeakBody(t *testing.T, b *Body) (leaks bool) {
	t.Helper()
	m := new(mask.Masker)
	learnBody(m, b)
	shown := maskBody(m, b, DefaultBodyLimit)
	for _, piece := range []string{canary[:6], canaryNumber} {
		if bytes.Contains(shown, []byte(piece)) {
			t.Errorf("%d of %d bytes of %s: %s\nare shown as %s", len(b.Text), b.Size, b.Type, b.Text, shown)
			return true
		}
	}
	return false
}

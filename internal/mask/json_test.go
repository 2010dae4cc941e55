package mask

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/auth"

	"github.com/google/go-cmp/cmp"
)

// aToken has the form of an API token.
const aToken = "dbk_k3u5xq7w2n4p6r8t0v1y3a5c7e9g2i4m6o8q0s2u4w6y8b1d3f5h"

// aJWT has the form of a JWT.
const aJWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjIzIiwic2Vzc2lvbiI6MX0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"

// appendTokens masks JSON with a Masker that has learned nothing.
func appendTokens(text []byte) []byte {
	m := new(Masker)
	return m.AppendJSON(nil, text, m.Tokens)
}

func TestAppendJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`1`, `1`},
		{` [ 1 , "a b" ,{ "x" : null } ] `, `[1,"a b",{"x":null}]`},
		{`{"jsonrpc":"2.0","id":1.50e+3,"method":"Authenticate","params":{"token":"abc"}}`,
			`{"jsonrpc":"2.0","id":1.50e+3,"method":"Authenticate","params":{"token":"***"}}`},
		{`{"params":[{"token":"abc"}]}`, `{"params":[{"token":"***"}]}`},
		{`{"API-Key":1,"x_api_key":{"a":[1,2]},"SessionID":null,"session":"s"}`,
			`{"API-Key":"***","x_api_key":"***","SessionID":"***","session":"s"}`},
		{`{"Authorization":"Bearer x","set-cookie":[],"PassWord2":"x","passwd":0,"client_secret":"x","credentials":{}}`,
			`{"Authorization":"***","set-cookie":"***","PassWord2":"***","passwd":"***","client_secret":"***","credentials":"***"}`},
		{`{"tok\u0065n":"abc"}`, `{"tok\u0065n":"***"}`},
		{`["detail","like","%` + aToken + `%"]`, `["detail","like","%***%"]`},
		{`["a\"` + aToken + `","\u0064` + aToken[1:] + `"]`, `["a\"***","***"]`},
		{`{"` + aToken + `":1}`, `{"***":1}`},
		{`["` + aToken + ` and ` + aToken + `"]`, `["*** and ***"]`},
		{`["dbk_short","dbk_","\\",""]`, `["dbk_short","dbk_","\\",""]`},
		{`["dbk_` + aToken + `","dbk_dbk_dbk"]`, `["dbk_***","dbk_dbk_dbk"]`},
		{`{"a":{},"b":[],"c":[[]]}`, `{"a":{},"b":[],"c":[[]]}`},
		{`["Bearer ` + aJWT + `, ` + aJWT + `.x","` + aJWT[:60] + `"]`, `["Bearer ***, ***.x","***"]`},
		{`["x` + aJWT + `x","ewogImFsZyI6IkhTMjU2In0.eyJzdWIiOiIxMjIzIn0."]`, `["x***","***"]`},
		{`["eyJhbGciOiJIUzI1NiJ9","eyJhbGciOiJIUzI1NiJ9.short","eye-care-of-the-north.example-of-hosts.org",".eyJ."]`,
			`["eyJhbGciOiJIUzI1NiJ9","eyJhbGciOiJIUzI1NiJ9.short","eye-care-of-the-north.example-of-hosts.org",".eyJ."]`},
	} {
		got := string(appendTokens([]byte(tt.in)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("AppendJSON(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// TestKnowsRealTokens holds the form by which tokens are recognised
// against the tokens that are made.
func TestKnowsRealTokens(t *testing.T) {
	t.Parallel()
	tokens, err := auth.OpenTokens(filepath.Join(t.TempDir(), "tokens"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := tokens.Create("desk", auth.SessionManager, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got := new(Masker).Tokens("a " + secret.Reveal() + " b"); got != "a *** b" {
		t.Errorf("a real token is not recognised: %d bytes left", len(got))
	}
}

// TestTokensLinear wants the work for a text to grow with its length only,
// however many tokens are in it: names of methods are masked before anyone
// knows who sent them.
func TestTokensLinear(t *testing.T) {
	const few = 32 // allocations of a buffer that doubles
	text := strings.Repeat(aToken+" ", 1000)
	if n := testing.AllocsPerRun(1, func() { new(Masker).Tokens(text) }); n > few {
		t.Errorf("masking 1,000 tokens allocates %v times, want at most %d", n, few)
	}
	if got, want := new(Masker).Tokens(text), strings.Repeat("*** ", 1000); got != want {
		t.Errorf("masking 1,000 tokens leaves %.200q", got)
	}
	// Text of which every piece begins like a header. In quadratic time it would
	// take minutes.
	for _, piece := range []string{"ey", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9_", "e"} {
		text := strings.Repeat(piece, 1<<20)
		if got := new(Masker).Tokens(text); len(got) > len(text) {
			t.Errorf("masking %q, repeated, leaves %d bytes of %d", piece, len(got), len(text))
		}
	}
}

// FuzzAppendJSON checks that what comes out is JSON without white space that
// holds no token, and that JSON without secrets comes out as it was.
func FuzzAppendJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,{"token":[{}]}],"b":"\"\\"}`, ` [ ] `, `"` + aToken + `"`, `{"a":-1e5,"":null}`, `[true,"\ud800"]`, `"` + aJWT + `"`,
		"\"dbk_0000000000000000\xd7bk_0000000000000000\"", `{"value":[{"v":1,"k":"token"}],"name":"password","new":2}`, `[["token",{"value":[["a","b"]]}],["cookie","x"]]`, `[[["token","x"]],["",""]]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		got := appendTokens(text)
		var compact bytes.Buffer
		if err := json.Compact(&compact, got); err != nil || compact.String() != string(got) {
			t.Fatalf("AppendJSON(%q) = %q: %v", text, got, err)
		}
		// An escape may end as the prefix of tokens begins, which the text does not.
		if plain := strings.ReplaceAll(string(got), `\ufffd`, "\ufffd"); new(Masker).Tokens(plain) != plain {
			t.Fatalf("AppendJSON(%q) = %q, which holds a token", text, got)
		}
		if again := appendTokens(got); string(again) != string(got) {
			t.Fatalf("AppendJSON(%q) = %q, and again %q", text, got, again)
		}
		if !strings.Contains(string(got), "***") {
			compact.Reset()
			json.Compact(&compact, text)
			if compact.String() != string(got) {
				t.Fatalf("AppendJSON(%q) = %q without need", text, got)
			}
		}
	})
}

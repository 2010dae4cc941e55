package rpc

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

func TestAppendMasked(t *testing.T) {
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
		got := string(appendMasked(nil, []byte(tt.in)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("appendMasked(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestMaskText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`{"method":`, `{"method":`},
		{`broken ` + aToken + ` text`, `broken *** text`},
		{`{"method":"Authenticate","params":{"token":"abc"`, `***`},
		{"Authorization: Bearer abc", `***`},
	} {
		if got := maskText(tt.in); got != tt.want {
			t.Errorf("maskText(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestMaskKnowsRealTokens holds the form by which tokens are recognised
// against the tokens that are made.
func TestMaskKnowsRealTokens(t *testing.T) {
	t.Parallel()
	tokens, err := auth.OpenTokens(filepath.Join(t.TempDir(), "tokens"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := tokens.Create("desk", auth.SessionManager, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got := maskTokens("a " + secret.Reveal() + " b"); got != "a *** b" {
		t.Errorf("a real token is not recognised: %d bytes left", len(got))
	}
}

// TestMaskTokensLinear wants the work for a text to grow with its length only,
// however many tokens are in it: names of methods are masked before anyone
// knows who sent them.
func TestMaskTokensLinear(t *testing.T) {
	const few = 32 // allocations of a buffer that doubles
	text := strings.Repeat(aToken+" ", 1000)
	if n := testing.AllocsPerRun(1, func() { maskTokens(text) }); n > few {
		t.Errorf("masking 1,000 tokens allocates %v times, want at most %d", n, few)
	}
	if got, want := maskTokens(text), strings.Repeat("*** ", 1000); got != want {
		t.Errorf("masking 1,000 tokens leaves %.200q", got)
	}
	// Text of which every piece begins like a header. In quadratic time it would
	// take minutes.
	for _, piece := range []string{"ey", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9_", "e"} {
		text := strings.Repeat(piece, 1<<20)
		if got := maskTokens(text); len(got) > len(text) {
			t.Errorf("masking %q, repeated, leaves %d bytes of %d", piece, len(got), len(text))
		}
	}
}

// FuzzAppendMasked checks that what comes out is JSON without white space that
// holds no token, and that JSON without secrets comes out as it was.
func FuzzAppendMasked(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,{"token":[{}]}],"b":"\"\\"}`, ` [ ] `, `"` + aToken + `"`, `{"a":-1e5,"":null}`, `[true,"\ud800"]`, `"` + aJWT + `"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		got := appendMasked(nil, text)
		var compact bytes.Buffer
		if err := json.Compact(&compact, got); err != nil || compact.String() != string(got) {
			t.Fatalf("appendMasked(%q) = %q: %v", text, got, err)
		}
		if maskTokens(string(got)) != string(got) {
			t.Fatalf("appendMasked(%q) = %q, which holds a token", text, got)
		}
		if again := appendMasked(nil, got); string(again) != string(got) {
			t.Fatalf("appendMasked(%q) = %q, and again %q", text, got, again)
		}
		if !strings.Contains(string(got), "***") {
			compact.Reset()
			json.Compact(&compact, text)
			if compact.String() != string(got) {
				t.Fatalf("appendMasked(%q) = %q without need", text, got)
			}
		}
	})
}

package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A bogus token is one that must not get in.
type bogus struct{ name, token string }

// TestBogusJWTs holds every bogus token out, and lets the good ones in that are
// most like them. Each is tried twice, the second time with the good ones in
// the cache.
func TestBogusJWTs(t *testing.T) {
	t.Parallel()
	f := newForge()
	j := f.open(t, newFakeClock())
	var all []bogus
	for _, some := range [][]bogus{f.wrongAlgorithm(), f.wrongKey(t), f.wrongHeader(), f.wrongForm(), f.wrongClaims(), f.wrongTimes()} {
		all = append(all, some...)
	}
	if len(all) < 60 {
		t.Errorf("%d bogus tokens, want at least 60", len(all))
	}
	for round := range 2 {
		for _, b := range all {
			who, err := j.Check(Secret(b.token))
			if !errors.Is(err, ErrNotAuthenticated) || who != (Principal{}) {
				t.Errorf("round %d: a token with %s is %q, %v; want nobody", round, b.name, who.Name, err)
			}
		}
		for name, token := range f.honest() {
			who, err := j.Check(Secret(token))
			if err != nil || who.Session != SessionManager {
				t.Errorf("round %d: an honest token, %s, is refused: %v", round, name, err)
			}
		}
	}
}

// honest returns tokens that are good, by what is special about each.
func (f *forge) honest() map[string]string {
	start := newFakeClock().now().Unix()
	return map[string]string{
		"HS256":                     f.sign("HS256", header("HS256"), claims()),
		"RS256":                     f.sign("RS256", header("RS256"), claims()),
		"RS256 with its kid":        f.sign("RS256", `{"alg":"RS256","typ":"JWT","kid":"rsa"}`, claims()),
		"RS256 with another kid":    f.sign("RS256", `{"alg":"RS256","typ":"JWT","kid":"2026-11"}`, claims()),
		"ES256 with its kid":        f.sign("ES256", `{"alg":"ES256","typ":"JWT","kid":"ec"}`, claims()),
		"EdDSA":                     f.sign("EdDSA", header("EdDSA"), claims()),
		"typ at+jwt":                f.sign("EdDSA", `{"typ":"application/AT+JWT","alg":"EdDSA"}`, claims()),
		"a thumbprint":              f.sign("RS256", `{"alg":"RS256","typ":"jwt","x5t":"MTIz"}`, claims()),
		"an unknown header member":  f.sign("EdDSA", `{"alg":"EdDSA","typ":"JWT","cty":"x","ALG":"none"}`, claims()),
		"white space":               f.sign("HS256", "{\n \"alg\" : \"HS256\", \"typ\" : \"JWT\" }\n", " "+claims()+"\n"),
		"a session number":          f.sign("HS256", header("HS256"), claims("session", "1")),
		"a list of audiences":       f.sign("HS256", header("HS256"), claims("aud", `["other","daybook"]`)),
		"no iat":                    f.sign("HS256", header("HS256"), claims("iat", "")),
		"times with fractions":      f.sign("HS256", header("HS256"), claims("exp", fmt.Sprintf("%d.75", start+10), "nbf", fmt.Sprintf("%d.5", start))),
		"an exponent":               f.sign("HS256", header("HS256"), claims("exp", "2.5e10")),
		"an nbf within the skew":    f.sign("HS256", header("HS256"), claims("nbf", fmt.Sprint(start+60))),
		"a second left":             f.sign("HS256", header("HS256"), claims("exp", fmt.Sprint(start+1))),
		"claims in other letters":   f.sign("HS256", header("HS256"), claims("EXP", "1", "Session", `"SESSION_USER"`)),
		"an empty name":             f.sign("HS256", header("HS256"), claims("name", `""`)),
		"a claim we have no use of": f.sign("HS256", header("HS256"), claims("roles", `[{"a":1,"a":2}]`)),
	}
}

// wrongAlgorithm are tokens whose alg is none of ours, or not the one of the
// key that signed them.
func (f *forge) wrongAlgorithm() []bogus {
	unsigned := b64(`{"alg":"none","typ":"JWT"}`) + "." + b64(claims())
	hmacWith := func(key, header string) string { return signWith("HS256", []byte(key), b64(header)+"."+b64(claims())) }
	all := []bogus{
		{"alg none and no signature", unsigned + "."},
		{"alg none and some signature", unsigned + "." + b64("x")},
		{"alg none and two parts", unsigned},
		{"an HMAC by the RSA key's PEM", hmacWith(f.rsaPEM, header("HS256"))},
		{"an HMAC by the RSA key's PEM without its last line break", hmacWith(strings.TrimSpace(f.rsaPEM), header("HS256"))},
		{"an HMAC by the RSA key's PEM under its kid", hmacWith(f.rsaPEM, `{"alg":"HS256","typ":"JWT","kid":"rsa"}`)},
		{"an HMAC by the EC key's PEM under its kid", hmacWith(f.ecPEM, `{"alg":"HS256","typ":"JWT","kid":"ec"}`)},
		{"an HMAC by the Ed25519 key", hmacWith(string(f.ed[32:]), header("HS256"))},
		{"an HMAC that says it is RS256", hmacWith(f.rsaPEM, header("RS256"))},
		{"an HMAC by the empty secret", hmacWith("", header("HS256"))},
		{"HS384, which is not allowed", f.sign("HS384", header("HS384"), claims())},
		{"RS512, which is not allowed", f.sign("RS512", header("RS512"), claims())},
		{"PS256, which is not allowed", f.sign("PS256", header("PS256"), claims())},
		{"PS256 that says it is RS256", f.sign("PS256", header("RS256"), claims())},
		{"RS256 that says it is HS256", f.sign("RS256", header("HS256"), claims())},
		{"EdDSA that says it is ES256", f.sign("EdDSA", header("ES256"), claims())},
	}
	for _, alg := range []string{`"None"`, `"NONE"`, `"nOnE"`, `"hs256"`, `"HS256 "`, `""`, `null`, `1`, `["HS256"]`, `{"a":"HS256"}`, `true`} {
		text := fmt.Sprintf(`{"alg":%s,"typ":"JWT"}`, alg)
		all = append(all, bogus{"alg " + alg, f.sign("HS256", text, claims())})
	}
	return append(all, bogus{"no alg", f.sign("HS256", `{"typ":"JWT"}`, claims())})
}

// wrongKey are tokens signed by keys that are none of ours, or whose header
// would have us take another key.
func (f *forge) wrongKey(t *testing.T) []bogus {
	t.Helper()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n := base64.RawURLEncoding.EncodeToString(f.another.N.Bytes())
	foreign := func(header string) string { return signWith("RS256", f.another, b64(header)+"."+b64(claims())) }
	all := []bogus{
		{"another RSA key", foreign(header("RS256"))},
		{"another EC key", signWith("ES256", stranger, b64(`{"alg":"ES256","typ":"JWT","kid":"ec"}`)+"."+b64(claims()))},
		{"another secret", signWith("HS256", []byte(strings.Repeat("x", 32)), b64(header("HS256"))+"."+b64(claims()))},
		{"the secret with its line break", signWith("HS256", append(f.secret[:len(f.secret):len(f.secret)], '\n'), b64(header("HS256"))+"."+b64(claims()))},
		{"its own key, foreign", foreign(`{"alg":"RS256","typ":"JWT","jwk":{"kty":"RSA","e":"AQAB","n":"` + n + `"}}`)},
		{"no kid where the key has one", f.sign("ES256", header("ES256"), claims())},
	}
	for _, kid := range []string{`"EC"`, `"ec "`, `"rsa"`, `"../ec"`, `"../../../../dev/null"`, `"/dev/null"`, `"ec\u0000"`, `"' or 1=1 --"`, `"ec.pem"`, `""`, `null`, `0`, `["ec"]`} {
		text := `{"alg":"ES256","typ":"JWT","kid":` + kid + `}`
		all = append(all, bogus{"kid " + kid, f.sign("ES256", text, claims())})
	}
	return append(all, bogus{"a kid that is a path to nothing, signed by nothing",
		signWith("HS256", []byte{}, b64(`{"alg":"HS256","typ":"JWT","kid":"/dev/null"}`)+"."+b64(claims()))})
}

// wrongHeader are tokens with good signatures whose headers are not.
func (f *forge) wrongHeader() []bogus {
	var all []bogus
	for _, h := range []string{
		`{"alg":"HS256","typ":"JWT","jku":"https://issuer.example/keys"}`,
		`{"alg":"HS256","typ":"JWT","x5u":"https://issuer.example/cert"}`,
		`{"alg":"HS256","typ":"JWT","x5c":[]}`,
		`{"alg":"HS256","typ":"JWT","jwk":null}`,
		`{"alg":"HS256","typ":"JWT","crit":["exp"]}`,
		`{"alg":"HS256","typ":"JWT","crit":[]}`,
		`{"alg":"HS256","typ":"JWT","b64":false}`,
		`{"alg":"HS256","typ":"JWT","zip":"DEF"}`,
		`{"alg":"HS256","typ":"JWT","enc":"A128GCM"}`,
		`{"alg":"none","typ":"JWT","alg":"HS256"}`,
		`{"alg":"HS256","typ":"JWT","alg":"HS256"}`,
		`{"alg":"HS256","typ":"JWT","\u0061lg":"none"}`,
		`{"alg":"HS256"}`,
		`{"alg":"HS256","typ":"JOSE"}`,
		`{"alg":"HS256","typ":"dpop+jwt"}`,
		`{"alg":"HS256","typ":["JWT"]}`,
		`{"alg":"HS256","typ":"JWT"} {}`,
		`{"alg":"HS256","typ":"JWT",}`,
		`[{"alg":"HS256","typ":"JWT"}]`,
		`"HS256"`, `null`, `{}`, ` `,
		"\ufeff" + `{"alg":"HS256","typ":"JWT"}`,
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"x\":\"\xff\"}",
		`{"alg":"HS256","typ":"JWT","pad":"` + strings.Repeat("x", maxJWTHeader) + `"}`,
	} {
		all = append(all, bogus{fmt.Sprintf("the header %.60s", h), f.sign("HS256", h, claims())})
	}
	return all
}

// wrongForm are texts that are no compact serialisation of a JWT.
func (f *forge) wrongForm() []bogus {
	good := f.sign("HS256", header("HS256"), claims())
	parts := strings.Split(good, ".")
	rest := parts[1] + "." + parts[2]
	std := base64.StdEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT","x":"` + "\u00ff\u00fe~~>>??" + `"}`))
	object, _ := json.Marshal(map[string]string{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	return []bogus{
		{"no parts", "."}, {"only dots", ".."}, {"three dots", "..."},
		{"one part", parts[0]}, {"two parts", parts[0] + "." + parts[1]},
		{"no signature", parts[0] + "." + parts[1] + "."},
		{"no header", "." + rest}, {"no claims", parts[0] + ".." + parts[2]},
		{"a fourth part", good + ".x"}, {"a dot at its end", good + "."}, {"a dot before it", "." + good},
		{"five parts", good + ".a.b"},
		{"a million dots", strings.Repeat(".", 1<<20)},
		{"a million letters before the dots", strings.Repeat("e", 1<<20) + ".." + parts[2]},
		{"a tail too long", good + strings.Repeat("A", maxJWT)},
		{"padding", parts[0] + "=." + rest},
		{"the other base64", signWith("HS256", f.secret, std+"."+b64(claims()))},
		{"a line break inside", parts[0][:4] + "\n" + parts[0][4:] + "." + rest},
		{"a blank inside", parts[0][:4] + " " + parts[0][4:] + "." + rest},
		{"bits left over", good[:len(good)-1] + nextLetter(good[len(good)-1])},
		{"a signature cut short", good[:len(good)-2]},
		{"a signature with more", good + "AAAA"},
		{"another signature", parts[0] + "." + parts[1] + "." + b64(strings.Repeat("x", 32))},
		{"other claims", parts[0] + "." + b64(claims("session", "3")) + "." + parts[2]},
		{"an ES256 signature of zeros", b64(`{"alg":"ES256","typ":"JWT","kid":"ec"}`) + "." + b64(claims()) + "." + b64(strings.Repeat("\x00", 64))},
		{"the JSON serialisation", string(object)},
		{"NUL", good + "\x00"}, {"a scheme", "Bearer " + good},
	}
}

// nextLetter returns a letter that, as the last of a base64 text, means the
// same bytes as c to a reader who ignores the bits that are left over.
func nextLetter(c byte) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(letters[strings.IndexByte(letters, c)^1])
}

// wrongClaims are tokens with good signatures whose claims are not.
func (f *forge) wrongClaims() []bogus {
	var all []bogus
	for _, c := range []string{
		claims("iss", ""), claims("iss", `"https://issuer.example/"`), claims("iss", `["https://issuer.example"]`), claims("iss", `null`),
		claims("aud", ""), claims("aud", `"other"`), claims("aud", `[]`), claims("aud", `["other"]`), claims("aud", `[["daybook"]]`),
		claims("aud", `{"daybook":1}`), claims("aud", `["daybook",null]`), claims("aud", `"Daybook"`),
		claims("sub", ""), claims("sub", `""`), claims("sub", `1223`), claims("sub", `null`), claims("sub", `"a\nb"`), claims("sub", `" a"`),
		claims("sub", `"`+strings.Repeat("x", 256)+`"`), claims("sub", `"\u202e"`),
		claims("name", `1`), claims("name", `"a\u0000"`), claims("name", `["a"]`),
		claims("session", ""), claims("session", `"SESSION_ROOT"`), claims("session", `"session_admin"`), claims("session", `"ADMIN"`),
		claims("session", `"3"`), claims("session", `3.0`), claims("session", `3e0`), claims("session", `99999999999`), claims("session", `null`),
		claims("session", `true`), claims("session", `["SESSION_ADMIN"]`), claims("session", `""`), claims("session", `" SESSION_ADMIN"`),
		strings.Replace(claims(), `"session":`, `"session":"SESSION_ADMIN","session":`, 1),
		strings.Replace(claims(), `"exp":`, `"exp":99999999999,"exp":`, 1),
		strings.Replace(claims(), `"session":`, `"\u0073ession":"SESSION_ADMIN","session":`, 1),
		"[" + claims() + "]", claims() + claims(), `null`, `{}`, claims() + "x", strings.Replace(claims(), `"sub":"1223"`, "\"sub\":\"\xff\"", 1),
	} {
		all = append(all, bogus{fmt.Sprintf("the claims %.300s", c), f.sign("HS256", header("HS256"), c)})
	}
	return all
}

// wrongTimes are tokens with good signatures that are not good now.
func (f *forge) wrongTimes() []bogus {
	start := newFakeClock().now()
	at := func(d time.Duration) string { return fmt.Sprint(start.Add(d).Unix()) }
	var all []bogus
	for _, c := range [][2]string{
		{"exp", ""}, {"exp", at(0)}, {"exp", at(-time.Second)}, {"exp", at(-time.Hour)}, {"exp", `"` + at(time.Hour) + `"`}, {"exp", `null`},
		{"exp", `0`}, {"exp", `-1`}, {"exp", `1e400`}, {"exp", `99999999999999`}, {"exp", `[` + at(time.Hour) + `]`}, {"exp", `true`}, {"exp", `{}`},
		{"exp", `"2099-01-01T00:00:00Z"`},
		{"nbf", ""}, {"nbf", at(61 * time.Second)}, {"nbf", at(time.Hour)}, {"nbf", `"` + at(0) + `"`}, {"nbf", `null`}, {"nbf", `1e999`}, {"nbf", `false`},
		{"iat", at(61 * time.Second)}, {"iat", `"` + at(0) + `"`}, {"iat", `null`}, {"iat", `-1e300`},
	} {
		all = append(all, bogus{fmt.Sprintf("%s %s", c[0], c[1]), f.sign("HS256", header("HS256"), claims(c[0], c[1]))})
	}
	return all
}

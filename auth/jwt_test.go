package auth

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestJWTPrincipal wants each claim where it belongs.
func TestJWTPrincipal(t *testing.T) {
	t.Parallel()
	f, clock := newForge(), newFakeClock()
	j := f.open(t, clock)
	expires := clock.now().Add(time.Hour).UTC()
	for _, tt := range []struct {
		claims string
		want   Principal
	}{
		{claims(), Principal{ID: 1223, Name: "1223", Session: SessionManager, Expires: expires}},
		{claims("name", `"Jürgen 김"`), Principal{ID: 1223, Name: "Jürgen 김", Session: SessionManager, Expires: expires}},
		{claims("sub", `"desk-7"`, "session", `"SESSION_DEALER"`), Principal{Name: "desk-7", Session: SessionDealer, Expires: expires}},
		{claims("sub", `"007"`, "session", `3`), Principal{Name: "007", Session: SessionAdmin, Expires: expires}},
		{claims("sub", `"9007199254740992"`, "session", `0`), Principal{Name: "9007199254740992", Expires: expires}},
		{claims("sub", `"-5"`, "session", `-5`), Principal{Name: "-5", Session: -5, Expires: expires}},
		{claims("session", `17`), Principal{ID: 1223, Name: "1223", Session: 17, Expires: expires}},
	} {
		for _, from := range []string{"verified", "remembered"} {
			got, err := j.Check(Secret(f.sign("HS256", header("HS256"), tt.claims)))
			if err != nil {
				t.Errorf("Check of %s: %v", tt.claims, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s, Check of %s mismatch (-want +got):\n%s", from, tt.claims, diff)
			}
		}
	}
}

// TestJWTTimes wants the times of a token looked at each time it comes.
func TestJWTTimes(t *testing.T) {
	t.Parallel()
	f, clock := newForge(), newFakeClock()
	j := f.open(t, clock)
	start := clock.now().Unix()
	token := Secret(f.sign("EdDSA", header("EdDSA"), claims("nbf", fmt.Sprint(start+70), "exp", fmt.Sprintf("%d.9", start+100))))
	for _, step := range []struct {
		at   time.Duration // since the start
		want error
	}{
		{0, ErrEarlyToken}, {10*time.Second - 1, ErrEarlyToken}, {10 * time.Second, nil}, {100*time.Second - 1, nil},
		{100 * time.Second, ErrExpiredToken}, {50 * time.Second, nil}, {200 * time.Second, ErrExpiredToken},
	} {
		clock.add(step.at - clock.now().Sub(time.Unix(start, 0)))
		if who, err := j.Check(token); err != step.want || (err != nil) != (who == Principal{}) {
			t.Errorf("after %v: %+v, %v; want %v", step.at, who, err, step.want)
		}
	}
}

// TestJWTOptions wants the claim's name, and that iss and aud count only where
// they are configured.
func TestJWTOptions(t *testing.T) {
	t.Parallel()
	f, clock := newForge(), newFakeClock()
	secret := writeKey(t, "secret", string(f.secret), 0o600)
	j, err := OpenJWTs(JWTOptions{Keys: []string{secret}, SessionClaim: "https://desk.example/role"}, clock.now)
	if err != nil {
		t.Fatal(err)
	}
	token := f.sign("HS256", header("HS256"), claims("https://desk.example/role", `"SESSION_DEALER"`, "iss", "", "aud", `["x"]`))
	if who, err := j.Check(Secret(token)); err != nil || who.Session != SessionDealer {
		t.Errorf("with a claim of another name: %v, %v", who.Session, err)
	}
	_, err = j.Check(Secret(f.sign("HS256", header("HS256"), claims())))
	const want = "JWT refused: https://desk.example/role is neither the name nor the number of a session type"
	if !errors.Is(err, ErrNotAuthenticated) || err.Error() != want {
		t.Errorf("without that claim: %v, want %s", err, want)
	}
}

// TestJWTCacheIsBounded fills the cache several times over.
func TestJWTCacheIsBounded(t *testing.T) {
	t.Parallel()
	f, clock := newForge(), newFakeClock()
	j := f.open(t, clock)
	const most = 50
	j.verified = newJWTCache(most)
	kept := Secret(f.sign("HS256", header("HS256"), claims()))
	for i := range 3 * most {
		if _, err := j.Check(Secret(f.sign("HS256", header("HS256"), claims("jti", fmt.Sprint(i))))); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Check(kept); err != nil {
			t.Fatal(err)
		}
		j.Check(Secret(f.sign("HS256", header("RS256"), claims("jti", fmt.Sprint(i)))))
	}
	if n := len(j.verified.current) + len(j.verified.previous); n > 2*most {
		t.Errorf("%d tokens are remembered, want at most %d", n, 2*most)
	}
	if _, ok := j.verified.get(hash(kept)); !ok {
		t.Error("a token that came all the time was forgotten")
	}
}

// TestIdentities wants each token checked by those who know its kind, and JWTs
// by the keys of this moment.
func TestIdentities(t *testing.T) {
	t.Parallel()
	f, clock := newForge(), newFakeClock()
	tokens := openTokens(t, t.TempDir()+"/tokens", clock)
	api := create(t, tokens, "desk", SessionAdmin)
	token := Secret(f.sign("ES256", `{"alg":"ES256","typ":"JWT","kid":"ec"}`, claims()))
	i := NewIdentities(tokens)
	check := func(when string, s Secret, want error) {
		t.Helper()
		if _, err := i.Check(s); err != want {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	check("an API token", api, nil)
	check("a JWT without any key", token, ErrUnknownToken)
	i.SetJWTs(f.open(t, clock))
	check("an API token beside JWTs", api, nil)
	check("a JWT", token, nil)
	check("what is neither", "x.y", ErrBadJWT)
	check("an API token with dots", api+".x.y", ErrUnknownToken)
	check("no token", "", ErrUnknownToken)
	other, err := OpenJWTs(JWTOptions{Keys: []string{writeKey(t, "secret", string(f.secret), 0o600)}}, clock.now)
	if err != nil {
		t.Fatal(err)
	}
	i.SetJWTs(other)
	check("a JWT whose key was taken away", token, ErrBadJWT)
	i.SetJWTs(nil)
	check("a JWT after all keys were", token, ErrUnknownToken)
}

// BenchmarkJWTCheck measures what a JWT costs each request: remembered, and
// when it comes for the first time.
func BenchmarkJWTCheck(b *testing.B) {
	f, clock := newForge(), newFakeClock()
	j := f.open(b, clock)
	for _, alg := range []string{"HS256", "RS256", "EdDSA"} {
		token := Secret(f.sign(alg, header(alg), claims()))
		b.Run("remembered/alg="+alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := j.Check(token); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("verified/alg="+alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := j.verify(token.Reveal()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzParseJWT checks that what parses is the one form of what it holds, and
// that nothing proves anybody but what the forge signed.
func FuzzParseJWT(f *testing.F) {
	forge := newForge()
	j := forge.open(f, newFakeClock())
	honest := make(map[string]bool)
	for _, token := range forge.honest() {
		f.Add(token)
		honest[token] = true
	}
	for _, b := range forge.wrongForm() {
		f.Add(b.token[:min(len(b.token), 4096)])
	}
	f.Fuzz(func(t *testing.T, token string) {
		if parsed, err := parseJWT(token); err == nil {
			again := token[:len(parsed.signed)] + "." + b64(string(parsed.signature))
			if again != token {
				t.Errorf("parseJWT(%q) reads what would be written %q", token, again)
			}
		}
		if _, err := j.Check(Secret(token)); err == nil && !honest[token] {
			t.Errorf("Check(%q) lets it in", token)
		}
	})
}

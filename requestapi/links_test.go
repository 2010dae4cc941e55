package requestapi_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"daybook/requestapi"

	"github.com/google/go-cmp/cmp"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	lines := make([]string, 3)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"id":%d,"created_at":"2026-04-22T10:00:00Z"}`, i+1)
	}
	days := map[string][]string{"2026-04-22": lines}
	trusting := newRig(t, days, func(o *requestapi.Options) {
		o.Proxies = append(o.Proxies, netip.MustParsePrefix("127.0.0.0/8"))
	})
	wary := newRig(t, days, func(o *requestapi.Options) {
		o.Proxies = append(o.Proxies, netip.MustParsePrefix("10.0.0.0/8"))
	})
	const path = requestapi.ListRoute
	for _, tt := range []struct {
		header         string
		trusted, other string // the beginning of the address; "" for that of the server
	}{
		{"", "", ""},
		{"Host: logs.example:81", "http://logs.example:81" + path, "http://logs.example:81" + path},
		{"X-Forwarded-Proto: https|Host: logs.example", "https://logs.example" + path, "http://logs.example" + path},
		{"X-Forwarded-Proto: https, http|X-Forwarded-Host: a.example, b.example|X-Forwarded-For: 203.0.113.9, 127.0.0.2|Host: h", "https://a.example" + path, "http://h" + path},
		{"X-Forwarded-Proto: https|X-Forwarded-Host: evil.example, a.example, b.example|X-Forwarded-For: 6.6.6.6, 203.0.113.9, 127.0.0.2|Host: h", "https://a.example" + path, "http://h" + path},
		{"X-Forwarded-Proto: https, http|X-Forwarded-Host: evil.example, a.example|Host: h", "http://a.example" + path, "http://h" + path},
		{"X-Forwarded-Host: [2001:db8::1]:8443|X-Forwarded-Port: 99|Host: h", "http://[2001:db8::1]:8443" + path, "http://h" + path},
		{"X-Forwarded-Proto: https|X-Forwarded-Port: 8443|Host: h", "https://h:8443" + path, "http://h" + path},
		{"X-Forwarded-Proto: https|X-Forwarded-Port: 443|Host: h", "https://h" + path, "http://h" + path},
		{"X-Forwarded-Port: 80|Host: h", "http://h" + path, "http://h" + path},
		{"X-Forwarded-Prefix: /logs/|Host: h", "http://h/logs" + path, "http://h" + path},
		{"X-Forwarded-Prefix: //evil.example|X-Forwarded-Host: e\"vil/|X-Forwarded-Port: 0|X-Forwarded-Proto: gopher|Host: h", "http://h" + path, "http://h" + path},
	} {
		header := http.Header{}
		for field := range strings.SplitSeq(tt.header, "|") {
			if name, value, ok := strings.Cut(field, ": "); ok {
				header[name] = []string{value}
			}
		}
		for _, with := range []struct {
			*rig
			base string
		}{{trusting, tt.trusted}, {wary, tt.other}} {
			base := with.base
			if base == "" {
				base = with.URL + path
			}
			const query = "/?&zz=1&&ip=&offset=1&search=&limit=1&bot=a+b%26&limit=x&limit=1"
			a := decode(t, with.ask(t, http.MethodGet, path+query, header))
			got := [...]any{a.Body.(map[string]any)["next"], a.Body.(map[string]any)["previous"]}
			want := [...]any{base + "/?bot=a+b%26&ip=&limit=1&offset=2&search=&zz=1", base + "/?bot=a+b%26&ip=&limit=1&search=&zz=1"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("with %q (-want +got):\n%s", tt.header, diff)
			}
		}
	}
}

// TestLinksOverTLS leads on to where the client came from.
func TestLinksOverTLS(t *testing.T) {
	t.Parallel()
	r := newRig(t, randomDays(rand.New(rand.NewPCG(21, 22)), 2), nil)
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "https://logs.example:8443"+requestapi.ListRoute+"?limit=1", nil)
	req.Header.Set("Authorization", "Token SESSION_MANAGER")
	r.Config.Handler.ServeHTTP(w, req)
	const want = "https://logs.example:8443" + requestapi.ListRoute + "?limit=1&offset=1"
	if a := decode(t, w.Result()); a.Body.(map[string]any)["next"] != want {
		t.Errorf("the answer is %v, want the next page at %s", a.Body, want)
	}
}

package requestlog

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAgent(t *testing.T) {
	t.Parallel()
	const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
	for _, tt := range []struct {
		in   string
		want agent
	}{
		{"", agent{}},
		{safariOnPhone, agent{"iPhone", "mobile", "iOS", "Safari", false}},
		{"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
			agent{"iPad", "tablet", "iOS", "Safari", false}},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + chrome + "Safari/537.36", agent{"", "pc", "Windows", "Chrome", false}},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + chrome + "Safari/537.36 Edg/124.0.0.0", agent{"", "pc", "Windows", "Edge", false}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
			agent{"", "pc", "macOS", "Safari", false}},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", agent{"", "pc", "Linux", "Firefox", false}},
		{"Mozilla/5.0 (Linux; Android 14; SM-S918B) " + chrome + "Mobile Safari/537.36", agent{"SM-S918B", "mobile", "Android", "Chrome", false}},
		{"Mozilla/5.0 (Linux; Android 13; SM-X906C) " + chrome + "Safari/537.36", agent{"SM-X906C", "tablet", "Android", "Chrome", false}},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", agent{"", "", "", "Googlebot", true}},
		{"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", agent{"", "", "", "Bingbot", true}},
		{"curl/8.5.0", agent{"", "", "", "curl", false}},
		{"python-requests/2.31.0", agent{"", "", "", "python-requests", false}},
		{"Go-http-client/1.1", agent{"", "", "", "Go-http-client", false}},
		{"Screaming Frog SEO Spider/19.0", agent{"", "", "", "Screaming Frog SEO Spider", true}},
		{"just some words", agent{}},
	} {
		if diff := cmp.Diff(tt.want, parseAgent(tt.in), cmp.AllowUnexported(agent{})); diff != "" {
			t.Errorf("parseAgent(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// TestAgentsAreBounded makes up many user agents.
func TestAgentsAreBounded(t *testing.T) {
	t.Parallel()
	var a agents
	for i := range 5 * cachedAgents {
		a.parse(fmt.Sprintf("x%d/1.0 %s", i, strings.Repeat("y", 10_000)))
		a.parse(safariOnPhone)
	}
	if n := len(a.current) + len(a.previous); n > 2*cachedAgents {
		t.Errorf("%d are remembered, want at most %d", n, 2*cachedAgents)
	}
	if _, ok := a.current[safariOnPhone]; !ok {
		t.Error("one that comes all the time was forgotten")
	}
	for text := range a.current {
		if len(text) > maxAgent {
			t.Fatalf("%d bytes are remembered", len(text))
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		remote string
		header []string
		want   string
	}{
		{"203.0.113.9", nil, "203.0.113.9"},
		{"203.0.113.9", []string{"6.6.6.6"}, "203.0.113.9"},
		{"10.0.0.1", nil, "10.0.0.1"},
		{"10.0.0.1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"::ffff:10.0.0.1", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1", []string{"6.6.6.6, 203.0.113.9, 10.2.2.2"}, "203.0.113.9"},
		{"10.0.0.1", []string{"6.6.6.6", "203.0.113.9,10.2.2.2"}, "203.0.113.9"},
		{"10.0.0.1", []string{"10.1.1.1, 10.2.2.2"}, "10.1.1.1"},
		{"10.0.0.1", []string{"6.6.6.6, unknown, 10.2.2.2"}, "10.2.2.2"},
		{"10.0.0.1", []string{"6.6.6.6, "}, "10.0.0.1"},
		{"10.0.0.1", []string{"203.0.113.9:5555"}, "203.0.113.9"},
		{"fd00::1", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"fd00::1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"fe80::1%eth0", nil, "fe80::1"},
	} {
		got := proxies.Client(netip.MustParseAddr(tt.remote), http.Header{"X-Forwarded-For": tt.header})
		if got.String() != tt.want {
			t.Errorf("Client(%s, %q) = %v, want %s", tt.remote, tt.header, got, tt.want)
		}
	}
}

func TestScheme(t *testing.T) {
	t.Parallel()
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8")}
	for _, tt := range []struct{ scheme, remote, client, header, want string }{
		{"http", "10.0.0.1", "", "https", "https"},
		{"http", "10.0.0.1", "203.0.113.9, 10.2.2.2", "HTTPS, http", "https"},
		{"http", "10.0.0.1", "203.0.113.9", "https, http", "http"}, // the client wrote the first
		{"http", "10.0.0.1", "", "https, http", "http"},
		{"http", "10.0.0.1", "203.0.113.9, 10.2.2.2", "https", "https"},
		{"http", "10.0.0.1", "", "gopher", "http"},
		{"http", "10.0.0.1", "", "", "http"},
		{"http", "203.0.113.9", "", "https", "http"},
		{"https", "10.0.0.1", "", "http", "http"},
		{"ws", "10.0.0.1", "", "https", "wss"},
		{"wss", "10.0.0.1", "", "ws", "ws"},
		{"tcp", "10.0.0.1", "", "https", "tcp"},
	} {
		h := http.Header{"X-Forwarded-Proto": {tt.header}, "X-Forwarded-For": {tt.client}}
		if got := proxies.Scheme(tt.scheme, netip.MustParseAddr(tt.remote), h); got != tt.want {
			t.Errorf("Scheme(%s, %s, %v) = %s, want %s", tt.scheme, tt.remote, h, got, tt.want)
		}
	}
}

package requestlog

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of proxies that say the truth about who their client
// is.
type Proxies []netip.Prefix

// Trusts reports whether addr is one of the proxies.
func (p Proxies) Trusts(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// Client returns the address of the client of a request that came from remote
// with the header h: of the addresses in X-Forwarded-For, the last one that is
// no proxy's, as far back as proxies have written them.
func (p Proxies) Client(remote netip.Addr, h http.Header) netip.Addr {
	client := remote.Unmap().WithZone("")
	list := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	for i := len(list) - 1; i >= 0 && p.Trusts(client); i-- {
		hop, ok := forwardedAddr(list[i])
		if !ok {
			break
		}
		client = hop
	}
	return client
}

// forwardedAddr reads one address of X-Forwarded-For; some proxies add a port.
func forwardedAddr(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err == nil
}

// Scheme returns the scheme that the client of a request used that came from
// remote, over a connection with that scheme, with the header h.
func (p Proxies) Scheme(scheme string, remote netip.Addr, h http.Header) string {
	if !p.Trusts(remote) {
		return scheme
	}
	first, _, _ := strings.Cut(h.Get("X-Forwarded-Proto"), ",")
	secure := false
	switch strings.ToLower(strings.TrimSpace(first)) {
	case "https", "wss":
		secure = true
	case "http", "ws":
	default:
		return scheme
	}
	switch scheme {
	case "http", "https":
		return map[bool]string{false: "http", true: "https"}[secure]
	case "ws", "wss":
		return map[bool]string{false: "ws", true: "wss"}[secure]
	}
	return scheme
}

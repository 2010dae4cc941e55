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
	client, _ := p.trace(remote, h)
	return client
}

// trace is Client, and also returns how many proxies have written where they were
// asked from.
func (p Proxies) trace(remote netip.Addr, h http.Header) (client netip.Addr, proxies int) {
	client = remote.Unmap().WithZone("")
	list := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	for i := len(list) - 1; i >= 0 && p.Trusts(client); i-- {
		hop, ok := forwardedAddr(list[i])
		if !ok {
			break
		}
		client = hop
		proxies++
	}
	return client, proxies
}

// Said returns what the proxy that the client asked has written into a field of h,
// of a request that came from remote: "" for nothing, and where remote is no proxy.
// Each proxy may have added its own value to those it was sent; what stands before
// the value of that proxy is the client's.
func (p Proxies) Said(remote netip.Addr, h http.Header, name string) string {
	if len(h.Values(name)) == 0 || !p.Trusts(remote) {
		return ""
	}
	values := strings.Split(strings.Join(h.Values(name), ","), ",")
	_, proxies := p.trace(remote, h)
	return strings.TrimSpace(values[max(0, len(values)-max(1, proxies))])
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
	secure := false
	switch strings.ToLower(p.Said(remote, h, "X-Forwarded-Proto")) {
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

package requestapi

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"daybook/requestlog"
)

// A linker makes the addresses of other pages of the list.
type linker struct {
	base string // scheme, host and path, as the client sees them
	sent parameterValues
}

// newLinker returns the linker for answers to r, whose scheme, host and path
// trusted proxies may know better.
func newLinker(r *http.Request, sent parameterValues, proxies requestlog.Proxies) linker {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	host, prefix := r.Host, ""
	if remote := remoteAddr(r); proxies.Trusts(remote) {
		said := func(name string) string { return proxies.Said(remote, r.Header, name) }
		scheme = proxies.Scheme(scheme, remote, r.Header)
		host = forwardedHost(said("X-Forwarded-Host"), said("X-Forwarded-Port"), scheme, host)
		prefix = forwardedPrefix(said("X-Forwarded-Prefix"))
	}
	if host == "" { // HTTP/1.0 knows none
		if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			host = addr.String()
		}
	}
	return linker{base: scheme + "://" + host + prefix + r.URL.EscapedPath(), sent: sent}
}

// next returns the address of the page after the one from offset on, "" where
// that is the last.
func (l linker) next(offset int64, limit int, count int64) string {
	if offset >= count-int64(limit) {
		return ""
	}
	return l.page(offset+int64(limit), limit)
}

// previous returns the address of the page before the one from offset on, "" where
// that is the first.
func (l linker) previous(offset int64, limit int) string {
	if offset <= 0 {
		return ""
	}
	return l.page(max(0, offset-int64(limit)), limit)
}

// page returns the address of the page from offset on.
func (l linker) page(offset int64, limit int) string {
	at := ""
	if offset > 0 {
		at = strconv.FormatInt(offset, 10)
	}
	return l.base + "?" + l.sent.with(map[string]string{"limit": strconv.Itoa(limit), "offset": at})
}

// forwardedHost returns the host, perhaps with a port, that the client named to
// its proxy, which said what it was; host where that could be none.
func forwardedHost(said, port, scheme, host string) string {
	if isHost(said) {
		host = said
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return host
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host // it has one
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return host
	}
	return host + ":" + port
}

// forwardedPrefix returns what a proxy has taken off the path, of which it said
// what that was; "" where that could be nothing.
func forwardedPrefix(said string) string {
	prefix := strings.TrimRight(said, "/")
	if !strings.HasPrefix(prefix, "/") || strings.HasPrefix(prefix, "//") || strings.ContainsFunc(prefix, notInPath) {
		return ""
	}
	return prefix
}

// isHost reports whether text may be a host with or without a port.
func isHost(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool {
		return !isAlphanumeric(c) && !strings.ContainsRune(".-_:[]", c)
	})
}

// notInPath reports whether c stands for itself in no path.
func notInPath(c rune) bool {
	return !isAlphanumeric(c) && !strings.ContainsRune("/-._~!$&'()*+,;=:@%", c)
}

func isAlphanumeric(c rune) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

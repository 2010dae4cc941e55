package main

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"daybook/auth"
	"daybook/requestlog"
	"daybook/rpc"

	"go.uber.org/zap"
)

// requestFolder is where the data folder has the journal of requests.
const requestFolder = "requests"

// openRequestLog starts the recording of requests in the data folder, unless
// that is turned off. A folder that can't be written to is no reason not to
// serve.
func (v *service) openRequestLog() error {
	s := v.settings
	if s.noRequestLog {
		return nil
	}
	log, err := requestlog.Open(requestlog.Options{
		Dir:            filepath.Join(s.dataFolder(), requestFolder),
		BodyLimit:      bodyLimit(s.requestLogBody),
		ResponsesFrom:  s.requestLogResponses,
		TrustedProxies: s.proxies(),
		KeepDays:       s.requestLogDays,
		KeepBytes:      int64(s.requestLogSize),
		Patient:        true,
		Removed: func(file requestlog.Removed) {
			v.log.Info("request log: old file removed", zap.String("file", file.Name), zap.Int64("bytes", file.Size), zap.String("reason", file.Reason))
		},
		Report: func(err error) { v.log.Warn("request log", zap.Error(err)) },
	})
	if err != nil {
		return err
	}
	v.requests = log
	v.closings = append(v.closings, func() error {
		if err := log.Close(); err != nil {
			v.log.Warn("close request log", zap.Error(err))
		}
		return nil // every request was answered
	})
	return nil
}

// bodyLimit returns the limit that a size means, where 0 is no body.
func bodyLimit(n size) int {
	if n == 0 {
		return -1
	}
	return int(n)
}

// proxies returns the trusted proxies, which have been checked.
func (c *config) proxies() requestlog.Proxies {
	var all requestlog.Proxies
	for _, text := range c.trustedProxies {
		if network, err := parseNetwork(text); err == nil {
			all = append(all, network)
		}
	}
	return all
}

// parseNetwork reads a network, or an address as the network of it alone.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network as 10.0.0.0/8", text)
	}
	// Addresses are IPv4 wherever they can be, and no other network has them.
	if addr, bits := network.Addr(), network.Bits()-96; addr.Is4In6() && bits >= 0 {
		network = netip.PrefixFrom(addr.Unmap(), bits)
	}
	return network.Masked(), nil
}

// checkRequestLog tells what is wrong with the settings of the request log.
func (c *config) checkRequestLog() error {
	switch {
	case c.requestLogBody > requestlog.MaxBodyLimit:
		most := size(requestlog.MaxBodyLimit)
		return usagef("--request-log-body must be at most %s, not %s", &most, &c.requestLogBody)
	case c.requestLogResponses < 1:
		return usagef("--request-log-responses must be 1 or more, not %d", c.requestLogResponses)
	case c.requestLogDays < 0:
		return usagef("--request-log-days must be 0 or more, not %d", c.requestLogDays)
	}
	for _, text := range c.trustedProxies {
		if _, err := parseNetwork(text); err != nil {
			return usagef("--trusted-proxy: %w", err)
		}
	}
	return nil
}

// requestLogStats are the figures of the request log for the metrics.
func (v *service) requestLogStats() rpc.RequestLogStats {
	s := v.requests.Stats()
	return rpc.RequestLogStats{Written: s.Written, Dropped: s.Dropped, Waiting: s.Waiting, Bytes: s.Bytes}
}

// A requestRecorder is an observer that records calls in the request log.
type requestRecorder struct{ log *requestlog.Log }

// Observe records x.
func (r requestRecorder) Observe(x *rpc.Exchange) {
	outcome := x.Outcome()
	e := &requestlog.Entry{
		Started:            x.Started,
		Duration:           x.Duration,
		Remote:             x.Addr,
		Scheme:             callScheme(x),
		User:               callUser(x.Principal),
		Endpoint:           callEndpoint(x),
		EndpointSent:       !x.Known && x.Method != "",
		Method:             callMethod(x.Transport),
		Status:             outcome.Status,
		Body:               r.log.KeepBody(x.Request, "application/json"),
		ExceptionType:      outcome.Name,
		ExceptionMessage:   outcome.Message,
		ExceptionTraceback: x.Traceback(),
	}
	if x.Via != nil {
		e.RequestHeader, e.Query = x.Via.Header, x.Via.Query
	}
	for _, token := range x.Offered {
		e.Secrets = append(e.Secrets, token.Reveal())
	}
	if r.log.KeepsResponse(outcome.Status) {
		if answer := x.Response(); answer != nil {
			e.Response = r.log.KeepFrom(answer, answer.Len(), "application/json")
		}
	}
	r.log.Add(e)
}

// callScheme returns the scheme of the connection over which x came.
func callScheme(x *rpc.Exchange) string {
	secure := x.Via != nil && x.Via.Secure
	switch {
	case x.Transport == "tcp" && secure:
		return "tls"
	case secure:
		return x.Transport + "s"
	}
	return x.Transport
}

// callMethod returns what stands for the HTTP method of calls over a transport.
func callMethod(transport string) string {
	if transport == "http" {
		return "POST"
	}
	return strings.ToUpper(transport)
}

// callEndpoint returns the endpoint of x: its method, or its path where it was no
// call.
func callEndpoint(x *rpc.Exchange) string {
	switch {
	case x.Method == "":
		return "/rpc"
	case x.Known && strings.HasPrefix(x.Method, "/"):
		return x.Method
	}
	return "rpc:" + x.ShownMethod()
}

// callUser returns who a principal is for the request log; nil for nobody.
func callUser(p auth.Principal) *requestlog.User {
	if p == (auth.Principal{}) {
		return nil
	}
	u := &requestlog.User{Username: p.Name, FullName: p.Name}
	if p.ID != 0 {
		u.ID = &p.ID
	}
	return u
}

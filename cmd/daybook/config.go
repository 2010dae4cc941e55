package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"
	"daybook/rpc"

	"github.com/spf13/pflag"
)

// Defaults that the settings and other commands share.
const (
	defaultListen  = "127.0.0.1:7390"
	defaultPattern = logstore.DefaultPattern
	defaultDrain   = 25 * time.Second // as long as one request may take
)

// A config is everything that serve can be told.
type config struct {
	configFile string

	journal, data, pattern string
	clock                  instant
	lineGrace              time.Duration
	follow                 string
	maxLine                size
	queryMemory            size
	workers, maxQueries    int
	maxExports             int

	noIndex, noMmap bool
	indexMemory     size
	indexShare      float64

	listen, tcp       string // tcp: "" for no port
	tlsCert, tlsKey   string
	insecurePlaintext bool
	allowOrigin       []string
	drain             time.Duration
	readyFile         string

	record   string
	logLevel string

	requests            string // "": our own
	noRequestLog        bool
	requestLogBody      size
	requestLogResponses int
	requestLogDays      int
	requestLogSize      size
	trustedProxies      []string

	jwt auth.JWTOptions

	attempts int // failed authentications per address and minute
	limits   rpc.Limits
	query    filter.Limits
}

// newSettings returns the settings with their defaults.
func newSettings() *settings {
	s := new(settings)
	s.limits, s.query = rpc.DefaultLimits(), filter.DefaultLimits()
	s.journalSettings(s.group("Journal"))
	s.indexSettings(s.group("Index of the day files that are over"))
	s.networkSettings(s.group("Network"))
	s.jwtSettings(s.group("JSON Web Tokens"))
	s.operationSettings(s.group("Operation"))
	s.requestLogSettings(s.group("Log of requests, in the folder requests of the data folder"))
	s.messageLimits(s.group("Limits of a message and its answer"))
	s.connectionLimits(s.group("Limits of a connection"))
	s.serverLimits(s.group("Limits of the server"))
	s.timeLimits(s.group("Times"))
	return s
}

func (s *settings) journalSettings(f *pflag.FlagSet) {
	f.StringVar(&s.journal, "journal", "", "`folder` of day files; never written to")
	f.StringVar(&s.data, "data", "", "`folder` for tokens, the index and what is remembered of files (default the journal's name with .daybook, beside it)")
	f.StringVar(&s.pattern, "pattern", defaultPattern, "name of a day file; {date} is the day")
	f.Var(&s.clock, "clock", "moment that decides which day is today, and nothing else (default the real time)")
	f.DurationVar(&s.lineGrace, "line-grace", logstore.DefaultGrace, "how long after its day's end a file's last line may still be completed")
	f.StringVar(&s.follow, "follow", followAuto, "`how` new lines are noticed: auto, by notifications of the file system where these work, or poll, by a look each second")
	s.maxLine = logstore.DefaultMaxLine
	f.Var(&s.maxLine, "max-line", "longest line of a day file; longer ones are malformed")
	s.queryMemory = logstore.DefaultQueryMemory
	f.Var(&s.queryMemory, "query-memory", "memory that one query may use for ordering")
	f.IntVar(&s.workers, "workers", 0, "threads that scan, shared by all queries (default the number of cores)")
	f.IntVar(&s.maxQueries, "max-queries", logstore.DefaultMaxRunning, "queries that scan at once")
	f.IntVar(&s.maxExports, "max-exports", logstore.DefaultMaxExports, "exports of one journal at once, each of which takes some 64 MiB of memory")
}

// How a server notices new lines.
const (
	followAuto = "auto"
	followPoll = "poll"
)

// followMode returns how a server notices new lines.
func (c *config) followMode() logstore.FollowMode {
	if c.follow == followPoll {
		return logstore.FollowPoll
	}
	return logstore.FollowAuto
}

func (s *settings) indexSettings(f *pflag.FlagSet) {
	f.BoolVar(&s.noIndex, "no-index", false, "neither build an index in the data folder nor use one; answers are the same")
	f.BoolVar(&s.noMmap, "no-mmap", false, "read index files into memory instead of mapping them")
	s.indexMemory = logstore.DefaultIndexMemory
	f.Var(&s.indexMemory, "index-memory", "memory that building may use, at least "+leastIndexMemory().String()+", which is what one thread takes")
	f.Float64Var(&s.indexShare, "index-share", logstore.DefaultIndexShare, "share of its time that building takes while queries run; above 0, at most 1")
}

// leastIndexMemory returns what building an index takes at least.
func leastIndexMemory() *size {
	least := size(logstore.LeastIndexMemory)
	return &least
}

// indexMode returns what a server does about the index.
func (c *config) indexMode() logstore.IndexMode {
	if c.noIndex {
		return logstore.IndexOff
	}
	return logstore.IndexAuto
}

func (s *settings) networkSettings(f *pflag.FlagSet) {
	f.StringVar(&s.listen, "listen", defaultListen, "`address` to listen on, as host:port; port 0 takes a free one")
	f.StringVar(&s.tcp, "tcp", "", "`address` to listen on for clients that speak TCP, those of the trading platform among them, as host:port (default none)")
	f.StringVar(&s.tlsCert, "tls-cert", "", "`file` with the certificate and its chain (PEM); read again when it changes")
	f.StringVar(&s.tlsKey, "tls-key", "", "`file` with the certificate's key (PEM)")
	f.BoolVar(&s.insecurePlaintext, "insecure-plaintext", false, "listen without TLS even where other machines can reach it; tokens and records travel unprotected")
	f.StringSliceVar(&s.allowOrigin, "allow-origin", nil, "`origin` of a web page that may connect, as https://console.example.com; may be repeated")
	f.StringVar(&s.readyFile, "ready-file", "", "`file` that receives the address once requests are answered, and that of --tcp on a second line")
}

func (s *settings) operationSettings(f *pflag.FlagSet) {
	f.StringVar(&s.configFile, "config", "", "YAML `file` of settings, named as these flags")
	f.StringVar(&s.record, "record", "", "`file` to append each request with its answer to, secrets masked; see daybook replay")
	f.StringVar(&s.logLevel, "log-level", "info", "`level` of the log on stderr: debug, info, warn or error")
	f.DurationVar(&s.drain, "drain", defaultDrain, "how long requests may take to finish after SIGTERM")
	f.IntVar(&s.attempts, "max-attempts", 10, "failed authentications per address and minute")
}

// Defaults of the request log: what it keeps is bounded.
const (
	defaultRequestDays = 90
	defaultRequestSize = 1 << 30 // bytes
)

func (s *settings) requestLogSettings(f *pflag.FlagSet) {
	f.StringVar(&s.requests, "requests", "", "`folder` of a journal of requests that other programs write, which is shown in place of our own; never written to")
	f.BoolVar(&s.noRequestLog, "no-request-log", false, "record no requests")
	s.requestLogBody = requestlog.DefaultBodyLimit
	f.Var(&s.requestLogBody, "request-log-body", "how much is stored of a request's or a response's body, secrets masked; 0: nothing")
	f.IntVar(&s.requestLogResponses, "request-log-responses", requestlog.DefaultResponsesFrom, "least `status` of responses whose body is stored; 1: of all")
	f.IntVar(&s.requestLogDays, "request-log-days", defaultRequestDays, "`days` to keep, today among them; 0: all")
	s.requestLogSize = defaultRequestSize
	f.Var(&s.requestLogSize, "request-log-size", "how much to keep: older files are removed, and beyond it no more of a day is recorded; 0: all")
	f.StringSliceVar(&s.trustedProxies, "trusted-proxy", nil, "`network` of proxies, as 10.0.0.0/8, whose X-Forwarded headers say who a client is and what it sees; may be repeated")
}

func (s *settings) messageLimits(f *pflag.FlagSet) {
	l := &s.limits
	f.Var((*size)(&l.Message), "max-message", "one message")
	f.Var((*size)(&l.MessageUnauthenticated), "max-message-unauthenticated", "one message while no token was good")
	f.IntVar(&l.Depth, "max-depth", l.Depth, "arrays and objects within one another")
	f.IntVar(&l.Tokens, "max-tokens", l.Tokens, "JSON tokens in one message")
	f.IntVar(&l.Batch, "max-batch", l.Batch, "requests in one batch")
	f.IntVar(&l.Fragments, "max-fragments", l.Fragments, "WebSocket frames of one message")
	f.IntVar(&l.Rows, "max-rows", l.Rows, "largest limit that a request may ask for")
	f.IntVar(&s.query.Conditions, "max-conditions", s.query.Conditions, "conditions in one request, over all keys")
	f.IntVar(&s.query.Values, "max-values", s.query.Values, "values in one list")
	f.IntVar(&s.query.Pattern, "max-pattern", s.query.Pattern, "bytes in one pattern")
	f.IntVar(&s.query.Terms, "max-terms", s.query.Terms, "terms in one order")
	f.Var((*size)(&l.Answer), "max-answer", "one answer, or all answers of a batch")
}

func (s *settings) connectionLimits(f *pflag.FlagSet) {
	l := &s.limits
	f.IntVar(&l.InFlight, "max-in-flight", l.InFlight, "requests read and not answered; beyond it nothing is read")
	f.Var((*size)(&l.InFlightBytes), "max-in-flight-bytes", "those requests together")
	f.IntVar(&l.Running, "max-running", l.Running, "requests that run at once")
	f.Var((*size)(&l.Queue), "max-queue", "answers that wait to be written; a larger one waits alone")
	f.IntVar(&l.ControlFrames, "max-control-frames", l.ControlFrames, "WebSocket control frames a second")
	f.IntVar(&l.Subscriptions, "max-subscriptions", l.Subscriptions, "subscriptions to live rows")
	f.Var((*size)(&l.EventQueue), "max-event-queue", "live rows that wait for one subscription; beyond it the newest are dropped")
}

func (s *settings) serverLimits(f *pflag.FlagSet) {
	l := &s.limits
	f.IntVar(&l.Connections, "max-connections", l.Connections, "connections at once")
	f.IntVar(&l.Unauthenticated, "max-unauthenticated", l.Unauthenticated, "connections at once that showed no good token")
	f.Var((*size)(&l.Held), "max-held", "finished answers that wait to be sent; beyond it no request starts")
	f.IntVar(&l.Waiting, "max-waiting", l.Waiting, "requests that wait to start; beyond it they are refused")
}

func (s *settings) timeLimits(f *pflag.FlagSet) {
	l := &s.limits
	f.DurationVar(&l.Request, "request-timeout", l.Request, "for one request")
	f.DurationVar(&l.Overrun, "request-overrun", l.Overrun, "for a request to notice that it is over, before it is answered without it")
	f.DurationVar(&l.Body, "body-timeout", l.Body, "for a client to send an HTTP body")
	f.DurationVar(&l.Stall, "stall-timeout", l.Stall, "without a byte written, after which a connection is closed")
	f.DurationVar(&l.ExportStall, "export-stall-timeout", l.ExportStall, "for a client to take about 100 KiB of an export, before it is broken off")
	f.DurationVar(&l.Ping, "ping-interval", l.Ping, "between two pings of a connection")
	f.DurationVar(&l.Silence, "silence-timeout", l.Silence, "without a sign of life, after which a peer is gone")
	f.DurationVar(&l.Farewell, "farewell-timeout", l.Farewell, "for a peer to answer the end of a WebSocket connection")
	f.DurationVar(&l.Retry, "retry-after", l.Retry, "that clients are asked to wait while the server is full or stops")
}

// dataFolder returns the data folder, given or by default.
func (c *config) dataFolder() string { return cmp.Or(c.data, defaultData(c.journal)) }

// defaultData returns the data folder that belongs to a journal folder unless
// another one is named: beside it, with its name and .daybook.
func defaultData(journal string) string {
	if abs, err := filepath.Abs(journal); err == nil {
		journal = abs
	}
	return filepath.Clean(journal) + ".daybook"
}

// check tells what is wrong with the settings as a whole. It reads no file and
// asks no name server.
func (s *settings) check() error {
	switch {
	case s.journal == "":
		return usagef("--journal is missing: the folder of day files")
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return usagef("--tls-cert and --tls-key belong together: give both or neither")
	case s.drain < 0:
		return usagef("--drain: %v is no time to wait", s.drain)
	case s.follow != followAuto && s.follow != followPoll:
		return usagef("--follow must be %s or %s, not %q", followAuto, followPoll, s.follow)
	case s.lineGrace <= 0:
		return usagef("--line-grace must be more than 0, not %v", s.lineGrace)
	}
	if err := s.checkIndex(); err != nil {
		return err
	}
	if err := s.checkJWT(); err != nil {
		return err
	}
	if err := s.checkRequestLog(); err != nil {
		return err
	}
	if _, err := parseLevel(s.logLevel); err != nil {
		return usagef("--log-level: %w", err)
	}
	for _, origin := range s.allowOrigin {
		if err := checkOrigin(origin); err != nil {
			return usagef("--allow-origin: %w", err)
		}
	}
	return s.checkLimits()
}

// checkIndex tells what is wrong with the settings of the index.
func (c *config) checkIndex() error {
	switch {
	case c.indexMemory < logstore.LeastIndexMemory:
		return usagef("--index-memory must be at least %s, not %s", leastIndexMemory(), &c.indexMemory)
	case !(c.indexShare > 0 && c.indexShare <= 1):
		return usagef("--index-share must be above 0 and at most 1, not %v", c.indexShare)
	}
	return nil
}

// checkFiles refuses to write into the journal folder, which is not ours, and a
// file of readiness for which there is no folder: it is written when all is up.
func (s *settings) checkFiles() error {
	for _, file := range [...]struct{ flag, name string }{
		{"data", s.dataFolder()},
		{"record", s.record},
		{"ready-file", s.readyFile},
	} {
		for _, journal := range [...]string{s.journal, s.requests} {
			if file.name != "" && journal != "" && within(journal, file.name) {
				return usagef("--%s: %s lies in the journal folder %s, which is never written to", file.flag, file.name, journal)
			}
		}
	}
	if dir := filepath.Dir(s.readyFile); s.readyFile != "" {
		if info, err := os.Stat(dir); err != nil {
			return fmt.Errorf("--ready-file: %w", err)
		} else if !info.IsDir() {
			return fmt.Errorf("--ready-file: %s is no folder", dir)
		}
	}
	return nil
}

// checkLimits refuses limits that would let nothing pass: below, zero stands
// for a default and negative numbers for nothing.
func (s *settings) checkLimits() error {
	var failed error
	s.each(func(f *pflag.Flag) {
		bounded := strings.HasPrefix(f.Name, "max-") || strings.HasSuffix(f.Name, "-timeout") ||
			f.Name == "query-memory" || f.Name == "ping-interval" || f.Name == "request-overrun" || f.Name == "retry-after"
		if text := f.Value.String(); failed == nil && bounded && (strings.HasPrefix(text, "-") || text == "0" || text == "0s") {
			failed = usagef("--%s must be more than 0, not %s", f.Name, text)
		}
	})
	if failed == nil && s.workers < 0 {
		failed = usagef("--workers must not be negative")
	}
	return failed
}

// checkOrigin refuses what no browser sends as an Origin.
func checkOrigin(origin string) error {
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok || scheme != strings.ToLower(scheme) || host == "" || strings.ContainsAny(host, "/?#@*") {
		return fmt.Errorf("%q is no origin; want scheme and host, as https://console.example.com", origin)
	}
	return nil
}

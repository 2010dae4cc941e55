package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"daybook/auth"
	"daybook/internal/stall"
	"daybook/logstore"
	"daybook/requestlog"
	"daybook/rpc"

	"go.uber.org/zap"
)

// A service is one running server:
//
//	port for TCP ──────────────────────┐
//	port ─▶ http.Server ─▶ /rpc ─▶ rpc.Server ─▶ methods ─▶ logstore ─▶ journal
//	                ├─▶ /export ─▶     ├─▶ exports ─▶ logstore
//	                │                  ├─▶ auth.Identities
//	                │                  │     ├─▶ auth.Tokens ◀─ tokens.jsonl ◀─ daybook token
//	                │                  │     └─▶ auth.JWTs ◀─ key files
//	                │                  └─▶ observers: log, metrics, recorder, request log
//	                ├───▶ requestapi ─▶ logstore ─▶ journal of requests
//	                └───▶ /healthz, /readyz, /metrics
type service struct {
	settings *settings
	sink     *logSink
	level    zap.AtomicLevel
	log      *zap.Logger

	tokens       *auth.Tokens
	identities   *auth.Identities
	store        *logstore.Store
	record       *recordFile     // nil: nothing is recorded
	requests     *requestlog.Log // nil: no journal of requests
	requestStore requestStore    // the journal of requests that is shown
	metrics      *rpc.Metrics
	rpc          *rpc.Server

	cert     *certificate // nil: no TLS
	http     *http.Server
	port     net.Listener
	tcp      net.Listener // nil: no requests over TCP
	failed   chan error   // what ended a server
	closings []func() error
}

// startService opens everything that s names, and the port last: once it is
// open, requests are answered. What was opened is closed again on errors.
func (a *app) startService(ctx context.Context, s *settings) (v *service, err error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := s.checkFiles(); err != nil {
		return nil, err
	}
	addr, err := checkAddress("listen", s.listen, s.tlsCert != "", s.insecurePlaintext)
	if err != nil {
		return nil, err
	}
	var tcp *net.TCPAddr
	if s.tcp != "" {
		if tcp, err = checkAddress("tcp", s.tcp, s.tlsCert != "", s.insecurePlaintext); err != nil {
			return nil, err
		}
	}
	level, _ := parseLevel(s.logLevel) // checked
	v = &service{
		settings: s,
		sink:     &logSink{w: a.stderr},
		level:    zap.NewAtomicLevelAt(level),
		failed:   make(chan error, 2),
	}
	v.log = newLog(v.sink, v.level)
	defer func() {
		if err != nil {
			v.close()
			v = nil
		}
	}()
	if err := v.openData(); err != nil {
		return v, err
	}
	if err := v.openRecord(); err != nil {
		return v, err
	}
	if err := v.openRequestLog(); err != nil {
		return v, err
	}
	if err := v.openRequestStore(); err != nil {
		return v, err
	}
	if s.tlsCert != "" {
		if v.cert, err = openCertificate(s.tlsCert, s.tlsKey, v.log, time.Now); err != nil {
			return v, err
		}
	}
	v.assemble()
	if err := v.open(ctx, addr); err != nil {
		return v, err
	}
	if tcp != nil {
		if err := v.openTCP(ctx, tcp); err != nil {
			return v, err
		}
	}
	// Not before the port is open: a start that fails prints no token.
	if err := a.firstToken(v.tokens); err != nil {
		return v, err
	}
	return v, v.announce()
}

// storeOptions returns the settings that are for the journals of both kinds.
func (s *settings) storeOptions() logstore.Options {
	return logstore.Options{
		Grace:       s.lineGrace,
		Follow:      s.followMode(),
		MaxLine:     int(s.maxLine),
		QueryMemory: int64(s.queryMemory),
		Workers:     s.workers,
		MaxWaiting:  s.limits.Waiting,
		MaxExports:  s.maxExports,
		Index:       s.indexMode(),
		NoMmap:      s.noMmap,
		IndexShare:  s.indexShare,
	}
}

// openData opens the journal with its data folder, the tokens in it, and the
// keys of those made elsewhere.
func (v *service) openData() error {
	s, data := v.settings, v.settings.dataFolder()
	o := s.storeOptions()
	o.Dir, o.DataDir, o.Pattern, o.Schema = s.journal, data, s.pattern, rpc.AuditSchema()
	o.Now = s.clock.clock()
	o.MaxRunning, o.IndexMemory = s.maxQueries, int64(s.indexMemory)
	o.Log = v.log
	store, err := logstore.Open(o)
	if err != nil {
		return err
	}
	warnOfNames(v.log, s.journal, s.pattern)
	v.store = store
	v.closings = append(v.closings, store.Close)
	if v.tokens, err = auth.OpenTokens(filepath.Join(data, tokenFile), time.Now); err != nil {
		return fmt.Errorf("open tokens: %w", err)
	}
	v.identities = auth.NewIdentities(v.tokens)
	jwts, err := s.openJWTs()
	if err != nil {
		return err
	}
	v.useJWTs(jwts)
	return nil
}

// firstToken makes a token for an administrator where there never was one, and
// prints it on stdout, the only thing that serve prints there.
func (a *app) firstToken(tokens *auth.Tokens) error {
	empty, err := tokens.Empty()
	if err != nil {
		return fmt.Errorf("read tokens: %w", err)
	}
	if !empty {
		return nil
	}
	secret, _, err := tokens.Create("first administrator", auth.SessionAdmin, time.Time{})
	if err != nil {
		return fmt.Errorf("make the first token: %w%s", err, dataAdvice(err))
	}
	_, err = fmt.Fprintf(a.stdout, "First start. Token for SESSION_ADMIN, shown this once: %s\n", secret.Reveal())
	return err
}

// openRecord starts the recording of requests where one is asked for.
func (v *service) openRecord() error {
	if v.settings.record == "" {
		return nil
	}
	record, err := openRecordFile(v.settings.record)
	if err != nil {
		return fmt.Errorf("record requests: %w", err)
	}
	v.record = record
	v.closings = append(v.closings, record.Close)
	return nil
}

// open opens the port and serves it in the background.
func (v *service) open(ctx context.Context, addr *net.TCPAddr) error {
	port, err := openPort(ctx, "listen", addr, v.settings.limits.Ping, v.settings.limits.Silence)
	if err != nil {
		return err
	}
	v.port = port
	go func() {
		var err error
		if v.cert != nil {
			err = v.http.ServeTLS(stall.Listener(port), "", "")
		} else {
			err = v.http.Serve(stall.Listener(port))
		}
		if !errors.Is(err, http.ErrServerClosed) {
			v.failed <- err
		}
	}()
	return nil
}

// announce says in the log, and in the file that was asked for, that requests
// are answered.
func (v *service) announce() error {
	v.log.Info("listening", zap.String("url", v.url()), zap.String("tcp", v.tcpURL()), zap.String("journal", v.settings.journal),
		zap.String("data", v.settings.dataFolder()), zap.String("version", currentVersion().Version))
	if v.settings.readyFile == "" {
		return nil
	}
	v.closings = append(v.closings, func() error {
		os.Remove(v.settings.readyFile) // whoever read it may have removed it
		return nil
	})
	addresses := []string{v.port.Addr().String()}
	if v.tcp != nil {
		addresses = append(addresses, v.tcp.Addr().String())
	}
	return writeReadyFile(v.settings.readyFile, addresses...)
}

// url returns the address that clients on this machine use.
func (v *service) url() string {
	scheme := "http"
	if v.cert != nil {
		scheme = "https"
	}
	return scheme + "://" + v.port.Addr().String()
}

// stop ends the service: requests in flight may finish within the drain time,
// new ones are refused, then everything is closed. An error means that
// something was cut off or could not be written.
func (v *service) stop() error {
	v.log.Info("stopping", zap.Duration("drain", v.settings.drain))
	ctx, cancel := context.WithTimeout(context.Background(), v.settings.drain)
	defer cancel()
	v.closeTCP()
	err := v.rpc.Drain(ctx)
	if shutdown := v.http.Shutdown(ctx); err == nil {
		err = shutdown
	}
	if err != nil {
		err = fmt.Errorf("stop: requests were cut off after %v: %w", v.settings.drain, err)
	}
	err = errors.Join(err, v.close())
	v.log.Info("stopped", zap.Error(err), zap.Int64("log_lines_lost", v.sink.Lost()))
	_ = v.sink.Sync()
	return err
}

// closeTime is how long closing one thing may take. A disk that hangs must not
// keep the process from ending.
const closeTime = 10 * time.Second

// bounded runs do, and waits for it no longer than d.
func bounded(d time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("stop: something still hangs after %v", d)
	}
}

// close closes what is open, the last opened first.
func (v *service) close() error {
	var failed error
	if v.http != nil {
		failed = v.http.Close()
	}
	v.closeTCP()
	for i := len(v.closings) - 1; i >= 0; i-- {
		failed = errors.Join(failed, bounded(closeTime, v.closings[i]))
	}
	v.closings = nil
	return failed
}

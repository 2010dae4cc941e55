// Package testserver serves a journal folder over real sockets on loopback, for
// tests and examples of programs that ask a server. It uses what the program
// daybook uses, without its settings.
package testserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"
)

// Options say what is served.
type Options struct {
	Journal string           // its folder; "": an empty one that Close removes
	Now     func() time.Time // says what day it is; the real clock if nil
	Limits  func(*rpc.Limits)
}

// A Server is a server that may be stopped and started again, at the same
// addresses and with the same tokens.
type Server struct {
	Journal string
	Addr    string // host:port of HTTP and WebSocket, at /rpc
	TCP     string // host:port
	Token   string // of a MANAGER, named "manager"

	options Options
	folder  string // everything that Close removes
	tokens  *auth.Tokens

	store *logstore.Store
	rpc   *rpc.Server
	http  *http.Server
	ended chan error // of the two listeners
}

// Start serves a journal.
func Start(o Options) (*Server, error) {
	folder, err := os.MkdirTemp("", "daybook-test-")
	if err != nil {
		return nil, err
	}
	s := &Server{Journal: o.Journal, Addr: "127.0.0.1:0", TCP: "127.0.0.1:0", options: o, folder: folder}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := s.Resume(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

func (s *Server) prepare() error {
	if s.Journal == "" {
		s.Journal = filepath.Join(s.folder, "journal")
		if err := os.Mkdir(s.Journal, 0o700); err != nil {
			return err
		}
	}
	var err error
	if s.tokens, err = auth.OpenTokens(filepath.Join(s.folder, "tokens.jsonl"), time.Now); err != nil {
		return err
	}
	s.Token, err = s.NewToken("manager", auth.SessionManager, time.Time{})
	return err
}

// NewToken makes a further token. One whose expires is zero does not expire.
func (s *Server) NewToken(name string, session auth.Session, expires time.Time) (string, error) {
	secret, _, err := s.tokens.Create(name, session, expires)
	if err != nil {
		return "", err
	}
	return secret.Reveal(), nil
}

// Revoke takes back all tokens of a name.
func (s *Server) Revoke(name string) error {
	all, err := s.tokens.List()
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Name == name {
			err = errors.Join(err, s.tokens.Revoke(t.ID))
		}
	}
	return err
}

// Resume serves again after Pause.
func (s *Server) Resume() (err error) {
	s.store, err = logstore.Open(logstore.Options{
		Dir: s.Journal, DataDir: filepath.Join(s.folder, "data"), Schema: rpc.AuditSchema(), Now: s.options.Now,
	})
	if err != nil {
		return err
	}
	limits := rpc.DefaultLimits()
	limits.Retry = time.Second // the least that clients can be asked to wait
	if s.options.Limits != nil {
		s.options.Limits(&limits)
	}
	s.rpc = rpc.NewServer(rpc.Options{
		Methods: rpc.Methods(s.store, nil, s.tokens, limits, filter.DefaultLimits()),
		Tokens:  s.tokens,
		Limits:  limits,
	})
	web, err := listen(s.Addr)
	if err != nil {
		return errors.Join(err, s.store.Close())
	}
	lines, err := listen(s.TCP)
	if err != nil {
		return errors.Join(err, web.Close(), s.store.Close())
	}
	s.Addr, s.TCP = web.Addr().String(), lines.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("/rpc", s.rpc)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.http.RegisterOnShutdown(func() { lines.Close() })
	s.ended = make(chan error, 2)
	go func(server *http.Server) { s.ended <- ignore(server.Serve(web), http.ErrServerClosed) }(s.http)
	go func(server *rpc.Server) { s.ended <- ignore(server.ServeTCP(lines), net.ErrClosed) }(s.rpc)
	return nil
}

// listen opens a port. One that was given up may be that of somebody's connection
// for a while.
func listen(addr string) (net.Listener, error) {
	const patience = 30 * time.Second
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		l, err := net.Listen("tcp", addr)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(end) {
			return l, err
		}
	}
}

// ignore returns err, unless it is the expected one.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// Pause ends the server as SIGTERM does: what is in flight is answered, and
// connections are closed.
func (s *Server) Pause() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := s.rpc.Drain(ctx)
	err = errors.Join(err, s.http.Shutdown(ctx))
	for range 2 {
		err = errors.Join(err, <-s.ended)
	}
	return errors.Join(err, s.store.Close())
}

// Close ends the server for good.
func (s *Server) Close() error {
	return errors.Join(s.Pause(), os.RemoveAll(s.folder))
}

// Append adds records to the live file of a day, one string of seven columns
// each.
func (s *Server) Append(day time.Time, lines ...string) error {
	name := filepath.Join(s.Journal, fmt.Sprintf("audit-%s.tsv", day.UTC().Format(time.DateOnly)))
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var text []byte
	for _, line := range lines {
		text = append(append(text, line...), '\n')
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"daybook/auth"
	"daybook/logstore"
	"daybook/requestapi"
	"daybook/requestlog"
	"daybook/rpc"

	"go.uber.org/zap"
)

// requestQueries is how many queries over the journal of requests run at once: it
// is there for the operators, and the audit journal for everybody.
const requestQueries = 4

// requestJournalName is what the journal of requests is called in params, and by
// the lines of the log that are about it.
const requestJournalName = "requests"

// A requestStore is a journal of requests, for requests of all kinds.
type requestStore interface {
	rpc.Store
	requestapi.Store
}

// openRequestStore opens the journal of requests that is shown: the one that
// --requests names, or else our own. That ours can't be opened is no reason not to
// serve.
func (v *service) openRequestStore() error {
	if dir := v.settings.requests; dir != "" {
		warnOfNames(v.log, dir, requestlog.Pattern)
		return v.openRequestsIn(dir, v.settings.clock.clock())
	}
	dir := filepath.Join(v.settings.dataFolder(), requestFolder)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = v.openRequestsIn(dir, time.Now) // by which it is written
	}
	if err != nil {
		v.log.Warn("requests can't be shown", zap.Error(err))
		v.requestStore = missingStore{err}
	}
	return nil
}

// openRequestsIn opens the journal of requests in a folder; now decides which day
// is today.
func (v *service) openRequestsIn(dir string, now func() time.Time) error {
	s := v.settings
	data, err := requestDataFolder(s.dataFolder(), dir)
	if err != nil {
		return err
	}
	o := s.storeOptions()
	o.Dir, o.DataDir, o.Pattern = dir, data, requestlog.Pattern
	o.Schema, o.Format = requestlog.Schema(), requestlog.Format()
	o.Now = now
	o.MaxRunning, o.IndexMemory = requestQueries, logstore.LeastIndexMemory
	o.Pruned = func(name string, size int64) bool { return requestlog.WasPruned(dir, name, size) }
	o.Log = v.log.With(zap.String("journal", requestJournalName))
	store, err := logstore.Open(o)
	if err != nil {
		return fmt.Errorf("requests: %w", err)
	}
	v.requestStore = store
	v.closings = append(v.closings, store.Close)
	return nil
}

// requestDataFolder returns the folder within the data folder for what is kept of
// the journal of requests in dir. Each journal has one of its own, so that another
// one can be shown at any start.
func requestDataFolder(data, dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("requests: %w", err)
	}
	return filepath.Join(data, fmt.Sprintf("requests-%08x.daybook", crc32.ChecksumIEEE([]byte(path)))), nil
}

// requestData matches the names of the folders that requestDataFolder returns.
const requestData = "requests-*.daybook"

// isRequestData reports whether requestDataFolder may return a folder of that name.
func isRequestData(name string) bool {
	matched, err := filepath.Match(requestData, name)
	return err == nil && matched
}

// requestAPI returns the handler of the requests over HTTP, whose own are recorded
// as well.
func (v *service) requestAPI() http.Handler {
	limits := &v.settings.limits
	api := v.rpc.CORS(requestapi.New(requestapi.Options{
		Store:     v.requestStore,
		Principal: v.requestPrincipal,
		Proxies:   v.settings.proxies(),
		Draining:  func() bool { return v.rpc.Draining() },
		Timeout:   limits.Request,
		Retry:     limits.Retry,
		Stall:     limits.Stall,
		MaxAnswer: limits.Answer,
		MaxHeld:   limits.Held,

		ExportStall: limits.ExportStall,
		Exported:    v.rpc.CountExport,
		Answered:    v.metrics.CountHTTP,

		Log: v.log,
	}), http.MethodGet, http.MethodHead)
	if v.requests == nil {
		return api
	}
	return v.requests.Middleware(api)
}

// requestPrincipal returns who sends r.
func (v *service) requestPrincipal(r *http.Request) (auth.Principal, error) {
	who, err := v.rpc.Principal(r)
	var e *rpc.Error
	if !errors.As(err, &e) {
		return who, err
	}
	switch e.Code {
	case rpc.CodeNoToken:
		return auth.Principal{}, auth.ErrNotAuthenticated
	case rpc.CodeTooFrequent:
		return auth.Principal{}, &requestapi.ThrottledError{After: e.RetryAfter()}
	}
	return auth.Principal{}, err
}

// A missingStore stands for a journal that can't be opened.
type missingStore struct{ err error }

func (s missingStore) failed() error {
	return &logstore.ReadError{File: requestFolder, Reason: "can't be opened", Err: s.err}
}

func (s missingStore) Search(context.Context, *logstore.Request) (*logstore.Result, error) {
	return nil, s.failed()
}

func (s missingStore) Export(context.Context, *logstore.ExportRequest) (*logstore.Export, error) {
	return nil, s.failed()
}

func (s missingStore) Group(context.Context, *logstore.GroupRequest) (*logstore.Groups, error) {
	return nil, s.failed()
}

func (s missingStore) Status(context.Context, logstore.Day, logstore.Day) (*logstore.Status, error) {
	return nil, s.failed()
}

func (s missingStore) Subscribe(context.Context, *logstore.SubscribeRequest) (*logstore.Subscription, error) {
	return nil, s.failed()
}

// Stats returns the figures of a journal without files.
func (s missingStore) Stats() logstore.Stats { return logstore.Stats{} }
